"""Pages that are the same for everybody are rendered once."""

import pytest

from troth.statement.rendered import Rendered


class Asked:
    """Pages that say their own name, and which of them had to be rendered."""

    def __init__(self, most: int) -> None:
        self.pages = Rendered(most)
        self.made: list[str] = []

    def for_page(self, name: str) -> bytes:
        def render() -> str:
            self.made.append(name)
            return name

        return self.pages.get(name, render).body


def test_a_page_is_rendered_once() -> None:
    """What a page depends on is asked; while it is the same, the page is."""
    asked = Asked(3)
    assert [asked.for_page(name) for name in ("one", "two", "one", "two")] == [b"one", b"two", b"one", b"two"]
    assert asked.made == ["one", "two"]


def test_what_was_asked_last_stays() -> None:
    """Never more than so many are kept; the one that nobody asked for the longest goes first."""
    asked = Asked(2)
    for name in ("one", "two", "one", "three", "one", "two"):
        asked.for_page(name)
    assert asked.made == ["one", "two", "three", "two"]


def test_pages_are_told_apart_by_their_tags() -> None:
    """Equal pages have equal tags, others have others, and each stands in quotation marks."""
    pages = Rendered(9)
    one, other, same = (pages.get(number, lambda text=text: text).tag for number, text in enumerate("aba"))
    assert one == same != other
    assert all(tag.startswith('"') and tag.endswith('"') for tag in (one, other))


def test_a_page_that_cannot_be_rendered_is_not_kept() -> None:
    """Whoever asks next asks for it anew."""
    pages = Rendered(2)

    def broken() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pages.get("one", broken)
    assert pages.get("one", lambda: "whole").body == b"whole"

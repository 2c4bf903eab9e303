"""The statement as a page, as Markdown and for programs."""

import json
import re
from html.parser import HTMLParser

import pytest

from tests.support.declared import NAMES, declared, from_plain
from tests.support.statements import minimal
from troth.statement.canonical import digest
from troth.statement.clause import every
from troth.statement.clauses import clauses
from troth.statement.show import show
from troth.statement.words import LANGUAGES

VOID = {"meta", "link", "br"}


class _Reader(HTMLParser):
    """Notes ids, links, headings and elements that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes |= set(given)
        if tag not in VOID:
            self.open.append(tag)
        if identity := given.get("id"):
            self.ids.append(identity)
        if (link := given.get("href")) and link.startswith("#"):
            self.links.append(link[1:])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_whole(name: str, language: str) -> None:
    """Elements are closed, ids are unique, links find their place, headings do not jump, nothing is inline."""
    statement = declared(name)
    page = show(statement, language, "html")
    reader = _read(page)
    assert page.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert not reader.open
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.links) <= set(reader.ids)
    assert {clause.id for clause in every(clauses(statement, language))} <= set(reader.ids)
    assert reader.levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(reader.levels, reader.levels[1:], strict=False))
    assert not {"style", "onclick"} & reader.attributes
    assert digest(statement) in page


def test_the_page_holds_no_markup_of_the_declaration() -> None:
    """A declared text is text, also when it looks like HTML."""
    plain = minimal()
    plain["controller"]["name"] = "<script>alert(1)</script>"
    plain["purposes"]["newsletter"]["label"] = '"><img src=x>'
    page = show(from_plain(plain), "en", "html")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_markdown_has_every_anchor(name: str, language: str) -> None:
    """Each clause has its anchor in Markdown as well."""
    statement = declared(name)
    text = show(statement, language, "markdown")
    assert text.startswith("# ")
    for clause in every(clauses(statement, language)):
        assert f'<a id="{clause.id}"></a>' in text


def test_markdown_holds_no_markup_of_the_declaration() -> None:
    """A declared text is text, also when it looks like Markdown."""
    plain = minimal()
    plain["controller"]["name"] = "<b>[Example](javascript:x)</b> *Inc.*"
    text = show(from_plain(plain), "en", "markdown")
    assert "\\<b\\>\\[Example\\](javascript:x)\\</b\\> \\*Inc.\\*" in text


def test_what_keeps_a_clause_is_not_repeated() -> None:
    """The same sentence after many clauses in a row tires and tells nothing."""
    text = show(declared(), "en", "markdown")
    purposes = text.partition('"section.purposes"')[2].partition('"section.consent"')[0]
    assert purposes.count("Kept by") == 1


def test_jsonld_is_json() -> None:
    """The form for programs is one JSON object."""
    assert json.loads(show(declared(), "en", "jsonld"))["@type"] == "dpv:PrivacyNotice"

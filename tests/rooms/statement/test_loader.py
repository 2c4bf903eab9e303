"""A file is read once, in order, and no further than it makes sense."""

import json
from typing import Any

import pytest

from tests.support.statements import MINIMAL, as_file, minimal
from troth.statement.finding import Where
from troth.statement.loader import MOST_DEPTH, MOST_FINDINGS, MOST_PARTS, Loaded, loads


def found(text: str) -> list[tuple[str, Where]]:
    return [(one.code, one.where) for one in loads(text.encode()).findings]


def of(text: str) -> Loaded:
    return loads(text.encode())


@pytest.mark.parametrize(
    ("value", "read"),
    [("1", 1), ("-7", -7), ("+7", 7), ("007", 7), ("1.0", "1.0"), ("0x1f", "0x1f"), ("1_000", "1_000"), ("true", True),
     ("yes", "yes"), ("NO", "NO"), ("off", "off"), ("~", None), ("null", None), ("", None), ("'1'", "1"), ("１", "１"),
     ('"true"', "true"), ("2006-01-02", "2006-01-02"), ("12:30:45", "12:30:45"), (".inf", ".inf"), ("9" * 19, "9" * 19),
     ("|\n    a\n    b", "a\nb\n")],
)  # fmt: skip
def test_scalars_are_those_of_the_core_schema(value: str, read: object) -> None:
    """Only YAML 1.2's core words are anything but text."""
    assert of(f"a:\n  b: {value}\n").plain == {"a": {"b": read}}


PARTS: dict[str, tuple[str, ...]] = {
    "separate": ("purposes", "newsletter"),
    "retention": ("purposes", "newsletter"),
    "minimum_age": ("service",),
    "url": ("service",),
    "signed": ("recipients", "mail-house", "agreement"),
    "phone": ("controller",),
    "name": ("controller",),
    "languages": (),
}


@pytest.mark.parametrize(
    ("part", "value"),
    [("separate", "yes"), ("separate", 1), ("separate", "true"), ("minimum_age", "16"), ("minimum_age", True),
     ("signed", 86400), ("signed", "1735776000"), ("signed", "2025-W01-1"), ("signed", "20250102"),
     ("signed", "2025-1-2"),
     ("signed", "2025-02-30"), ("languages", "en"), ("retention", "P١Y"), ("url", "http://["), ("url", "https://a b/"),
     ("url", "https://user@example.com"), ("url", "javascript:alert(1)"), ("url",
     "https://example.com\\@other.example"),
     ("phone", "1" * 201), ("name", 2006), ("name", None)],
)  # fmt: skip
def test_nothing_is_taken_for_what_it_is_not(part: str, value: object) -> None:
    """A text is no number, a number no truth, seconds are no day: each is told where it stands."""
    plain = minimal()
    here: Any = plain
    for step in PARTS[part]:
        here = here[step]
    here[part] = value
    (one,) = loads(as_file(plain)).findings
    assert (one.code, one.place) == ("file-misshapen", (*PARTS[part], part))


def test_halves_of_a_character_are_put_together() -> None:
    """JSON that writes rare characters as two halves says the same as YAML that writes them out."""
    escaped = json.dumps(minimal() | {"id": "example-storage"}, ensure_ascii=True)
    plain = minimal()
    plain["controller"]["name"] = "Example 🙂 Storage"
    assert of(json.dumps(plain, ensure_ascii=True)).statement == loads(as_file(plain)).statement
    assert of(escaped).statement == of(MINIMAL).statement


def test_reading_stops_at_the_limits() -> None:
    """What comes after the first thing that goes too far is not read, whatever it is."""
    assert found("[" * 20) == [("file-unreadable", Where(1, MOST_DEPTH + 2))]
    wrong = [code for code, _ in found("a: 1\n" * (MOST_FINDINGS + 50) + "[")]
    assert wrong == ["file-duplicate-key"] * MOST_FINDINGS + ["file-unreadable"]
    # A mapping, its first names, and of the last of them no value more.
    many = "".join(f"k{number:06}: 1\n" for number in range(MOST_PARTS))
    assert found(many + "[") == [("file-unreadable", Where(MOST_PARTS // 2, len("k000000: 1")))]


def test_names_are_short_wherever_they_are_told() -> None:
    """A name as long as a book fills no screen."""
    for text in (
        f"{'n' * 900}: 1\n",
        f"a:\n  {'n' * 199}:\n    {'m' * 199}: 1\n",
        f"troth: 1\n'{'n' * 100}': 1\n" * 2,
        f"!{'t' * 900}!x a",
    ):
        for one in of(text).findings:
            assert len(one.message) < 300


def test_every_list_names_each_once() -> None:
    """What stands twice in a list is found at the second."""
    assert found("stored_in: [TW, DE, TW]\n") == [("file-duplicate-key", Where(1, 21))]
    assert found("a: [{b: 1}, {b: 1}]\nlanguages: [en]\n")[0][0] == "file-misshapen"

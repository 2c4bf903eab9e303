"""What a package says, in every shape: tables without formulas, cards without surprises."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from troth.control import package

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(st.lists(st.fixed_dictionaries({"one": TEXTS, "other": TEXTS}), max_size=8))
def test_a_table_is_read_again(rows):
    """Whatever is typed comes back from a table as it is, or behind an apostrophe where it would be calculated."""
    text = package.table(rows, ["one", "other"]).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert read == [{name: package.cell(value) for name, value in row.items()} for row in rows]
    for row in read:
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values())


@given(TEXTS, TEXTS)
def test_a_card_has_its_lines_and_no_others(name, phone):
    """Nothing that is typed begins a line of its own; no line is longer than 75 bytes (RFC 6350, 3.2)."""
    lines = package.card([("name", name), ("phone", phone), ("text", "END:VCARD")]).decode().split("\r\n")
    assert lines[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    assert lines[-2:] == ["END:VCARD", ""]
    assert all(len(line.encode()) <= 75 for line in lines)
    assert sum(not line.startswith(" ") for line in lines[:-1]) == 5


def test_a_card_needs_something_to_say():
    """Where neither name nor address was given there is none; an address stands for a name."""
    assert package.card([("text", "x")]) == b""
    assert b"FN:lin@example.com\r\nEMAIL:lin@example.com" in package.card([("email", "lin@example.com")])

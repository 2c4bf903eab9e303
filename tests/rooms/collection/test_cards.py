"""Card numbers are found however they are written, in no time, and other numbers are not taken for them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.collection.cards import holds_card_number, parted

VISA, AMEX, DINERS = "4111111111111111", "378282246310005", "30569309025904"


@pytest.mark.parametrize(
    "text",
    ["４１１１ １１１１ １１１１ １１１１", "④①①①①①①①①①①①①①①①", "⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹", "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",
     "4\ufe0f\u20e3" + "1\ufe0f\u20e3" * 15, "4\u0301" + "1\u0301" * 15, "4111\u2060 1111\u00ad1111\u200d1111",
     "<4111><1111><1111><1111>", "4111|1111|1111|1111", "4111__1111__1111__1111",
     "４\u0301\u0316１１１ 1111 ①①①① ¹¹¹¹"],
)  # fmt: skip
def test_however_dressed(text: str) -> None:
    """Digits of any script and shape, with any marks on and between them, stay digits."""
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "texts",
    [(VISA[:8], VISA[8:]), (VISA[:4], VISA[4:8], VISA[8:12], VISA[12:]), (VISA[:12], VISA[12:]),
     ("4111 1111", "1111-1111"), (AMEX[:4], AMEX[4:10], AMEX[10:]), (AMEX[:4], AMEX[4:]), (DINERS[:10], DINERS[10:]),
     ("", VISA[:8], VISA[8:]),
     ("x", "７", VISA[:4], "１１１１", VISA[8:])],
)  # fmt: skip
def test_parted_over_neighbours(texts: tuple[str, ...]) -> None:
    """A number that goes on in the next text is found, at its first part."""
    at = parted(texts)
    assert at is not None
    assert texts[at].startswith((VISA[:4], AMEX[:4], DINERS[:4]))


@pytest.mark.parametrize(
    "texts",
    [(), (VISA,), (VISA[:8], "and", VISA[8:]), (VISA[:8], "", VISA[8:]), (VISA[:7], VISA[7:]), (VISA[:10], VISA[10:]),
     (f"no. {VISA[:8]}", VISA[8:]), ("12345678", "90123456"), ("5.2.1", "2024", "7"), ("4111111111", "111112")],
)  # fmt: skip
def test_other_neighbours(texts: tuple[str, ...]) -> None:
    """Numbers that are not parted as on a card, with words among them, or no card's, are left alone."""
    assert parted(texts) is None


@given(st.text(), st.text())
def test_any_text_is_answered(text: str, other: str) -> None:
    """No text makes it fail; without fourteen digits nothing is a card number."""
    found = holds_card_number(text)
    assert not found or sum(one.isnumeric() for one in text) >= 1
    assert parted([text, other, json.dumps(text)]) in (None, 0, 1)


@pytest.mark.parametrize(
    "text",
    ["1 " * 20_000, "4111 " * 20_000, "4" * 40_000, "a" + "\u0301\u0316" * 20_000, "\u0301" * 9_000 + "\u0316" * 9_000,
     "\ufdfa" * 20_000, "1!" * 20_000, ("1" + " " * 5) * 20_000, "\u1161" * 20_000, "①" * 20_000],
    ids=lambda one: repr(one[:6]),
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    """A few texts as long as a request may be are read at once: the time goes up with the length and no faster."""
    for _ in range(6):
        assert not holds_card_number(text)
        assert parted([text, text]) is None

"""What nobody sees is no text; what scripts, emoji and names need is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.statement.letters import no_text, says_nothing, shown


@pytest.mark.parametrize(
    "said",
    ["林美華", "O’Connor-Ångström, Zoë", "עברית", "\u200fשלום\u200f", "می\u200cخواهم",
     "क्\u200dष", "ភាសា\u200bខ្មែរ",
     "👩\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "葛\U000e0100", "𪚥", "\U00030edd", "\ue000", "co\u00adoperate",
     "a\u00a0b",
     "\u0600١", ""],
)  # fmt: skip
def test_what_people_write_is_text(said: str) -> None:
    """Joiners, marks of direction, variants, rare characters and those of private use stand in names and texts."""
    assert not no_text(said)
    assert shown(said) == said


@pytest.mark.parametrize(
    "letter",
    [*"\x00\x07\x1b\x7f\x85\x9f\ud800\udfff\ufffd\ufeff\ufffe\uffff\ufdd0\u202a\u202e\u2066\u2069\u2061\u206f\ufff9",
     *"\U0010ffff\U000e0041\U000e0001\U000e007f"],
    ids=lambda one: f"U+{ord(one):04X}",
)  # fmt: skip
def test_what_nobody_sees_is_not(letter: str) -> None:
    """Controls, halves, reversals, invisible operators, tags and no characters are found, with the letter itself."""
    for lines in (False, True):
        assert no_text(f"a{letter}b", lines=lines) == letter
        assert shown(f"a{letter}b", lines=lines) == "a\ufffdb"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", "\u2028", "\u2029"])
def test_lines_end_where_there_are_lines(end: str) -> None:
    """The end of a line is text where lines are, and none in a name."""
    assert no_text(f"a{end}b")
    assert not no_text(f"a{end}b", lines=True)


@given(st.text(st.characters(codec=None)))
def test_what_is_shown_can_be_written_and_read(said: str) -> None:
    """Whatever was cleaned can be stored and printed, and holds no control character."""
    clean = shown(said)
    assert clean.encode().decode() == clean
    assert not {unicodedata.category(letter) for letter in clean} & {"Cc", "Cs"}
    assert bool(no_text(said)) == (clean != said or "\ufffd" in said)


NOTHING = ["", " \t\n", "\u200b\u2060", "\u3164", "\u00a0"]
SOMETHING = ["a", "\u200ba", "🙂", "-", "٣"]


@pytest.mark.parametrize(("said", "nothing"), [*((one, True) for one in NOTHING), *((one, False) for one in SOMETHING)])
def test_what_says_nothing(said: str, *, nothing: bool) -> None:
    """White space and letters without a form say nothing."""
    assert says_nothing(said) is nothing

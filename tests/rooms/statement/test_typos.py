"""What may be put right as a typo, and what says something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.statement.typos import is_typo

TYPOS = (
    ("We recieve your order.", "We receive your order."),
    ("Tell us us what you need.", "Tell us what you need."),
    ("your e mail address", "your e-mail address"),
    ("teh address", "the address"),
    ("Keep it safe ,always.", "Keep it safe, always."),
    ("我們會保存您的資科。", "我們會保存您的資料。"),
    ("privacy statment", "privacy statement"),
)
OTHERWISE = (
    ("We sell nothing.", "We sell everything."),
    ("We do not share it.", "We do share it."),
    ("We don't share it.", "We do share it."),
    ("kept for 30 days", "kept for 80 days"),
    ("at most 1.5 years", "at most 15 years"),
    ("We may use it.", "We must use it."),
    ("only for support", "for support"),
    ("You are able to object.", "You are unable to object."),
    ("It is used by us.", "It is used by us and our partners."),
    ("It is now sold.", "It is not sold."),
    ("我們不會出售您的資料。", "我們將會出售您的資料。"),
    ("保存三年", "保存三十年"),
    ("保存三年", "保存五年"),
    ("kept for five years", "kept for nine years"),
    ("with your consent", "without your consent"),
    ("the law requires it", "the firm requires it"),
)


@pytest.mark.parametrize(("old", "new"), TYPOS)
def test_mistyped(old: str, new: str) -> None:
    """Letters that change places, are left out or mistaken, marks and words that stood twice are typos."""
    assert is_typo(old, new)


@pytest.mark.parametrize(("old", "new"), OTHERWISE)
def test_said_otherwise(old: str, new: str) -> None:
    """Whatever counts, turns, limits or adds is none, in both directions."""
    assert not is_typo(old, new)
    assert not is_typo(new, old)


@given(
    st.text(max_size=80),
    st.sampled_from(["not", "no", "only", "never", "不", "未", "without", "7"]),
    st.integers(0, 80),
)
def test_nothing_that_turns_a_sentence_slips_in(text: str, word: str, place: int) -> None:
    """Wherever a word that turns what is said is put into a text, that is no typo."""
    assert not is_typo(text, f"{text[:place]} {word} {text[place:]}")


@given(st.text(max_size=200))
def test_the_same_text(text: str) -> None:
    """A text differs from itself by nothing."""
    assert is_typo(text, text)

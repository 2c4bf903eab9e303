"""troth says the same in every language it speaks."""

import string
from datetime import date

import pytest

from troth.statement.words import LANGUAGES, Words, country_name, words

ENGLISH, CHINESE = Words("en"), Words("zh-Hant")


def _blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_language_says_everything() -> None:
    """No sentence is missing in a language."""
    assert set(ENGLISH.keys()) == set(CHINESE.keys())


@pytest.mark.parametrize("key", sorted(ENGLISH.keys()))
def test_every_sentence_has_the_same_blanks(key: str) -> None:
    """A translation fills in what the original does."""
    assert _blanks(ENGLISH.sentence(key)) == _blanks(CHINESE.sentence(key))


@pytest.mark.parametrize(
    ("period", "english", "chinese"),
    [
        ("P1Y", "1 year", "1 年"),
        ("P2Y", "2 years", "2 年"),
        ("P1Y6M", "1 year and 6 months", "1 年 6 個月"),
        ("P2W", "2 weeks", "2 週"),
        ("P1D", "1 day", "1 天"),
        ("P24M", "24 months", "24 個月"),
    ],
)
def test_periods_are_said_in_words(period: str, english: str, chinese: str) -> None:
    """An ISO 8601 period is read as people say it."""
    assert ENGLISH.duration(period) == english
    assert CHINESE.duration(period) == chinese


def test_days_are_said_in_words() -> None:
    """A day is read as people write it."""
    assert ENGLISH.day(date(2026, 3, 1)) == "1 March 2026"
    assert CHINESE.day(date(2026, 3, 1)) == "2026 年 3 月 1 日"


def test_lists_are_said_in_words() -> None:
    """Several things are read as one phrase."""
    assert ENGLISH.listed(["a", "b", "c"]) == "a, b and c"
    assert CHINESE.listed(["甲", "乙", "丙"]) == "甲、乙及丙"
    assert ENGLISH.listed(["a"]) == "a"
    assert ENGLISH.listed([]) == ""


def test_countries_have_the_names_people_use() -> None:
    """A country has its common name; an unknown code stands for itself."""
    assert [ENGLISH.country(code) for code in ("TW", "KR", "NO")] == ["Taiwan", "South Korea", "Norway"]
    assert [country_name(code, "zh-Hant") for code in ("TW", "US", "DE")] == ["臺灣", "美國", "德國"]
    assert ENGLISH.country("XX") == "XX"


def test_countries_stand_in_a_sentence() -> None:
    """A country's name has the article that a sentence needs."""
    assert ENGLISH.place("US") == "the United States"
    assert ENGLISH.place("TW") == "Taiwan"
    assert CHINESE.place("US") == "美國"


def test_another_language_is_answered_in_english() -> None:
    """A language that troth does not speak is answered in English."""
    assert words("fr").language == "en"
    assert [words(language).language for language in LANGUAGES] == list(LANGUAGES)

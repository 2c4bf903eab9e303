"""Until when a request is to be answered: every row was counted by hand, on a calendar."""

from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.control.clocks import ASKED, Asked, Law, confirmed_by, due

GDPR: Final = "gdpr"
TAIWAN: Final = "tw-pdpa"
CALIFORNIA: Final = "ca-ccpa"
EASTER = "2026-04-03 2026-04-06"
CHRISTMAS = "2026-12-25 2026-12-26 2027-01-01"
NEW_YEAR = "2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20"  # the Lunar New Year
# Law, what is asked, received, days off, due, due when extended.
GOLDEN: list[tuple[Law, Asked, str, str, str, str]] = [
    (GDPR, "access", "2026-01-31", "", "2026-03-02", "2026-04-30"),  # the vector: 28 February is a Saturday
    (GDPR, "access", "2026-01-15", "", "2026-02-16", "2026-04-15"),  # 15 February is a Sunday
    (GDPR, "access", "2026-01-28", "", "2026-03-02", "2026-04-28"),
    (GDPR, "access", "2026-01-29", "", "2026-03-02", "2026-04-29"),
    (GDPR, "access", "2024-01-31", "", "2024-02-29", "2024-04-30"),  # a leap year
    (GDPR, "access", "2023-01-31", "", "2023-02-28", "2023-05-01"),  # 30 April is a Sunday
    (GDPR, "access", "2023-01-31", "2023-05-01", "2023-02-28", "2023-05-02"),  # and the first of May a holiday
    (GDPR, "copy", "2026-03-03", "", "2026-04-03", "2026-06-03"),
    (GDPR, "copy", "2026-03-03", EASTER, "2026-04-07", "2026-06-03"),  # Good Friday to Easter Monday
    (GDPR, "correct", "2026-03-31", "", "2026-04-30", "2026-06-30"),
    (GDPR, "correct", "2026-05-31", "", "2026-06-30", "2026-08-31"),
    (GDPR, "erase", "2026-11-25", "", "2026-12-25", "2027-02-25"),
    (GDPR, "erase", "2026-11-25", CHRISTMAS, "2026-12-28", "2027-02-25"),
    (GDPR, "erase", "2026-12-01", CHRISTMAS, "2027-01-04", "2027-03-01"),  # a holiday, then a weekend
    (GDPR, "erase", "2026-11-30", "", "2026-12-30", "2027-03-01"),  # 28 February 2027 is a Sunday
    (GDPR, "restrict", "2026-08-31", "", "2026-09-30", "2026-11-30"),
    (GDPR, "restrict", "2026-10-31", "", "2026-11-30", "2027-02-01"),  # 31 January 2027 is a Sunday
    (GDPR, "object", "2026-12-31", "", "2027-02-01", "2027-03-31"),
    (GDPR, "object", "2026-06-15", "", "2026-07-15", "2026-09-15"),
    (GDPR, "portability", "2026-07-31", "", "2026-08-31", "2026-11-02"),  # 31 October is a Saturday
    (GDPR, "portability", "2026-02-28", "", "2026-03-30", "2026-05-28"),  # 28 March is a Saturday
    (GDPR, "stop-marketing", "2026-01-31", "", "2026-01-31", "2026-01-31"),  # at once, on a Saturday too
    (GDPR, "withdraw", "2026-12-25", CHRISTMAS, "2026-12-25", "2026-12-25"),
    (TAIWAN, "access", "2026-01-31", "", "2026-02-16", "2026-03-02"),
    (TAIWAN, "access", "2026-01-31", NEW_YEAR, "2026-02-23", "2026-03-02"),  # over the holidays and a weekend
    (TAIWAN, "access", "2026-03-02", "", "2026-03-17", "2026-04-01"),
    (TAIWAN, "access", "2024-02-14", "", "2024-02-29", "2024-03-15"),
    (TAIWAN, "copy", "2026-06-01", "", "2026-06-16", "2026-07-01"),
    (TAIWAN, "copy", "2026-05-30", "", "2026-06-15", "2026-06-29"),  # 14 June is a Sunday
    (TAIWAN, "copy", "2026-12-17", "2027-01-01", "2027-01-04", "2027-01-18"),
    (TAIWAN, "correct", "2026-01-01", "", "2026-02-02", "2026-03-02"),  # 31 January is a Saturday
    (TAIWAN, "correct", "2026-03-02", "", "2026-04-01", "2026-05-01"),
    (TAIWAN, "erase", "2026-01-17", NEW_YEAR, "2026-02-23", "2026-03-18"),
    (TAIWAN, "erase", "2026-09-10", "2026-10-10", "2026-10-12", "2026-11-09"),
    (TAIWAN, "restrict", "2026-06-03", "", "2026-07-03", "2026-08-03"),  # 2 August is a Sunday
    (TAIWAN, "object", "2026-06-30", "", "2026-07-30", "2026-08-31"),
    (TAIWAN, "stop-marketing", "2026-02-17", NEW_YEAR, "2026-02-17", "2026-02-17"),
    (CALIFORNIA, "access", "2026-01-01", "", "2026-02-15", "2026-04-01"),  # a Sunday: calendar days as they fall
    (CALIFORNIA, "access", "2026-11-10", CHRISTMAS, "2026-12-25", "2027-02-08"),
    (CALIFORNIA, "copy", "2024-01-16", "", "2024-03-01", "2024-04-15"),
    (CALIFORNIA, "portability", "2025-01-16", "", "2025-03-02", "2025-04-16"),
    (CALIFORNIA, "correct", "2026-06-30", "", "2026-08-14", "2026-09-28"),
    (CALIFORNIA, "erase", "2026-12-01", "", "2027-01-15", "2027-03-01"),
    (CALIFORNIA, "erase", "2026-12-31", "", "2027-02-14", "2027-03-31"),
]
# Received, days off, confirmed by.
CONFIRMED = [
    ("2026-01-05", "", "2026-01-19"),
    ("2026-01-05", "2026-01-19", "2026-01-20"),
    ("2026-01-09", "", "2026-01-23"),
    ("2026-01-10", "", "2026-01-23"),  # on a Saturday
    ("2026-12-18", CHRISTMAS, "2027-01-05"),
    ("2026-06-30", "2026-07-03", "2026-07-15"),
]


def days(text: str) -> frozenset[date]:
    """The days that are written in a row."""
    return frozenset(map(date.fromisoformat, text.split()))


@pytest.mark.parametrize(("law", "asked", "received", "holidays", "last", "extended"), GOLDEN)
def test_the_golden_table(law, asked, received, holidays, last, extended):
    """Each law's clock, over months of every length, weekends, holidays and leap years."""
    found = due([law], asked, date.fromisoformat(received), days(holidays))
    assert found == (law, date.fromisoformat(last), date.fromisoformat(extended))


@pytest.mark.parametrize(("received", "holidays", "by"), CONFIRMED)
def test_confirmed_within_ten_business_days(received, holidays, by):
    """California's ten business days skip weekends and holidays."""
    assert confirmed_by(date.fromisoformat(received), days(holidays)) == date.fromisoformat(by)


def test_the_earliest_law_says():
    """Of several laws the one with the earliest day says; whoever has no clock for it is not asked."""
    received = date(2026, 1, 31)
    every = (GDPR, TAIWAN, CALIFORNIA)
    assert due(every, "access", received, ()) == (TAIWAN, date(2026, 2, 16), date(2026, 3, 2))
    assert due((CALIFORNIA, GDPR), "restrict", received, ()).law == GDPR
    assert due((GDPR, CALIFORNIA), "erase", received, ()) == (GDPR, date(2026, 3, 2), date(2026, 4, 30))


def test_what_no_law_has_a_clock_for():
    """Questions and complaints are answered by the day the statement promises, or within a month."""
    received, promised = date(2026, 1, 31), date(2026, 2, 14)
    assert due((GDPR,), "question", received, (), promised) == ("statement", promised, promised)
    assert due((TAIWAN,), "complain", received, ()) == ("statement", date(2026, 3, 2), date(2026, 4, 30))
    assert due((), "access", received, ()).day == date(2026, 3, 2)


DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))


@given(st.sampled_from(ASKED), DAYS, st.sets(st.integers(1, 120), max_size=12))
def test_a_clock_runs_forward(asked, received, off):
    """Whatever is asked, an answer is never due before it is received, extended or not, nor on a day off that rolls."""
    holidays = {received + timedelta(days=one) for one in off}
    for law in (GDPR, TAIWAN, CALIFORNIA):
        found = due([law], asked, received, holidays)
        assert received <= found.day <= found.extended
        if found.day != received and law != CALIFORNIA:
            assert found.day.weekday() < 5
            assert found.day not in holidays

"""It is said from which age, it is asked, and no country's law is undercut."""

from datetime import date

import pytest

from tests.support.statements import TODAY, codes, findings, minimal
from troth.statement.ages import consent_age


@pytest.mark.parametrize(
    ("country", "on", "age"),
    [
        ("DE", TODAY, 16),
        ("FR", TODAY, 15),
        ("GR", TODAY, 15),
        ("ES", TODAY, 14),
        ("SE", TODAY, 13),
        ("GB", TODAY, 13),
        ("DK", date(2023, 12, 31), 13),
        ("DK", date(2024, 1, 1), 15),
        ("SI", TODAY, 15),
        ("US", TODAY, 13),
        ("SE", date(2018, 5, 24), 16),
        ("TW", TODAY, 16),
        ("ZZ", TODAY, 16),
    ],
)
def test_the_age_of_consent_is_a_dated_table(country: str, on: date, age: int) -> None:
    assert consent_age(country, on) == age


def test_the_minimum_age_is_given() -> None:
    plain = minimal()
    del plain["service"]["minimum_age"]
    assert codes(plain) == ["children-age-missing"]


def test_the_section_about_children_is_given() -> None:
    plain = minimal()
    del plain["children"]
    assert codes(plain) == ["children-age-missing"]


def test_no_minimum_age_is_an_answer() -> None:
    plain = minimal()
    plain["service"]["minimum_age"] = 0
    del plain["collection"]["newsletter"]["age"]
    assert codes(plain) == []


def test_somebody_asks_for_the_age_where_everyone_may_consent() -> None:
    plain = minimal()
    del plain["collection"]["newsletter"]["age"]
    (found,) = findings(plain)
    assert (found.code, found.severity) == ("children-not-asked", "warning")
    plain["service"]["audience"] = "business"
    assert codes(plain) == []


def test_a_service_for_children_admits_some() -> None:
    plain = minimal()
    plain["service"] |= {"audience": "children", "minimum_age": 18}
    assert codes(plain) == ["children-shut-out"]
    plain["service"]["minimum_age"] = 17
    assert codes(plain) == []


def test_a_threshold_is_not_below_the_law_of_the_day() -> None:
    plain = minimal()
    plain["children"]["thresholds"] = {"DK": 13, "US": 13, "DE": 18}
    assert codes(plain, today=date(2025, 1, 2)) == ["children-threshold-low"]
    plain["children"]["thresholds"]["DK"] = 15
    assert codes(plain) == []

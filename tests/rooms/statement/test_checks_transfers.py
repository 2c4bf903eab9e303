"""Nothing goes to a country but under a safeguard that holds there today."""

from datetime import date
from typing import Any

import pytest

from tests.support.statements import codes, findings, minimal
from troth.statement.frameworks import frameworks, is_in_eea, standing


def to(
    country: str,
    safeguard: str,
    *,
    kind: str = "processor",
    controller: str = "TW",
    **changed: object,
) -> dict[str, Any]:
    plain = minimal()
    plain["controller"]["country"] = controller
    plain["recipients"]["mail-house"] |= {"country": country, "kind": kind, "purposes": {"answer-you": ["email"]}}
    plain["recipients"]["mail-house"]["agreement"]["kind"] = "scc"
    plain["transfers"] = {
        country: plain["transfers"]["US"] | {"safeguard": safeguard, "valid_from": "2000-01-01"} | changed
    }
    return plain


@pytest.mark.parametrize(
    ("safeguard", "last"), [("safe-harbor", date(2015, 10, 5)), ("privacy-shield", date(2020, 7, 15))]
)
def test_a_framework_holds_until_the_court_has_spoken(safeguard: str, last: date) -> None:
    after = date.fromordinal(last.toordinal() + 1)
    held: dict[str, Any] = {"exporter": "TW", "kind": "processor"}
    assert standing(safeguard, "US", on=last, **held) == "holds"
    assert standing(safeguard, "US", on=after, **held) == "lapsed"
    (found,) = findings(to("US", safeguard))
    assert (found.code, found.place) == ("safeguard-lapsed", ("transfers", "US", "safeguard"))
    assert "void by C-" in found.message


def test_a_taiwanese_controller_cannot_rely_on_the_data_privacy_framework() -> None:
    assert codes(to("US", "dpf")) == ["safeguard-unfit"]
    assert codes(to("US", "dpf", controller="DE")) == []
    assert codes(to("JP", "dpf", controller="DE")) == ["safeguard-unfit"]


@pytest.mark.parametrize(
    ("country", "found"),
    [
        ("JP", []),
        ("CH", []),
        ("KR", []),
        ("GB", []),
        ("DE", []),
        ("NO", []),
        ("US", ["safeguard-unfit"]),
        ("CN", ["safeguard-unfit"]),
    ],
)
def test_adequacy_needs_a_decision_for_the_country(country: str, found: list[str]) -> None:
    assert codes(to(country, "adequacy")) == found


def test_a_decision_that_ran_out_for_one_country_has_lapsed_there() -> None:
    held: dict[str, Any] = {"exporter": "TW", "kind": "processor", "on": date(2031, 12, 28)}
    assert standing("adequacy", "GB", **held) == "lapsed"
    assert standing("adequacy", "JP", **held) == "holds"


def test_binding_corporate_rules_bind_only_the_group() -> None:
    assert codes(to("IN", "bcr")) == ["safeguard-unfit"]
    assert codes(to("IN", "bcr", kind="affiliate")) == []


def test_standard_clauses_hold_anywhere_since_they_are_in_force() -> None:
    assert codes(to("IN", "scc")) == []
    assert standing("scc", "IN", exporter="TW", kind="partner", on=date(2021, 6, 1)) == "lapsed"


def test_a_transfer_holds_between_its_own_dates_and_on_both() -> None:
    plain = to("US", "scc", valid_from="2026-03-01", valid_to="2026-09-30")
    assert codes(plain, today=date(2026, 2, 28)) == ["transfer-out-of-date"]
    assert codes(plain, today=date(2026, 3, 1)) == []
    assert codes(plain, today=date(2026, 9, 30)) == []
    assert codes(plain, today=date(2026, 10, 1)) == ["transfer-out-of-date"]


def test_an_essential_transfer_says_why() -> None:
    assert codes(to("US", "scc", essential=True)) == ["transfer-without-reason"]
    assert codes(to("US", "scc", essential=True, reason={"en": "Mail.", "zh-Hant": "郵件。"})) == []


def test_a_country_without_recipients_is_checked_as_well() -> None:
    plain = minimal()
    plain["transfers"]["JP"] = plain["transfers"]["US"] | {"safeguard": "safe-harbor"}
    assert sorted(codes(plain)) == ["safeguard-lapsed", "transfer-unused"]


def test_every_framework_has_a_source_and_a_life() -> None:
    for one in frameworks():
        assert one.source
        assert one.until is None or one.since < one.until
    assert is_in_eea("DE")
    assert not is_in_eea("TW")

"""The masks say what the statement says."""

from datetime import UTC, datetime
from typing import Any

import isodate
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.declared import NAMES, declared, from_plain
from tests.support.statements import minimal
from troth.statement.compile import compile_statement, length
from troth.statement.model import Statement

FIELDS = [f"field-{number}" for number in range(5)]
PURPOSES = [f"purpose-{number}" for number in range(5)]
BASES = ["consent", "contract", "legal-obligation", "vital-interest", "public-task", "legitimate-interest"]
PERIODS = ["P30D", "P2W", "P6M", "P1Y", "P1Y6M"]
SINCE = datetime(2026, 1, 31, 12, tzinfo=UTC)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Statements with any fields, purposes, points and recipients."""
    text = "Words"
    served = st.dictionaries(st.sampled_from(FIELDS), st.lists(st.sampled_from(PURPOSES), unique=True, min_size=1))
    plain: dict[str, Any] = minimal()
    plain["data"] = {name: {"label": text, "term": "pd:Name", "input": "text"} for name in FIELDS}
    plain["purposes"] = {
        name: {
            "label": text,
            "text": text,
            "term": "dpv:Marketing",
            "basis": draw(st.sampled_from(BASES)),
            "retention": draw(st.sampled_from(PERIODS)),
            "per_recipient": draw(st.booleans()),
        }
        for name in PURPOSES
    }
    plain["collection"] = {}
    for point in ("first", "second"):
        fields = draw(served)
        required = set(draw(st.lists(st.sampled_from(FIELDS))))
        plain["collection"][point] = {
            "title": text,
            "intro": text,
            "required": {name: names for name, names in fields.items() if name in required},
            "optional": {name: names for name, names in fields.items() if name not in required},
            "choices": draw(st.lists(st.sampled_from(PURPOSES), unique=True)),
        }
    given_to = st.dictionaries(st.sampled_from(PURPOSES), st.lists(st.sampled_from(FIELDS), unique=True))
    plain["recipients"] = {
        name: {"name": text, "kind": "partner", "country": "TW", "purposes": draw(given_to)} for name in ("one", "two")
    }
    plain["supplements"] = {
        "added": {
            "field": draw(st.sampled_from(FIELDS)),
            "source": text,
            "purpose": draw(st.sampled_from(PURPOSES)),
            "point": "first",
        }
    }
    return from_plain(plain)


def _means_the_same(statement: Statement) -> None:
    compiled = compile_statement(statement)
    fields, purposes = compiled.fields, compiled.purposes
    for name, point in statement.collection.items():
        masks, served = compiled.points[name], point.fields()
        assert set(fields.names(masks.required)) == set(point.required)
        assert set(fields.names(masks.optional)) == set(point.optional)
        assert set(fields.names(masks.declared)) == set(served)
        assert set(purposes.names(masks.choices)) == set(point.choices)
        assert {field: set(purposes.names(mask)) for field, mask in masks.purposes.items()} == {
            field: set(names) for field, names in served.items()
        }
        for purpose, mask in masks.serving.items():
            assert set(fields.names(mask)) == {field for field, names in served.items() if purpose in names}
        for field, names in served.items():
            ends = {SINCE + isodate.parse_duration(statement.purposes[one].retention) for one in names}
            assert compiled.keep_until(masks.purposes[field], SINCE) == max(ends)
            wanted = set(names) - {one for one in names if statement.purposes[one].basis == "consent"}
            assert set(purposes.names(compiled.served(name, field, chosen=0))) == wanted
            assert set(purposes.names(compiled.served(name, field, chosen=compiled.consent))) == set(names)
    for purpose in statement.purposes:
        collected = {f for point in statement.collection.values() for f, n in point.fields().items() if purpose in n}
        collected |= {one.field for one in statement.supplements.values() if one.purpose == purpose}
        assert set(fields.names(compiled.collected_for[purpose])) == collected
        for party, recipient in statement.recipients.items():
            given_to = set(fields.names(compiled.given_to.get((party, purpose), 0)))
            assert given_to == set(recipient.purposes.get(purpose, ()))
            served_by = compiled.recipients.names(compiled.recipients_for[purpose])
            assert (party in served_by) == (purpose in recipient.purposes)


def _bases_mean_the_same(statement: Statement) -> None:
    compiled = compile_statement(statement)
    of = {name: one.basis for name, one in statement.purposes.items()}
    names = compiled.purposes.names
    assert set(names(compiled.consent)) == {name for name, basis in of.items() if basis == "consent"}
    assert set(names(compiled.objectable)) == {
        name for name, basis in of.items() if basis in ("legitimate-interest", "public-task")
    }
    assert set(names(compiled.per_recipient)) == {name for name, one in statement.purposes.items() if one.per_recipient}


@given(statements())
def test_masks_are_the_plain_sets(statement: Statement) -> None:
    """Whatever is declared, the masks and the plain reading of the statement agree."""
    _means_the_same(statement)
    _bases_mean_the_same(statement)


@pytest.mark.parametrize("name", NAMES)
def test_masks_of_whole_statements(name: str) -> None:
    """The masks of the examples are what the examples say."""
    _means_the_same(declared(name))
    _bases_mean_the_same(declared(name))


def test_an_undeclared_name_has_no_bit() -> None:
    """What is not declared cannot be asked for."""
    compiled = compile_statement(declared())
    with pytest.raises(KeyError):
        compiled.fields.bit("shoe-size")
    with pytest.raises(KeyError):
        compiled.purposes.mask(["newsletter", "resale"])


def test_a_field_is_kept_for_the_longest_of_what_it_serves() -> None:
    """A value that serves two purposes ends with the later one."""
    plain = minimal()
    plain["purposes"]["subscription"]["retention"] = "P1M"
    plain["purposes"]["newsletter"]["retention"] = "P40D"
    compiled = compile_statement(from_plain(plain))
    purposes = compiled.purposes.mask(["subscription", "newsletter"])
    assert compiled.keep_until(purposes, SINCE) == datetime(2026, 3, 12, 12, tzinfo=UTC)


def test_a_purpose_that_was_refused_is_not_served() -> None:
    """Without a yes an address is kept for the subscription alone (P12)."""
    compiled = compile_statement(declared())
    served = compiled.served("newsletter", "email", chosen=0)
    assert compiled.purposes.names(served) == ("subscription",)


def test_a_month_ends_with_the_month() -> None:
    """31 January and one month is 28 February (Regulation 1182/71, Art. 3(2)(c))."""
    plain = minimal()
    plain["purposes"]["answer-you"]["retention"] = "P1M"
    assert _answered_until(plain) == datetime(2026, 2, 28, 12, tzinfo=UTC)


def test_without_a_retention_nothing_is_kept() -> None:
    """A purpose that names no time ends at once."""
    plain = minimal()
    del plain["purposes"]["answer-you"]["retention"]
    assert _answered_until(plain) == SINCE


@pytest.mark.parametrize(("shorter", "longer"), [("P30D", "P1M"), ("P3W", "P1M"), ("P364D", "P1Y"), ("P11M", "P1Y")])
def test_periods_compare(shorter: str, longer: str) -> None:
    """Days, weeks, months and years compare with each other."""
    assert length(shorter) < length(longer)


def test_the_longest_period_that_can_be_declared_has_an_end() -> None:
    """No period that a statement may declare runs past the calendar."""
    plain = minimal()
    plain["purposes"]["answer-you"]["retention"] = "P999Y9999M9999D"
    assert _answered_until(plain).year > 2999


def _answered_until(plain: dict[str, Any]) -> datetime:
    compiled = compile_statement(from_plain(plain))
    return compiled.keep_until(compiled.purposes.bit("answer-you"), SINCE)

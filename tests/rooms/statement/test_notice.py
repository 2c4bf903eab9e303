"""Whatever has to be told at a collection point stands in its notice, and the digest binds all of it."""

import json
from typing import Any

import pytest

from tests.support.declared import NAMES, declared, from_plain
from tests.support.statements import minimal
from troth.statement.canonical import digest
from troth.statement.model import Statement
from troth.statement.notice import notice, wording_digest
from troth.statement.words import LANGUAGES


def _notice(statement: Statement, point: str, language: str = "en") -> dict[str, Any]:
    return notice(statement, point, language, digest(statement))


def _by_id(parts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {part["id"]: part for part in parts}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_point_tells_everything(name: str, language: str) -> None:
    """P04: each field says whether it is required, why, and what if not; GDPR Art. 13 and PDPA Art. 8 have theirs."""
    statement = declared(name)
    for point, one in statement.collection.items():
        shown = _notice(statement, point, language)
        assert [field["id"] for field in shown["fields"]] == list(one.fields())
        for field in shown["fields"]:
            assert field["required"] == (field["id"] in one.required)
            assert all(field[part] for part in ("label", "needed", "why", "without", "kept", "clause"))
        for part in ("title", "controller", "purposes", "stored", "rights", "voluntary", "statement"):
            assert shown[part]
        assert all(purpose["basis"] and purpose["kept"] for purpose in shown["purposes"])
        assert bool(shown["age"]) == one.age


@pytest.mark.parametrize("name", NAMES)
def test_it_is_plain_json(name: str) -> None:
    """What a page shows, the API hands out unchanged."""
    statement = declared(name)
    for point in statement.collection:
        shown = _notice(statement, point)
        assert json.loads(json.dumps(shown)) == shown


def test_who_gets_it_and_where_is_told_before_sending() -> None:
    """P15: countries and safeguards stand at the point, for what that point gathers only."""
    shown = _notice(declared(), "newsletter")
    (recipient,) = shown["recipients"]
    assert recipient["name"] == "Example Mail House"
    assert recipient["country_code"] == "US"
    assert recipient["safeguard"].startswith("The recipients are bound by the standard contractual clauses")
    assert recipient["only_with_consent"]
    assert recipient["fields"] == ["E-mail"]
    assert shown["abroad"] == "Only if you agree below it also goes to the United States."
    assert [country["code"] for country in shown["countries"]] == ["US"]
    enquiry = _notice(declared(), "enquiry")
    assert enquiry["recipients"] == enquiry["countries"] == []
    assert enquiry["abroad"] == ""


def test_where_it_goes_in_any_case_is_told_apart() -> None:
    """P15: a country that it goes to without a choice is named first, and so is one where it is stored."""
    plain = minimal()
    plain["stored_in"] = ["DE"]
    plain["recipients"]["printer"] = {**plain["recipients"]["mail-house"], "purposes": {"subscription": ["email"]}}
    plain["recipients"]["mail-house"]["country"] = "JP"
    shown = _notice(from_plain(plain), "newsletter")
    assert shown["abroad"] == (
        "Your information goes to Germany and the United States. Only if you agree below it also goes to Japan."
    )
    assert shown["stored"] == "Stored in Germany."


def test_why_tells_apart_what_needs_a_yes() -> None:
    """A field says what it is used for anyway, and what only after a yes."""
    field = _by_id(_notice(declared(), "newsletter")["fields"])["email"]
    assert field["why"].endswith("Only if you agree below: Newsletter.")
    assert field["required"]
    assert field["without"] == "Without it you cannot send this form."


def test_a_field_for_a_choice_alone_says_that_it_is_not_stored_without_a_yes() -> None:
    """P05: nothing is kept for a purpose that was refused."""
    plain = minimal()
    plain["collection"]["newsletter"]["optional"] = {"name": ["newsletter"]}
    field = _by_id(_notice(from_plain(plain), "newsletter")["fields"])["name"]
    assert field["why"] == "Only if you agree below: Newsletter. Without your yes it is not stored."
    assert field["without"] == "You may leave it out."


def test_a_field_is_kept_for_the_longest_time_of_what_it_serves() -> None:
    """The time that is told is the time after which the value is gone."""
    plain = minimal()
    plain["purposes"]["subscription"]["retention"] = "P11M"
    plain["purposes"]["newsletter"]["retention"] = "P1Y"
    assert _by_id(_notice(from_plain(plain), "newsletter")["fields"])["email"]["kept"] == "1 year"


def test_consent_for_each_recipient_is_asked_for_each() -> None:
    """P14: one question for each recipient, naming it."""
    plain = minimal()
    plain["purposes"]["newsletter"]["per_recipient"] = True
    (choice,) = _notice(from_plain(plain), "newsletter")["choices"]
    assert choice["id"] == "newsletter.mail-house"
    assert (choice["purpose"], choice["recipient"]) == ("newsletter", "mail-house")
    assert choice["question"] == "Example Mail House: May we send you news about our products?"


def test_a_supplement_is_told_where_it_is_added() -> None:
    """P08: what is added from elsewhere names its source."""
    plain = minimal()
    plain["supplements"] = {
        "look-up": {"field": "name", "source": "Company register", "purpose": "answer-you", "point": "enquiry"}
    }
    (added,) = _notice(from_plain(plain), "enquiry")["supplements"]
    assert "Company register" in added["text"]
    assert _notice(from_plain(plain), "newsletter")["supplements"] == []


def test_the_digest_binds_every_word() -> None:
    """P11: another statement, language, word or order is another digest."""
    shown = _notice(declared(), "enquiry")
    plain = minimal()
    plain["collection"]["enquiry"]["required"] = dict(reversed(plain["collection"]["enquiry"]["required"].items()))
    others = [
        _notice(declared(), "enquiry", "zh-Hant"),
        _notice(from_plain(plain), "enquiry"),
        {**shown, "intro": shown["intro"] + "!"},
        {**shown, "statement": "0" * 64},
    ]
    digests = {wording_digest(one) for one in [shown, *others]}
    assert len(digests) == 5
    assert wording_digest(_notice(declared(), "enquiry")) == wording_digest(shown)


def test_age_is_asked_where_declared() -> None:
    """P50: the age is asked where the statement says so, and nowhere else."""
    assert _notice(declared(), "newsletter")["age"]["minimum"] == 16
    assert _notice(declared(), "enquiry")["age"] is None

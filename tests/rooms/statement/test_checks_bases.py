"""Purposes stand on a basis; consent is apart and no condition."""

from typing import Any

import pytest

from tests.support.statements import codes, findings, minimal

TEXT = {"en": "Words.", "zh-Hant": "文字。"}


@pytest.mark.parametrize(
    ("purpose", "part", "code"),
    [
        ("answer-you", "basis", "purpose-without-basis"),
        ("answer-you", "retention", "purpose-without-retention"),
        ("answer-you", "interest", "interest-missing"),
        ("newsletter", "question", "question-missing"),
        ("newsletter", "separate", "consent-bundled"),
    ],
)
def test_a_purpose_without_it_is_found(purpose: str, part: str, code: str) -> None:
    plain = minimal()
    del plain["purposes"][purpose][part]
    (found,) = findings(plain)
    assert found.code == code
    assert f"`{purpose}`" in found.message


def test_a_legal_obligation_is_named() -> None:
    plain = minimal()
    plain["purposes"]["subscription"]["basis"] = "legal-obligation"
    assert codes(plain) == ["obligation-missing"]
    plain["purposes"]["subscription"]["obligation"] = TEXT
    assert codes(plain) == []


def test_a_question_that_changes_nothing_is_found() -> None:
    plain = minimal()
    plain["purposes"]["subscription"]["question"] = TEXT
    assert codes(plain) == ["question-without-consent"]


def test_a_choice_where_no_is_no_answer_is_found() -> None:
    plain = minimal()
    plain["collection"]["newsletter"]["choices"].append("subscription")
    (found,) = findings(plain)
    assert (found.code, found.place) == ("choice-not-consent", ("collection", "newsletter", "choices", 1))


def points(plain: dict[str, Any]) -> dict[str, Any]:
    return dict(plain["collection"])


def test_a_required_field_that_only_a_consent_purpose_needs_is_found() -> None:
    plain = minimal()
    points(plain)["newsletter"]["required"] = {"email": ["newsletter"]}
    found = [one for one in findings(plain) if one.severity == "error"]
    assert [(one.code, one.place) for one in found] == [
        ("consent-for-required", ("collection", "newsletter", "required", "email"))
    ]


def test_the_same_field_may_be_optional() -> None:
    plain = minimal()
    points(plain)["newsletter"] |= {"required": {}, "optional": {"email": ["newsletter"]}}
    assert "consent-for-required" not in codes(plain)


@pytest.mark.parametrize("part", ["required", "optional"])
def test_a_field_for_a_consent_purpose_needs_the_choice_at_the_same_point(part: str) -> None:
    plain = minimal()
    field = next(iter(points(plain)["enquiry"][part]))
    points(plain)["enquiry"][part][field].append("newsletter")
    (found,) = findings(plain)
    assert (found.code, found.place) == ("consent-not-offered", ("collection", "enquiry", part, field))


def test_a_field_that_serves_nothing_is_found_once() -> None:
    plain = minimal()
    points(plain)["enquiry"]["required"]["message"] = []
    assert codes(plain) == ["field-without-purpose"]

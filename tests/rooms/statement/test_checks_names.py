"""Everything that is named is declared, everything declared is used."""

import copy
from typing import Any

import pytest

from tests.support.statements import codes, findings, minimal

SUPPLEMENT = {"field": "name", "source": "Companies Register", "purpose": "answer-you", "point": "enquiry"}
VISITS = {"fields": ["page"], "purposes": ["subscription"], "retention": "P6M", "join": "newsletter"}
COOKIE = {
    "data": {"en": "Words.", "zh-Hant": "文字。"},
    "lifetime": "session",
    "purpose": "newsletter",
    "consent": "newsletter",
}
CHOICES = {
    "data": {"en": "Words.", "zh-Hant": "文字。"},
    "lifetime": "P6M",
    "purpose": "newsletter",
    "exempt": {"en": "Words.", "zh-Hant": "文字。"},
}


def put(plain: dict[str, Any], place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    inner: Any = plain
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return plain


def whole() -> dict[str, Any]:
    """A whole statement that names purposes and fields in every place where one can."""
    return minimal() | copy.deepcopy(
        {"supplements": {"register": SUPPLEMENT}, "visits": VISITS, "cookies": {"reading": COOKIE, "choices": CHOICES}}
    )


def test_the_whole_statement_has_no_findings() -> None:
    assert codes(whole()) == []


@pytest.mark.parametrize(
    "place",
    [
        ("collection", "enquiry", "optional"),
        ("collection", "enquiry", "required"),
    ],
)
def test_a_point_asks_for_no_field_that_is_not_declared(place: tuple[str, ...]) -> None:
    plain = minimal()
    inner: Any = plain
    for step in place:
        inner = inner[step]
    inner["shoe-size"] = ["answer-you"]
    (found,) = findings(plain)
    assert (found.code, found.place) == ("field-undeclared", (*place, "shoe-size"))
    assert "`shoe-size`" in found.message


def test_a_recipient_gets_no_field_that_is_not_declared() -> None:
    plain = put(minimal(), ("recipients", "mail-house", "purposes", "newsletter"), ["email", "shoe-size"])
    (found,) = findings(plain)
    assert (found.code, found.place[-1]) == ("field-undeclared", 1)


@pytest.mark.parametrize(
    "place",
    [
        ("collection", "enquiry", "optional", "name", 0),
        ("collection", "newsletter", "choices", 0),
        ("supplements", "register", "purpose"),
        ("mail", "news", "purpose"),
        ("cookies", "reading", "purpose"),
        ("cookies", "reading", "consent"),
        ("visits", "purposes", 0),
        ("visits", "join"),
    ],
)
def test_no_purpose_is_named_that_is_not_declared(place: tuple[str | int, ...]) -> None:
    found = [one for one in findings(put(whole(), place, "world-peace")) if one.code == "purpose-undeclared"]
    assert [one.place for one in found] == [place]


def test_no_recipient_gets_information_for_a_purpose_that_is_not_declared() -> None:
    plain = put(minimal(), ("recipients", "mail-house", "purposes"), {"world-peace": ["email"]})
    assert codes(plain) == ["purpose-undeclared"]


def test_a_recipient_gets_only_what_is_collected_for_its_purpose() -> None:
    plain = put(minimal(), ("recipients", "mail-house", "purposes"), {"newsletter": ["email", "name"]})
    (found,) = findings(plain)
    assert found.code == "recipient-field-not-collected"
    assert found.place == ("recipients", "mail-house", "purposes", "newsletter", 1)


def test_a_recipient_may_get_what_a_supplement_adds() -> None:
    plain = put(minimal(), ("recipients", "mail-house", "purposes", "subscription"), ["name"])
    assert codes(plain) == ["recipient-field-not-collected"]
    plain["supplements"] = {"register": SUPPLEMENT | {"purpose": "subscription"}}
    assert codes(plain) == []


def test_a_country_must_exist_wherever_it_is_named() -> None:
    plain = minimal()
    plain["controller"]["country"] = "ZZ"
    plain["stored_in"] = ["TW", "UK"]
    plain["recipients"]["mail-house"]["country"] = "EU"
    plain["transfers"] = {"EU": plain["transfers"]["US"]}
    plain["children"]["thresholds"] = {"EL": 16}
    plain["complaints"]["authority"]["country"] = "QQ"
    places = {one.place for one in findings(plain) if one.code == "country-unknown"}
    assert places == {
        ("controller", "country"),
        ("stored_in", 1),
        ("recipients", "mail-house", "country"),
        ("transfers", "EU"),
        ("children", "thresholds", "EL"),
        ("complaints", "authority", "country"),
    }


def test_a_recipient_where_the_data_are_stored_needs_no_transfer() -> None:
    plain = put(minimal(), ("recipients", "mail-house", "country"), "TW")
    assert codes(plain) == ["transfer-unused"]
    del plain["transfers"]
    assert codes(plain) == []


def test_what_is_unused_is_a_warning() -> None:
    plain = minimal()
    plain["data"]["phone"] = {
        "label": {"en": "Phone", "zh-Hant": "電話"},
        "term": "pd:TelephoneNumber",
        "input": "phone",
    }
    (found,) = findings(plain)
    assert (found.code, found.severity) == ("data-unused", "warning")

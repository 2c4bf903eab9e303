"""No other section does what `never` excludes."""

import pytest

from tests.support.statements import codes, findings, minimal

TEXT = {"en": "Words.", "zh-Hant": "文字。"}


@pytest.mark.parametrize("word", ["sell", "rent", "lease"])
def test_what_is_never_sold_has_no_price(word: str) -> None:
    plain = minimal() | {"never": [word, "automated-decisions"]}
    plain["recipients"]["mail-house"]["consideration"] = TEXT
    assert sorted(codes(plain)) == ["consideration-set", "never-contradicted"]


@pytest.mark.parametrize("term", ["dpv:SellDataToThirdParties", "dpv:SellInsightsFromData"])
def test_what_is_never_sold_is_not_sold_under_another_name(term: str) -> None:
    plain = minimal()
    plain["purposes"]["subscription"]["term"] = term
    assert codes(plain) == ["never-contradicted"]


def test_decisions_that_are_never_automated_are_not_explained() -> None:
    plain = minimal()
    plain["service"]["automated_decisions"] = TEXT
    (found,) = findings(plain)
    assert (found.code, found.place) == ("never-contradicted", ("service", "automated_decisions"))


@pytest.mark.parametrize("term", ["pd:PaymentCardNumber", "pd:CreditCardNumber"])
def test_a_card_number_that_is_never_stored_is_never_typed_in(term: str) -> None:
    plain = minimal()
    plain["never"].append("store-card-numbers")
    plain["data"]["message"] |= {"term": term, "input": "text"}
    assert codes(plain) == ["never-contradicted"]
    plain["data"]["message"]["input"] = "payment-reference"
    assert codes(plain) == []


def test_where_third_parties_never_set_cookies_every_cookie_is_our_own() -> None:
    plain = minimal()
    plain["never"].append("third-party-cookies")
    plain["cookies"] = {
        "counter": {
            "host": "counter.example",
            "purpose": "newsletter",
            "consent": "newsletter",
            "lifetime": "P1M",
            "data": TEXT,
        },
        "choices": {"purpose": "newsletter", "exempt": TEXT, "lifetime": "P1M", "data": TEXT},
    }
    (found,) = findings(plain)
    assert (found.code, found.place) == ("never-contradicted", ("cookies", "counter", "host"))
    plain["cookies"]["counter"]["host"] = "self"
    assert codes(plain) == []

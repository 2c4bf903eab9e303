"""The vocabulary is the vendored one, and every term is from it and of the right kind."""

import hashlib
from typing import Any

import pytest

from tests.support.statements import codes, findings, minimal
from troth.statement import terms


def with_term(section: str, name: str, term: str) -> dict[str, Any]:
    plain = minimal()
    plain[section][name]["term"] = term
    return plain


def test_the_vendored_vocabulary_is_the_pinned_one() -> None:
    assert hashlib.sha256(terms.TERMS_FILE.read_bytes()).hexdigest() == terms.TERMS_SHA256
    assert hashlib.sha256(terms.RETIRED_FILE.read_bytes()).hexdigest() == terms.RETIRED_SHA256


def test_a_retired_term_is_not_known_and_its_successor_is() -> None:
    for term, gone in terms.retired().items():
        assert not terms.is_known(term)
        assert not gone.replaced_by or terms.is_known(gone.replaced_by)


def test_a_term_belongs_to_the_families_above_it() -> None:
    assert terms.is_a("dpv:DirectMarketing", "dpv:Purpose")
    assert terms.is_a("dpv:PersonalisedAdvertising", "dpv:Marketing")
    assert terms.is_a("dpv:Purpose", "dpv:Purpose")
    assert terms.is_a("pd:CreditCardNumber", "pd:PaymentCardNumber")
    assert not terms.is_a("dpv:Purpose", "dpv:DirectMarketing")
    assert not terms.is_a("dpv:EncryptionInTransfer", "dpv:Purpose")
    assert not terms.is_a("dpv:NoSuchTerm", "dpv:Purpose")


def test_a_term_has_an_address() -> None:
    assert terms.iri("pd:EmailAddress") == "https://w3id.org/dpv/pd#EmailAddress"
    assert terms.iri("eu-gdpr:A6-1-a") == "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"


def test_a_term_that_does_not_exist_is_found_with_its_place() -> None:
    (found,) = findings(with_term("purposes", "newsletter", "dpv:Analytics"))
    assert (found.code, found.place) == ("term-unknown", ("purposes", "newsletter", "term"))


def test_a_retired_term_is_found_with_the_one_to_write() -> None:
    (found,) = findings(with_term("data", "message", "pd:BrowsingBehavior"))
    assert found.code == "term-retired"
    assert "2.2" in found.message
    assert "`pd:BrowsingBehaviour`" in found.message


def test_a_retired_term_without_a_successor_is_found() -> None:
    (found,) = findings(with_term("purposes", "answer-you", "dpv:CreditChecking"))
    assert found.code == "term-retired"
    assert found.message.endswith("Choose another.")


@pytest.mark.parametrize(
    ("section", "name", "term"),
    [
        ("purposes", "answer-you", "pd:EmailAddress"),
        ("data", "email", "dpv:DirectMarketing"),
    ],
)
def test_a_term_of_another_kind_is_found(section: str, name: str, term: str) -> None:
    assert codes(with_term(section, name, term)) == ["term-unfit"]


@pytest.mark.parametrize("term", ["dpv:SensitivePersonalData", "pd:WorkLocation", "pd:Professional"])
def test_a_term_for_personal_data_is_fit(term: str) -> None:
    assert codes(with_term("data", "message", term)) == []


@pytest.mark.parametrize(
    "term", ["dpv:AccessControlMethod", "dpv:ConfidentialityAgreement", "dpv:PhysicalSecureStorage", "dpv:LegalMeasure"]
)
def test_a_term_for_any_measure_is_fit(term: str) -> None:
    plain = minimal()
    plain["security"][0]["term"] = term
    assert codes(plain) == []

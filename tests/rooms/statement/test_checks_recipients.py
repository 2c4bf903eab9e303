"""Nobody gets anything without an agreement that stands today."""

from datetime import date
from typing import Any

import pytest

from tests.support.statements import codes, findings, minimal

HELD = {"kind": "processing", "signed": "2025-01-02", "confidential": True}


def with_recipient(**changed: object) -> dict[str, Any]:
    plain = minimal()
    plain["recipients"]["mail-house"] |= changed
    return plain


def test_a_processor_has_an_agreement() -> None:
    assert codes(with_recipient(agreement=None)) == ["agreement-missing"]


def test_an_authority_needs_none() -> None:
    assert codes(with_recipient(kind="authority", agreement=None)) == []


def test_an_agreement_holds_on_its_last_day_and_not_on_the_next() -> None:
    plain = with_recipient(agreement=HELD | {"expires": "2026-11-30"})
    assert codes(plain, today=date(2026, 11, 30)) == []
    assert codes(plain, today=date(2026, 12, 1)) == ["agreement-expired"]


def test_an_agreement_holds_from_the_day_of_signature() -> None:
    plain = with_recipient(agreement=HELD | {"signed": "2026-11-30"})
    assert codes(plain, today=date(2026, 11, 29)) == ["agreement-unsigned"]
    assert codes(plain, today=date(2026, 11, 30)) == []


@pytest.mark.parametrize(
    ("recipient", "agreement", "fits"),
    [
        ("processor", "processing", True),
        ("processor", "confidentiality", True),
        ("processor", "scc", True),
        ("processor", "partner", False),
        ("processor", "joint", False),
        ("processor", "bcr", False),
        ("affiliate", "bcr", True),
        ("affiliate", "joint", True),
        ("affiliate", "partner", False),
        ("partner", "partner", True),
        ("partner", "processing", False),
        ("partner", "bcr", False),
    ],
)
def test_an_agreement_fits_the_recipient(recipient: str, agreement: str, fits: bool) -> None:
    found = codes(with_recipient(kind=recipient, agreement=HELD | {"kind": agreement}))
    assert ("agreement-unfit" in found) is not fits


@pytest.mark.parametrize(("recipient", "needed"), [("processor", True), ("partner", True), ("affiliate", False)])
def test_processors_and_partners_are_held_to_confidence(recipient: str, needed: bool) -> None:
    found = codes(with_recipient(kind=recipient, agreement={"kind": "scc", "signed": "2025-01-02"}))
    assert ("agreement-not-confidential" in found) is needed


def test_nothing_is_given_in_return() -> None:
    plain = with_recipient(consideration={"en": "A discount.", "zh-Hant": "折扣。"}) | {
        "never": ["automated-decisions"]
    }
    (found,) = findings(plain)
    assert (found.code, found.place) == ("consideration-set", ("recipients", "mail-house", "consideration"))


@pytest.mark.parametrize("kind", ["affiliate", "partner"])
def test_marketing_by_others_needs_consent_for_each(kind: str) -> None:
    plain = with_recipient(kind=kind, agreement=HELD | {"kind": "confidentiality"})
    assert codes(plain) == ["sharing-without-consent"]
    plain["purposes"]["newsletter"]["per_recipient"] = True
    assert codes(plain) == []


def test_a_processor_mails_for_us_under_our_own_consent() -> None:
    assert codes(minimal()) == []


def test_a_partner_may_support_what_was_asked_for() -> None:
    plain = with_recipient(
        kind="partner", agreement=HELD | {"kind": "partner"}, purposes={"answer-you": ["email", "message"]}
    )
    assert codes(plain) == []

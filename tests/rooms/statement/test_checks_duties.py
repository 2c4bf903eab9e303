"""Removing anything that a law wants to be told is found."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.statements import codes, minimal

Plain = dict[str, Any]


def _without(*place: str) -> Callable[[Plain], object]:
    def remove(plain: Plain) -> object:
        for step in place[:-1]:
            plain = plain[step]
        return plain.pop(place[-1])

    return remove


ART_13: dict[str, list[tuple[Callable[[Plain], object], str]]] = {
    "1a": [(_without("controller", part), "file-misshapen") for part in ("name", "address", "email")]
    + [(_without("controller"), "file-misshapen"), (_without("controller", "representative"), "duty-13-1a")],
    "1b": [(_without("controller", "officer"), "duty-13-1b")],
    "1c": [
        (_without("purposes", "newsletter"), "purpose-undeclared"),
        (_without("purposes", "newsletter", "basis"), "purpose-without-basis"),
    ],
    "1d": [(_without("purposes", "answer-you", "interest"), "interest-missing")],
    "1e": [
        (_without("recipients"), "transfer-unused"),
        (_without("recipients", "mail-house"), "transfer-unused"),
        (_without("recipients", "mail-house", "name"), "file-misshapen"),
    ],
    "1f": [
        (_without("transfers"), "transfer-undeclared"),
        (_without("transfers", "US", "copy_at"), "file-misshapen"),
        (_without("transfers", "US", "safeguard"), "file-misshapen"),
    ],
    "2a": [(_without("purposes", "answer-you", "retention"), "purpose-without-retention")],
    "2b": [
        (_without("rights", right), "duty-13-2b")
        for right in ("access", "correct", "erase", "restrict", "object", "portability")
    ],
    "2c": [(_without("rights", "withdraw"), "duty-13-2c")],
    "2d": [
        (_without("rights", "complain"), "duty-13-2d"),
        (_without("complaints"), "duty-13-2d"),
        (_without("complaints", "authority"), "duty-13-2d"),
    ],
    "2e": [(_without("collection", "enquiry", "without"), "duty-13-2e")],
    "2f": [(lambda plain: plain["never"].remove("automated-decisions"), "duty-13-2f")],
    "3": [(_without("changes"), "file-misshapen"), (_without("changes", "notice"), "file-misshapen")],
}


@pytest.mark.parametrize(
    ("remove", "code"),
    [
        pytest.param(remove, code, id=f"13-{item}-{number}")
        for item, cases in ART_13.items()
        for number, (remove, code) in enumerate(cases)
    ],
)
def test_removing_an_item_of_article_13_is_found(remove: Callable[[Plain], object], code: str) -> None:
    plain = minimal()
    remove(plain)
    assert code in codes(plain)


def under(law: str) -> Plain:
    plain = minimal()
    plain["service"]["laws"] = [law]
    return plain


@pytest.mark.parametrize("right", ["access", "copy", "correct", "erase"])
def test_a_right_of_taiwans_act_is_told(right: str) -> None:
    plain = under("tw-pdpa")
    del plain["rights"][right]
    assert codes(plain) == ["duty-tw-8-5"]


def test_to_object_or_to_restrict_is_to_stop() -> None:
    plain = under("tw-pdpa")
    del plain["rights"]["object"]
    assert codes(plain) == []
    del plain["rights"]["restrict"]
    assert codes(plain) == ["duty-tw-8-5"]


def test_taiwans_act_wants_the_effect_of_not_answering() -> None:
    plain = under("tw-pdpa")
    del plain["collection"]["enquiry"]["without"]
    assert codes(plain) == ["duty-tw-8-6"]


def test_a_law_that_does_not_apply_wants_nothing() -> None:
    plain = under("tw-pdpa")
    plain |= {"never": []}
    for part in ("officer", "representative"):
        del plain["controller"][part]
    for right in ("portability", "withdraw", "complain", "object"):
        del plain["rights"][right]
    assert codes(plain) == []
    plain["service"]["laws"] = ["gdpr"]
    assert set(codes(plain)) == {"duty-13-1a", "duty-13-1b", "duty-13-2b", "duty-13-2c", "duty-13-2d", "duty-13-2f"}


def test_a_controller_inside_the_eea_needs_no_representative() -> None:
    plain = minimal()
    plain["controller"]["country"] = "DE"
    del plain["controller"]["representative"]
    assert codes(plain) == []


def test_without_consent_there_is_nothing_to_withdraw() -> None:
    plain = minimal()
    newsletter = plain["purposes"]["newsletter"]
    newsletter["basis"] = "contract"
    del newsletter["question"], plain["collection"]["newsletter"]["choices"], plain["rights"]["withdraw"]
    assert codes(plain) == []


def test_automated_decisions_are_explained_or_excluded() -> None:
    plain = minimal() | {"never": []}
    plain["service"]["automated_decisions"] = {"en": "We score.", "zh-Hant": "我們評分。"}
    assert codes(plain) == []

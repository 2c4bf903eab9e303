"""Every cookie says what for and for how long, and is needed or asked for."""

from typing import Any

import pytest

from tests.support.statements import codes, minimal

TEXT = {"en": "Words.", "zh-Hant": "文字。"}
ASKED = {"purpose": "newsletter", "consent": "newsletter", "lifetime": "P6M", "data": TEXT}
EXEMPT = {"purpose": "subscription", "exempt": TEXT, "lifetime": "session", "data": TEXT}
CHOICES = EXEMPT | {"lifetime": "P6M"}


def with_cookie(cookie: dict[str, Any]) -> list[str]:
    return codes(minimal() | {"cookies": {"__Host-reading": cookie, "choices": CHOICES}})


def test_a_cookie_that_is_asked_for_or_needed_is_well_declared() -> None:
    assert with_cookie(ASKED) == []
    assert with_cookie(EXEMPT) == []


@pytest.mark.parametrize(
    ("cookie", "code"),
    [
        (ASKED | {"purpose": None}, "cookie-without-purpose"),
        (ASKED | {"lifetime": None}, "cookie-without-lifetime"),
        (ASKED | {"consent": None}, "cookie-without-ground"),
        (EXEMPT | {"exempt": None}, "cookie-without-ground"),
        (ASKED | {"exempt": TEXT}, "cookie-two-grounds"),
        (ASKED | {"consent": "subscription"}, "cookie-consent-unfit"),
    ],
)
def test_what_is_missing_or_contrary_is_found(cookie: dict[str, Any], code: str) -> None:
    assert with_cookie(cookie) == [code]


@pytest.mark.parametrize("lifetime", ["session", "P1D", "P57W", "P400D", "P13M", "P1Y1M", "P1Y34D"])
def test_browsers_keep_it_as_long_as_promised(lifetime: str) -> None:
    assert with_cookie(ASKED | {"lifetime": lifetime}) == []


@pytest.mark.parametrize("lifetime", ["P401D", "P58W", "P14M", "P2Y", "P1Y2M", "P1Y35D"])
def test_browsers_do_not_keep_it_longer_than_400_days(lifetime: str) -> None:
    assert with_cookie(ASKED | {"lifetime": lifetime}) == ["cookie-too-long"]


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"choices": ASKED},
        {"choices": CHOICES | {"lifetime": "session"}},
        {"choices": CHOICES | {"host": "cdn.example"}},
        {"choices": CHOICES | {"kind": "local-storage"}},
    ],
)
def test_a_yes_can_be_kept(choices: dict[str, Any]) -> None:
    """Where something waits for a yes there is something to keep it that does not; once it is found, not per cookie."""
    waiting = {"one": ASKED, "other": ASKED}
    assert codes(minimal() | {"cookies": waiting | choices}) == ["cookie-choice-not-kept"]
    assert codes(minimal() | {"cookies": {"one": EXEMPT} | dict.fromkeys(choices, EXEMPT)}) == []

"""Every cookie says what for and for how long, and is either needed or asked for: ePrivacy Art. 5(3)."""

import re
from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.model import CHOICES

MOST_DAYS = 400
_DAYS = {"Y": 366.0, "M": 30.5, "W": 7.0, "D": 1.0}


def without_purpose(declared: Declared) -> Iterator[Fault]:
    """It says what for."""
    for name, cookie in declared.statement.cookies.items():
        if cookie.purpose is None:
            yield Fault(
                "cookie-without-purpose",
                f"The cookie `{name}` has no purpose. Name one in `purpose`.",
                ("cookies", name),
            )


def without_lifetime(declared: Declared) -> Iterator[Fault]:
    """It says for how long: C-673/17."""
    for name, cookie in declared.statement.cookies.items():
        if cookie.lifetime is None:
            yield Fault(
                "cookie-without-lifetime",
                f"The cookie `{name}` does not say how long it stays. Give a "
                "`lifetime`: `session`, or a duration such as `P6M`.",
                ("cookies", name),
            )


def too_long(declared: Declared) -> Iterator[Fault]:
    """It promises no more than browsers keep: RFC 6265bis, about 400 days."""
    for name, cookie in declared.statement.cookies.items():
        if cookie.lifetime and _days(cookie.lifetime) > MOST_DAYS:
            yield Fault(
                "cookie-too-long",
                f"The cookie `{name}` is to stay for {cookie.lifetime}, but browsers keep "
                f"none beyond {MOST_DAYS} days. Shorten its `lifetime`.",
                ("cookies", name, "lifetime"),
            )


def without_ground(declared: Declared) -> Iterator[Fault]:
    """It is strictly necessary, and why, or a person agrees to it."""
    for name, cookie in declared.statement.cookies.items():
        if cookie.exempt is None and cookie.consent is None:
            yield Fault(
                "cookie-without-ground",
                f"The cookie `{name}` is neither exempt nor asked for. Say in "
                "`exempt` why it is strictly necessary, or name the consent purpose in `consent`.",
                ("cookies", name),
            )


def two_grounds(declared: Declared) -> Iterator[Fault]:
    """It is the one or the other: nobody is asked for what is set anyway."""
    for name, cookie in declared.statement.cookies.items():
        if cookie.exempt is not None and cookie.consent is not None:
            yield Fault(
                "cookie-two-grounds",
                f"The cookie `{name}` is both exempt and asked for. Keep `exempt` or `consent`.",
                ("cookies", name, "consent"),
            )


def consent_unfit(declared: Declared) -> Iterator[Fault]:
    """What is asked for can be declined."""
    purposes = declared.statement.purposes
    for name, cookie in declared.statement.cookies.items():
        if cookie.consent in purposes and purposes[cookie.consent].basis != "consent":
            yield Fault(
                "cookie-consent-unfit",
                f"The cookie `{name}` asks for `{cookie.consent}`, whose basis is not "
                "consent. Name a purpose that rests on consent.",
                ("cookies", name, "consent"),
            )


def choice_not_kept(declared: Declared) -> Iterator[Fault]:
    """What waits for a yes can be given one: something keeps it, without waiting itself."""
    cookies = declared.statement.cookies
    waiting = [name for name, cookie in cookies.items() if cookie.consent]
    one = cookies.get(CHOICES)
    keeps = one and not one.consent and (one.kind, one.host) == ("cookie", "self") and one.lifetime != "session"
    if waiting and not keeps:
        yield Fault(
            "cookie-choice-not-kept",
            f"The cookie `{waiting[0]}` waits for a yes that nothing keeps, so that it is never set and nobody is "
            f"asked. Declare an exempt cookie `{CHOICES}` of your own host with a `lifetime` such as `P6M`.",
            ("cookies", CHOICES if one else waiting[0]),
        )


CHECKS: tuple[Check, ...] = (
    without_purpose, without_lifetime, too_long, without_ground, two_grounds, consent_unfit, choice_not_kept
)  # fmt: skip


def _days(lifetime: str) -> float:
    """At most so many days; a month counts as half of 61 days, so that thirteen of them are 397."""
    return sum(int(count) * _DAYS[unit] for count, unit in re.findall(r"(\d+)([YMWD])", lifetime))

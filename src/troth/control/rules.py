"""Who is signed in, for how long, and how often anything may be tried. No I/O."""

import hmac
import ipaddress
import secrets
from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from troth.vault.rules import Envelope, context

CODE_FOR: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
PROVED_FOR: Final = timedelta(minutes=10)
CHALLENGE_FOR: Final = timedelta(minutes=5)
NOTICE_FOR: Final = timedelta(days=3)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 1000
LISTED_FOR: Final = timedelta(days=90)
_DIGITS: Final = 8
_TOKEN: Final = 32


class SignedIn(NamedTuple):
    """Who is signed in, in which session; when they last proved who they are, and by what means."""

    person: str
    session: str
    at: datetime
    means: str


class Device(NamedTuple):
    """What a browser says of itself, in words: never more than its kind."""

    browser: str = ""
    system: str = ""


class Limit(NamedTuple):
    """How often something may be tried within how long."""

    name: str
    most: int
    within: timedelta


CODES_FOR_AN_ADDRESS: Final = Limit("code.address", 5, timedelta(minutes=15))
CODES_FROM_A_PREFIX: Final = Limit("code.prefix", 30, timedelta(minutes=15))
TRIES_FROM_A_PREFIX: Final = Limit("try.prefix", 60, timedelta(minutes=15))
PASSWORDS_FOR_AN_ADDRESS: Final = Limit("password.address", 10, timedelta(hours=1))
# SP 800-63B-4, 3.2.2: no more than a hundred failures in a row.
FAILURES_FOR_AN_ADDRESS: Final = Limit("password.failures", 100, timedelta(days=90))
PACKAGES_FOR_A_PERSON: Final = Limit("package.person", 5, timedelta(days=1))
# Mails that are taken; what is too much stays with the mail server that brings it.
MAILS_FROM_AN_ADDRESS: Final = Limit("mail.address", 10, timedelta(days=1))
MAILS_IN_ALL: Final = Limit("mail.all", 1000, timedelta(hours=1))
ANSWERS_TO_A_PERSON: Final = Limit("answer.person", 1, timedelta(days=1))
ANSWERS_TO_AN_UNKNOWN: Final = Limit("answer.unknown", 1, timedelta(days=30))
ANSWERS_IN_ALL: Final = Limit("answer.all", 200, timedelta(hours=1))

# The first that fits: those further down are named by many that come before them.
_BROWSERS: Final = (
    ("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> Device:
    """The kind of browser and system that a ``User-Agent`` header names; empty where it names none we know."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    return Device(browser, next((name for sign, name in _SYSTEMS if sign in agent), ""))


def prefix(address: str) -> str:
    """The network that somebody sends from: /24 of IPv4, /48 of IPv6. This machine itself is none."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return "unknown"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return ""
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))  # noqa: PLR2004 - IPv4


def is_over(began: datetime, seen: datetime, at: datetime) -> bool:
    """Whether a session has ended by itself: unused for too long, or begun too long ago."""
    return at - seen >= IDLE or at - began >= LONGEST


def has_proved(me: SignedIn, at: datetime) -> bool:
    """Whether they proved who they are so lately that they need not again."""
    return at - me.at < PROVED_FOR


def new_code() -> str:
    """A code of eight digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def plain_code(typed: str) -> str:
    """A code as it was made, however it was typed: without spaces and dashes."""
    return "".join(typed.split()).replace("-", "")


def new_token() -> str:
    """256 random bits for a browser to keep."""
    return secrets.token_urlsafe(_TOKEN)


def token_digest(token: str) -> bytes:
    """What is kept of a token; it suffices for random bits."""
    return sha256(token.encode("utf-8", "replace")).digest()


def keyed(key: bytes, name: str, value: bytes) -> bytes:
    """A digest of `value` that nobody can make or look for without the key."""
    return hmac.digest(key, context("troth.v1", "sign-in", name) + value, "sha256")


def asked_envelope(key: bytes, ref: str) -> Envelope:
    """Seals what was asked for before it is known who asked: under a key of the installation, bound to its row."""
    return Envelope(hmac.digest(key, context("troth.v1", "sign-in", "asked"), "sha256"), "control_code", ref)


def address_envelope(key: bytes, person: str, ref: str) -> Envelope:
    """Seals a person's address under their key, bound to the row that it stands in."""
    return Envelope(key, "control_address", ref, person)


_TELLING = 4
_LEFT = 8


def is_guessed(password: str, common: Container[str], own: Iterable[str]) -> bool:
    """Whether others try this first: a word of the list of common ones, also over and over, or one of the person's own.

    `own` are words that belong to the person or the site; what is left without them must still be something.
    """
    plain = password.casefold()
    unit = plain[: (plain + plain).index(plain, 1)]
    if plain in common or unit in common or len(unit) < _LEFT:
        return True
    for word in own:
        if len(word) >= _TELLING:
            plain = plain.replace(word.casefold(), "")
    return len(plain) < _LEFT


def matches(one: bytes, other: bytes) -> bool:
    """Whether both are the same, which takes as long either way."""
    return hmac.compare_digest(one, other)

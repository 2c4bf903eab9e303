"""What a visit is, as it is kept: nothing that leads to anybody. Pure: no Django, no store, no clock."""

import re
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

LONGEST: Final = 200
ELEMENT: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII | re.IGNORECASE)
# The first that fits: those further down are named by many that come before them.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip


class Visit(NamedTuple):
    """A page that was seen, or a key element that was used: only what the statement's `visits` declares.

    What is not declared is empty. The address is never in it; `prefix` is its first 24 bits (IPv4) or 48 (IPv6).
    """

    service: str
    at: datetime
    """UTC: the hour, where `time` is declared; otherwise the day."""
    page: str
    """A path without query and fragment."""
    referrer: str = ""
    """A path of this site, or the host of another."""
    country: str = ""
    isp: str = ""
    prefix: str = ""
    browser: str = ""
    element: str | None = None
    """The key element that was used; a page that was seen has none."""
    visitor: bytes = b""
    """16 bytes that are the same for one visitor on one day, under a salt that is gone after it."""
    person: str | None = None
    """Who agreed that their visits are joined. Such a visit shares its `visitor` with none that is not joined."""


class Sight(NamedTuple):
    """What a request tells of a visit, as it came in. It is forgotten within a moment: here stands a whole address.

    `said` is what a beacon sent, or the page and its referrer as the server saw them. `token` is of a session, if any.
    """

    at: float
    address: str
    agent: str
    token: str
    origin: str
    said: bytes | tuple[str, str]


def path_of(address: str) -> str:
    """The path of an address on this site, without query and fragment; nothing where it is none or too long."""
    path = address.partition("#")[0].partition("?")[0]
    fits = path.startswith("/") and not path.startswith("//") and len(path) <= LONGEST and path.isprintable()
    return path if fits else ""


def referrer_of(address: str, origins: frozenset[str]) -> tuple[str, str]:
    """Of an address on this site its path, of any other its host alone: ``(path, host)``, one of them empty."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    if parts.scheme not in ("http", "https"):
        return "", ""
    if f"{parts.scheme}://{parts.netloc}".lower() in origins:
        return path_of(parts.path or "/"), ""
    return "", host.lower() if _HOST.fullmatch(host) else ""


def counted(salt: bytes, *parts: bytes) -> bytes:
    """16 bytes that say nothing of `parts` to whoever has not the salt."""
    hashed = blake2b(key=salt, digest_size=16)
    for part in parts:
        hashed.update(len(part).to_bytes(2) + part)
    return hashed.digest()


def browser_of(agent: str) -> str:
    """The kind of browser that a ``User-Agent`` header names; nothing where it names none we know."""
    return next((name for sign, name in _BROWSERS if sign in agent), "")


def moment(at: datetime, *, hour: bool) -> datetime:
    """The hour, or the day, that `at` is in."""
    return at.replace(hour=at.hour if hour else 0, minute=0, second=0, microsecond=0)


def ends_join(wished: Any, join: str | None) -> bool:
    """Whether somebody who wishes this has their visits joined no more: they take the yes back, or are too young."""
    taken_back = wished.kind == "consent" and wished.about == join
    return bool(join) and not wished.given and (taken_back or wished.kind == "age")

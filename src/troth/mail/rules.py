"""Letters, what each class of mail may carry, and when to try again. No I/O."""

import json
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from troth.mail.errors import NotOfItsClass, RemoteContent
from troth.vault.rules import Envelope

PROMOTIONAL: Final = "promotional"
# Addresses that count who followed them begin with this path.
FOLLOWED: Final = "/follow/"
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
# What makes an address tell who followed it.
_TRACKING: Final = re.compile(r"(utm_|mc_|_hs|mkt_|pk_|mtm_)\w*|gclid|fbclid|dclid|msclkid|trk|trkid|yclid")

_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 3600, 6 * 3600))


class Letter(NamedTuple):
    """What is to be said to somebody, and where; its class is ``service``, or ``change`` of the statement.

    `answers`: to a mail that came in. Then it has no return path, so that no machine answers it (RFC 3834).
    """

    to: str
    subject: str
    body: str
    category: str = "service"
    answers: bool = False


def tracks(link: str) -> bool:
    """Whether an address is made to tell who followed it."""
    parts = urlsplit(link)
    if parts.path.startswith(FOLLOWED):
        return True
    return any(_TRACKING.fullmatch(name.lower()) for name, _ in parse_qsl(parts.query, keep_blank_values=True))


def marks_of(text: str) -> frozenset[str]:
    """What in the text of a letter is for mail with consent alone."""
    return frozenset(["tracked-link"] if any(tracks(link) for link in _LINK.findall(text)) else [])


def insist_on_class(category: str, marks: Collection[str], clause: str = "") -> None:
    """Refuses a mail that carries what its class may not: asked of the words, and again of each mail that leaves."""
    if "pixel" in marks and category == PROMOTIONAL:
        message = "A mail fetches nothing from elsewhere when it is opened, so it has no pictures. Link to them."
        raise RemoteContent(message, clause=clause)
    if marks and category != PROMOTIONAL:
        message = "Nobody can refuse this mail, so it carries neither promotion nor tracking; here it has: {marks}."
        raise NotOfItsClass(message, clause=clause, marks=", ".join(sorted(marks)))


def insist_on_end(*, ends: bool, signed: bool, clause: str = "") -> None:
    """Refuses promotional mail that nobody could unsubscribe from, or whose headers anybody could change (RFC 8058)."""
    if not (ends and signed):
        message = "Promotional mail leaves with `List-Unsubscribe` and signed. Make a key with `troth mail dkim`."
        raise NotOfItsClass(message, clause=clause)


def sealed(key: bytes, person: str, ref: str, letter: Letter) -> bytes:
    """`letter` under the key of its person, bound to its row."""
    return _envelope(key, person, ref).seal(json.dumps(letter).encode(), "letter")


def opened(key: bytes, person: str, ref: str, sealed: bytes) -> Letter:
    """The letter that was sealed here; raises ``InvalidTag`` for any other."""
    return Letter(*json.loads(_envelope(key, person, ref).open(sealed, "letter")))


def _envelope(key: bytes, person: str, ref: str) -> Envelope:
    return Envelope(key, "mail_mail", ref, person)


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: longer each time."""
    return _PAUSES[min(tries, len(_PAUSES)) - 1]


def next_try(tries: int, at: datetime) -> datetime:
    """When a letter is tried again that was tried so often, the last time at `at`."""
    return at + pause(tries)

"""Letters, and when to try again. No I/O."""

import json
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from troth.vault.rules import Envelope

_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 3600, 6 * 3600))


class Letter(NamedTuple):
    """What is to be said to somebody, and where."""

    to: str
    subject: str
    body: str


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

"""Who may do what at the desk, for how long, and which code of six digits is right now. No I/O."""

import base64
import hmac
import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from troth.control.rules import Limit
from troth.vault.rules import Envelope, context

DUTIES: Final = ("letters", "publish", "visits")
INVITED_FOR: Final = timedelta(hours=24)
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
FAILURES: Final = Limit("desk.failures", 10, timedelta(minutes=15))
# A letter that is tried out goes to whatever address is typed: so few that nobody writes to people that way.
TRIALS: Final = Limit("desk.trials", 10, timedelta(days=1))
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")
# RFC 6238 as every program that makes codes knows it: SHA-1, six digits, half a minute; 160 bits (RFC 4226, 4).
_DIGITS: Final = 6
_STEP: Final = 30
SECRET: Final = 20


class Post(NamedTuple):
    """A job at the desk: what it is called, and what whoever holds it may do."""

    ref: str
    name: str
    may: frozenset[str]


def is_name(name: str) -> bool:
    """Whether a post may be called so."""
    return _NAME.fullmatch(name) is not None


def is_over(began: datetime, seen: datetime, at: datetime) -> bool:
    """Whether a session has ended by itself: unused for too long, or begun too long ago."""
    return at - seen >= IDLE or at - began >= LONGEST


def envelope(key: bytes, ref: str) -> Envelope:
    """Seals what codes are made from under a key of the installation, bound to its post."""
    return Envelope(hmac.digest(key, context("troth.v1", "desk", "means"), "sha256"), "desk_means", ref)


def code_step(secret: bytes, typed: str, at: datetime, after: int) -> int | None:
    """The half minute whose code this is: this one, the one before or the next, and later than `after`; or none."""
    now = int(at.timestamp()) // _STEP
    plain = "".join(typed.split()).encode("utf-8", "replace")
    made = TOTP(secret, _DIGITS, SHA1(), _STEP, enforce_key_length=True)  # noqa: S303 - an HMAC, which RFC 6238 names
    fits = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(made.generate(step * _STEP), plain)]
    return next((step for step in fits if step > after), None)


def written(secret: bytes) -> str:
    """The secret as people type it into a program that makes codes."""
    return base64.b32encode(secret).decode()


def read(written_secret: str) -> bytes:
    """The secret that is written so."""
    return base64.b32decode(written_secret)


def link(secret: bytes, post: str, host: str) -> str:
    """What a telephone reads to make codes for this post."""
    return TOTP(secret, _DIGITS, SHA1(), _STEP).get_provisioning_uri(post, host)  # noqa: S303 - see above

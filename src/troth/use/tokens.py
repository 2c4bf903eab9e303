"""What a token lets a program ask."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple

from django.db import connection

from troth.use.errors import NotCovered, TokenRefused
from troth.use.gates import Wanted
from troth.use.models import Token

_LIVING = """
    SELECT ref, purposes, recipient, expires FROM use_token AS made WHERE digest = %s AND NOT ended
    AND NOT EXISTS (SELECT 1 FROM use_token AS over_ WHERE over_.ref = made.ref AND over_.ended)
"""


# No purpose has such a name: it opens the door through which a program takes requests in, and no other.
REQUESTS: Final = "door.requests"


class Scope(NamedTuple):
    """A token that was made: for which purposes, and whether for one recipient alone; when it is over."""

    ref: str
    purposes: frozenset[str]
    recipient: str
    expires: datetime
    ended: bool = False

    def covers(self, wanted: Wanted) -> Wanted:
        """`wanted` as this token may ask it: a recipient's of that recipient alone. :class:`NotCovered` otherwise."""
        if wanted.purpose not in self.purposes:
            message = "This token does not name the purpose. Ask for one of its own, or have another token made."
            raise NotCovered(message, field="purpose")
        if self.recipient and wanted.recipient not in ("", self.recipient):
            message = "This token is not this recipient's. Leave the recipient out, or have another token made."
            raise NotCovered(message, field="recipient")
        return wanted._replace(recipient=self.recipient) if self.recipient else wanted


def scope(header: str, at: datetime) -> Scope:
    """What the bearer of the token in an ``Authorization`` header may ask (RFC 6750).

    A token that nobody made, one that was ended and one that is over are refused in the same words.
    """
    kind, _, secret = header.partition(" ")
    digest = sha256(secret.strip().encode("utf-8", "replace")).digest()
    row = _row(digest) if kind.lower() == "bearer" and secret.strip() else None
    if row is None or row.expires <= at:
        message = "A token in force is needed, as `Authorization: Bearer …`. Make one with `troth token new`."
        raise TokenRefused(message)
    return row


def _row(digest: bytes) -> Scope | None:
    # Asked with every question: in plain SQL, since writing the query takes the mapper longer than answering it.
    with connection.cursor() as cursor:
        cursor.execute(_LIVING, [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    ref, purposes, recipient, expires = row
    names = json.loads(purposes) if isinstance(purposes, str) else purposes
    moment = expires if isinstance(expires, datetime) else datetime.fromisoformat(expires)
    return Scope(ref, frozenset(names), recipient, moment.replace(tzinfo=moment.tzinfo or UTC))


def tokens() -> Sequence[Scope]:
    """Every token that was ever made, the oldest first."""
    over = set(Token.objects.filter(ended=True).values_list("ref", flat=True))
    return [
        Scope(row.ref, frozenset(row.purposes), row.recipient, row.expires, row.ref in over)
        for row in Token.objects.filter(ended=False).order_by("pk")
    ]

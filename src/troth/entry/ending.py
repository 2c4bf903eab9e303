"""The short way of one-click unsubscribing: what mail programs send by themselves, of which no request is made.

It does what its door does (:func:`troth.mail.pages.unsubscribe`), in fewer words; a person at a browser, a refusal, and
whatever is unlike the rest go the way of all people.
"""

from time import perf_counter
from typing import Any, Final

from django.conf import settings
from django.db import Error

from troth import clock
from troth.entry.bodies import Body
from troth.entry.submissions import Submissions, guarding
from troth.errors import TrothError
from troth.mail import opting

_DOOR: Final = "unsubscribe"
_MOST: Final = 1024
_SAID: Final = b"Unsubscribed.\n"


class Ending:
    """Takes what mail programs send to the address in ``List-Unsubscribe`` (RFC 8058)."""

    def __init__(self, submissions: Submissions) -> None:
        self._submissions = submissions
        kind = "text/plain; charset=utf-8"
        self._guarding = {
            secure: [*guarding(secure=secure, kind=kind), ("Cache-Control", "no-store"), ("Content-Length", "14")]
            for secure in (True, False)
        }

    def take(self, environ: dict[str, Any], body: Body) -> tuple[bytes, list[tuple[str, str]]]:
        """What it is answered, with the headers of that; nothing where it goes the other way, as it came."""
        before, _, token = environ["PATH_INFO"].rstrip("/").rpartition("/")
        door = before.rpartition("/")[2]
        if door != _DOOR or not self._fits(environ, body.left):
            return b"", []
        begun = perf_counter()
        try:
            opting.unsubscribe(token, service=settings.TROTH_SERVICE, at=clock.now())
        except (TrothError, Error):  # what its page says of it
            return b"", []
        body.read(body.left)
        self._submissions.count(environ["PATH_INFO"], 200, begun)
        return _SAID, self._guarding[self._submissions.secure(environ)]

    def _fits(self, environ: dict[str, Any], length: int) -> bool:
        """Whether a program sends this: in a few words, to us, and encrypted where it must be."""
        return (
            environ["REQUEST_METHOD"] == "POST"
            and length <= _MOST
            and "HTTP_SEC_FETCH_MODE" not in environ
            and "HTTP_TRANSFER_ENCODING" not in environ
            and self._submissions.ours(environ)
        )

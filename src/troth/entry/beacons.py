"""The short way in for beacons: what fits is put down and answered, and nothing of it is looked at meanwhile.

Whatever is unlike the rest goes the way of all requests, where it is told what is wrong (:mod:`troth.visits.pages`).
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from troth.entry.bodies import Body
from troth.entry.errors import Crowded
from troth.entry.middleware import SecurityHeaders
from troth.entry.submissions import door_at
from troth.visits import pages

DOOR: Final = "/visit"


class Beacons:
    """Takes beacons as they come from the server."""

    def __init__(self, host: str, secure: Callable[[dict[str, Any]], bool]) -> None:
        self._host, self._secure = host, secure
        self._insists = bool(settings.SECURE_SSL_REDIRECT)
        self._guarding = {secure: _guarding(secure=secure) for secure in (True, False)}
        measured = settings.INSTALLATION.configuration.metrics
        self._count: Callable[..., None] | None = import_string("troth.entry.metrics.counted") if measured else None

    def headers(self, environ: dict[str, Any], body: Body) -> list[tuple[str, str]]:
        """The headers of the answer to a beacon that was taken; none where this is no beacon like all others."""
        if (
            environ["REQUEST_METHOD"] != "POST"
            or body.left > pages.MOST
            or not pages.fit(environ)
            or environ.get("HTTP_HOST") != self._host
            or "HTTP_TRANSFER_ENCODING" in environ
        ):
            return []
        secure = self._secure(environ)
        if self._insists and not secure:
            return []
        begun = perf_counter()
        try:
            said = body.read(body.left)
        except (ConnectionError, Crowded):
            return []
        pages.put(environ, environ["HTTP_ORIGIN"], said)
        if self._count:
            self._count("POST", door_at(DOOR), 204, begun)
        return self._guarding[secure]


def _guarding(*, secure: bool) -> list[tuple[str, str]]:
    """What stands at the head of every such answer."""
    made = HttpResponse(status=204)
    del made.headers["Content-Type"]
    request = HttpRequest()
    request.method, request.path = "POST", DOOR
    request.is_secure = lambda: secure  # type: ignore[method-assign] # it came in that way
    return list(SecurityHeaders(lambda _: made)(request).items())

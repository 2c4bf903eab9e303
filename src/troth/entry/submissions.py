"""The short way in for what comes most: submissions and choices as JSON, of which no request is made.

What it takes, what it refuses and what it answers is what its door says (:mod:`troth.collection.api`,
:mod:`troth.cookies.api`); a refusal, and whatever is unlike the rest, goes the way of all programs.
"""

from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from django.utils.module_loading import import_string

from troth.collection.api import idempotency_key, taken
from troth.cookies.api import chosen
from troth.entry.bodies import Body
from troth.entry.middleware import SecurityHeaders

RAISED: Final = "troth.raised"
"""Under this name an environment carries what the short way raised."""
BEGUN: Final = "troth.begun"
"""And under this name when the request began."""
_DOOR: Final = "/api/v1/collect/"
_CHOICES: Final = "/api/v1/choices"
_MOST: Final = 64 * 1024
# Nobody fills memory with addresses of their own making.
_LONGEST: Final = 200
_NONE: Final[list[tuple[str, str]]] = []


class Submissions:
    """Takes submissions and choices as they come from the server."""

    def __init__(self) -> None:
        self.host = urlsplit(settings.TROTH_URL).netloc
        self._proxied: tuple[str, str] | None = settings.SECURE_PROXY_SSL_HEADER
        self._insists = bool(settings.SECURE_SSL_REDIRECT)
        self._own = (None, settings.TROTH_URL)
        self._guarding = {secure: guarding(secure=secure) for secure in (True, False)}
        measured = settings.INSTALLATION.configuration.metrics
        self._count: Callable[..., None] | None = import_string("troth.entry.metrics.counted") if measured else None

    def fit(self, environ: dict[str, Any], length: int) -> bool:
        """Whether this is one like all others: short, in JSON, for us, from us, and encrypted where it must be."""
        return (
            environ["REQUEST_METHOD"] == "POST"
            and (environ["PATH_INFO"].startswith(_DOOR) or self._chooses(environ))
            and length <= _MOST
            and environ.get("CONTENT_TYPE") == "application/json"
            and "HTTP_TRANSFER_ENCODING" not in environ
            and self.ours(environ)
        )

    def ours(self, environ: dict[str, Any]) -> bool:
        """Whether a request is for us, and encrypted where it must be."""
        return environ.get("HTTP_HOST") == self.host and (not self._insists or self.secure(environ))

    def _chooses(self, environ: dict[str, Any]) -> bool:
        """Whether this is a choice made on a page of our own."""
        return environ["PATH_INFO"] == _CHOICES and environ.get("HTTP_ORIGIN") in self._own

    def take(self, environ: dict[str, Any], body: Body) -> tuple[bytes, list[tuple[str, str]]]:
        """What it is answered, with the headers of that; nothing where it is refused, which `environ` remembers."""
        begun = perf_counter()
        try:
            door = door_at(environ["PATH_INFO"])
            sent = body.read(body.left)
            if "point" in door.kwargs:
                content, own = taken(door.kwargs["point"], sent, idempotency_key(environ), {}), _NONE
            else:
                content, own = chosen(environ, sent)
        except Exception as error:  # noqa: BLE001 - every failure has its one shape, which others give it
            environ[RAISED], environ[BEGUN] = error, begun
            return b"", []
        if self._count:
            self._count("POST", door, 201, begun)
        guarding = self._guarding[self.secure(environ)]
        return content, [*guarding, *own, ("Content-Length", str(len(content)))]

    def count(self, path: str, status: int, begun: float) -> None:
        """Has the figures count an answer, where there are any."""
        if self._count:
            self._count("POST", resolve(path), status, begun)

    def secure(self, environ: dict[str, Any]) -> bool:
        """Whether the request came in encrypted."""
        if self._proxied:
            name, value = self._proxied
            return str(environ.get(name, "")).split(",", 1)[0].strip() == value
        return bool(environ["wsgi.url_scheme"] == "https")


def guarding(*, secure: bool, kind: str = "application/json") -> tuple[tuple[str, str], ...]:
    """What stands at the head of every such answer."""
    made = HttpResponse(status=201, content_type=kind)
    request = HttpRequest()
    request.method, request.path = "POST", _DOOR
    request.is_secure = lambda: secure  # type: ignore[method-assign] # it came in that way
    return tuple(SecurityHeaders(lambda _: made)(request).items())


def door_at(path: str) -> ResolverMatch:
    """Where an address leads. Finding it takes longer than most of what is done there."""
    return _remembered(path) if len(path) <= _LONGEST else resolve(path)


_remembered = lru_cache(1024)(resolve)

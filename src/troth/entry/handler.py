"""Where the server hands over every request and takes its answer."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from troth.entry.beacons import DOOR, Beacons
from troth.entry.bodies import Body
from troth.entry.ending import Ending
from troth.entry.middleware import PROGRAMS, as_troth, refusal
from troth.entry.submissions import RAISED, Submissions, door_at


class Handler(BaseHandler):
    """Django's handler with two ways in: people pass all of ``MIDDLEWARE``, programs only what is our own of it.

    A program names its language itself and is given no form, no file and no redirect. What guards every answer is ours.
    What comes by the thousand has a shorter way still: submissions and choices (:mod:`troth.entry.submissions`),
    beacons (:mod:`troth.entry.beacons`), and who unsubscribes (:mod:`troth.entry.ending`).
    """

    # What Django's handler has and its types do not tell.
    _middleware_chain: Any
    _get_response: Any

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()
        self._for_people = self._middleware_chain
        self._for_programs: Any = convert_exception_to_response(_answered)
        for name in reversed(settings.MIDDLEWARE):
            if name.startswith("troth."):
                self._for_programs = convert_exception_to_response(import_string(name)(self._for_programs))
        self._middleware_chain = self._by_their_way
        self._submissions = Submissions()
        self._ending = Ending(self._submissions)
        self._beacons = Beacons(self._submissions.host, self._submissions.secure)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = Body(environ["wsgi.input"], _length(environ))
        if body.left:
            environ["wsgi.input"] = body
        try:
            if body.left and (short := self._shortly(environ, body)):
                status, headers, content = short
                start_response(status, headers)
                return [content] if content else []
            response: Any = self.get_response(WSGIRequest(environ))
        finally:
            body.leave()
        if not response.streaming and response.status_code != HTTPStatus.NOT_MODIFIED:
            # With its length known, an answer is whole before the rest of its request has come.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        cookies = [("Set-Cookie", one.output(header="")) for one in response.cookies.values()]
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
        if response.streaming:
            return response  # type: ignore[no-any-return] # Django's answers are iterable
        content = response.content
        # Ends the request: connections go back before anything waits for the network.
        response.close()
        # Whoever waits to be told to go on has sent nothing yet.
        if body.left and response.status_code >= HTTPStatus.BAD_REQUEST and "HTTP_EXPECT" not in environ:
            return _answered_first(content, body)
        return [content]

    def _shortly(self, environ: dict[str, Any], body: Body) -> tuple[str, list[tuple[str, str]], bytes] | None:
        """What comes by the thousand, answered; nothing where it is unlike the rest, or refused."""
        if environ["PATH_INFO"] == DOOR and (headers := self._beacons.headers(environ, body)):
            return "204 No Content", headers, b""
        if self._submissions.fit(environ, body.left):
            content, headers = self._submissions.take(environ, body)
            return ("201 Created", headers, content) if content else None
        content, headers = self._ending.take(environ, body)
        return ("200 OK", headers, content) if content else None

    def _by_their_way(self, request: HttpRequest) -> HttpResponse:
        in_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        way = self._for_programs if request.path_info.startswith(PROGRAMS) and not in_clear else self._for_people
        response: HttpResponse = way(request)
        return response


def _answered(request: HttpRequest) -> HttpResponse:
    """What the door at this address answers a program; a refusal where it raises, or has raised."""
    try:
        door = request.resolver_match = door_at(request.path_info)
        if RAISED in request.META:
            return refusal(request, as_troth(request.META.pop(RAISED)))
        response: HttpResponse = door.func(request, *door.args, **door.kwargs)
    except Exception as error:  # noqa: BLE001 - every failure has its one shape
        return refusal(request, as_troth(error))
    return response


def _answered_first(content: bytes, body: Body) -> Iterator[bytes]:
    """The answer, and only then the rest of the refused request: its sender would see the connection break, not why."""
    yield content
    body.drop()


def _length(environ: dict[str, Any]) -> int:
    announced: str = environ.get("CONTENT_LENGTH", "")
    return int(announced) if announced.isdecimal() else 0

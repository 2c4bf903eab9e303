"""What every answer goes through: refusals get their one shape, answers their security headers."""

import logging
from codecs import lookup
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import Error, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from troth.collection.errors import Forged, Malformed, TooLarge
from troth.entry.errors import LengthRequired, NotAllowed, NotFound, NotReady, Unexpected
from troth.errors import TrothError
from troth.vault.uploads import MOST_BYTES, discard_unkept

Answer = Callable[[HttpRequest], HttpResponse]
PROGRAMS = ("/api/", "/log/")
MOST = MOST_BYTES * 2
_PUBLIC = ("/log/", "/static/collection/embed.js")
_READING = ("GET", "HEAD")
_SENDERS = "Origin, Sec-Fetch-Site"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors "
)
_BROKEN = "Something broke on our side. Nothing of this request was kept. Try again in a moment."
_TOO_LARGE = "The request is larger than any submission can be. Send less."
_UNREAD = "The request cannot be read. Open the page again and send from there."
_NAMED: tuple[tuple[tuple[type[Exception], ...], type[TrothError], str], ...] = (
    ((Http404,), NotFound, "There is no such page. The address may be mistyped."),
    (
        (UnreadablePostError, ConnectionError),
        Malformed,
        "The request broke off before all of it had arrived. Send it again.",
    ),
    ((RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent), TooLarge, _TOO_LARGE),
    (
        # Of the last, what was sent is made of signs that stand for nothing.
        (BadRequest, SuspiciousOperation, MultiPartParserError, UnicodeDecodeError, UnicodeEncodeError),
        Malformed,
        _UNREAD,
    ),
)
_UNREADABLE = (TrothError, UnreadablePostError, BadRequest, SuspiciousOperation, MultiPartParserError, LookupError)
log = logging.getLogger("troth.entry")


class Refusals:
    """Turns whatever a door raises into the one error shape: a page for people, problem details for programs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.host = urlsplit(settings.TROTH_URL).netloc

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            self._insist_on_fit(request)
        except (TrothError, SuspiciousOperation) as error:
            return refusal(request, as_troth(error))
        response = self.get_response(request)
        discard_unkept(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = response.headers.get("Allow", "")
            response = refusal(request, NotAllowed("This address does not take {method}.", method=request.method or ""))
            response.headers["Allow"] = allowed
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object) -> HttpResponse | None:
        """Takes a form in before anything asks for a part of it, so that one that cannot be read is refused by name."""
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            try:
                request.POST  # noqa: B018 - this is what reads it
            except _UNREADABLE as error:
                return refusal(request, as_troth(error))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        return refusal(request, as_troth(error))

    def _insist_on_fit(self, request: HttpRequest) -> None:
        """Refuses what its head alone shows not to be for us, before any of its body is taken in."""
        head = request.META
        # Some charsets decode to what is no text at all; a page is sent as it was shown.
        if request.encoding and lookup(request.encoding).name != "utf-8":
            raise Malformed(_UNREAD)
        if head.get("HTTP_HOST") != self.host:
            request.get_host()
        if "HTTP_TRANSFER_ENCODING" in head:
            message = "The request does not say how long it is. Send it with Content-Length."
            raise LengthRequired(message)
        # The server lets nothing but digits through.
        if int(head.get("CONTENT_LENGTH") or 0) > MOST:
            raise TooLarge(_TOO_LARGE)


def as_troth(error: Exception) -> TrothError:
    """`error` as one of ours."""
    if isinstance(error, TrothError):
        return error
    # A charset that nobody knows is a LookupError and no narrower kind of it.
    kind = BadRequest if type(error) is LookupError else type(error)
    for kinds, named, message in _NAMED:
        if issubclass(kind, kinds):
            return named(message)
    if isinstance(error, OperationalError | InterfaceError):
        log.error("the store does not answer: %s", type(error).__name__)
        return NotReady("The store does not answer, and nothing of this request was kept. Try again in a moment.")
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return Unexpected(_BROKEN)


def refusal(request: HttpRequest, error: TrothError) -> HttpResponse:
    """The answer to a refused request."""
    # The code alone: an error remembers where it was raised, and so the request, which would outlive its answer.
    request.refused = error.code  # type: ignore[attr-defined] # the figures count it
    if request.path.startswith(PROGRAMS):
        response: HttpResponse = JsonResponse(error.problem(), status=error.status)
        response.headers["Content-Type"] = "application/problem+json"
    else:
        response = _page(request, error)
    response.headers["Cache-Control"] = "no-store"
    if wait := getattr(error, "retry_after", 0):
        response.headers["Retry-After"] = str(wait)
    return response


def _page(request: HttpRequest, error: TrothError) -> HttpResponse:
    shown = {"message": error.say(gettext), "error": error}
    try:
        return render(request, "entry/refused.html", shown, status=error.status)
    except Error:
        # Every page asks the store what is in force; one that needs nothing says what is wrong without it.
        return HttpResponse(render_to_string("entry/broken.html", shown), status=error.status)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure view: a form that was not sent from its page (P10)."""
    return refusal(request, Forged("This form was not sent from the page it was shown on. Open the page again."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404 handler."""
    return refusal(request, as_troth(exception if isinstance(exception, TrothError) else Http404()))


def broken(request: HttpRequest) -> HttpResponse:
    """Django's 500 handler: a page that needs nothing, since what broke may be what pages are made of."""
    error = Unexpected(_BROKEN)
    if request.path.startswith(PROGRAMS):
        return refusal(request, error)
    shown = {"message": error.say(gettext), "error": error}
    return HttpResponse(render_to_string("entry/broken.html", shown), status=error.status)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400 handler."""
    return refusal(request, as_troth(exception))


class SecurityHeaders:
    """Sets the headers of OWASP ASVS 5.0 V3 on every answer; there is no inline script to allow."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.unless_set = {
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        }
        parts = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
        self.over_tls = f"max-age={settings.SECURE_HSTS_SECONDS}{parts}" if settings.SECURE_HSTS_SECONDS else ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        frames = " ".join(getattr(request, "frame_ancestors", ())) or "'none'"
        headers["Content-Security-Policy"] = getattr(request, "policy", _POLICY) + frames
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), browsing-topics=()"
        shared = "cross-origin" if request.path.startswith(_PUBLIC) else "same-origin"
        headers.setdefault("Cross-Origin-Resource-Policy", shared)
        for name, value in self.unless_set.items():
            headers.setdefault(name, value)
        if self.over_tls and request.is_secure():
            headers.setdefault("Strict-Transport-Security", self.over_tls)
        if request.method not in _READING:
            headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), _SENDERS]))
        return response

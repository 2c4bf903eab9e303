"""What every answer goes through: refusals get their one shape, answers their security headers."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from troth.collection.errors import Forged, Malformed, TooLarge
from troth.entry.errors import NotAllowed, NotFound, Unexpected
from troth.errors import TrothError
from troth.vault.uploads import MOST_BYTES, discard_unkept

Answer = Callable[[HttpRequest], HttpResponse]
MOST = MOST_BYTES * 2
_CHUNK = 64 * 1024
log = logging.getLogger("troth.entry")


class Refusals:
    """Turns whatever a door raises into the one error shape: a page for people, problem details for programs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.headers.get("Content-Length") or 0)
        except ValueError:
            length = 0
        if length > MOST:
            message = "The request is larger than any submission can be. Send less."
            return refusal(request, TooLarge(message))
        response = self.get_response(request)
        discard_unkept(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = response.headers.get("Allow", "")
            response = refusal(request, NotAllowed("This address does not take {method}.", method=request.method or ""))
            response.headers["Allow"] = allowed
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            _read_to_end(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        return refusal(request, as_troth(error))


def _read_to_end(request: HttpRequest) -> None:
    """Takes in what is left of a refused request: its sender would otherwise see the connection break, not why."""
    try:
        while request.read(_CHUNK):
            continue
    except UnreadablePostError:
        log.info("a refused request broke off")


def as_troth(error: Exception) -> TrothError:
    """`error` as one of ours."""
    if isinstance(error, TrothError):
        return error
    if isinstance(error, Http404):
        return NotFound("There is no such page. The address may be mistyped.")
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return TooLarge("The request is larger than any submission can be. Send less.")
    # A charset that nobody knows is a LookupError and no narrower kind of it.
    unreadable = type(error) is LookupError
    if unreadable or isinstance(error, BadRequest | SuspiciousOperation | MultiPartParserError | UnicodeDecodeError):
        return Malformed("The request cannot be read. Open the page again and send from there.")
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return Unexpected("Something broke on our side. Nothing of this request was kept. Try again in a moment.")


def refusal(request: HttpRequest, error: TrothError) -> HttpResponse:
    """The answer to a refused request."""
    if request.path.startswith(("/api/", "/log/")):
        response: HttpResponse = JsonResponse(error.problem(), status=error.status)
        response.headers["Content-Type"] = "application/problem+json"
    else:
        shown = {"message": error.say(gettext), "error": error}
        response = render(request, "entry/refused.html", shown, status=error.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure view: a form that was not sent from its page (P10)."""
    return refusal(request, Forged("This form was not sent from the page it was shown on. Open the page again."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404 handler."""
    return refusal(request, as_troth(exception if isinstance(exception, TrothError) else Http404()))


def broken(request: HttpRequest) -> HttpResponse:
    """Django's 500 handler: a page that needs nothing, since what broke may be what pages are made of."""
    error = Unexpected("Something broke on our side. Nothing of this request was kept. Try again in a moment.")
    shown = {"message": error.say(gettext), "error": error}
    return HttpResponse(render_to_string("entry/broken.html", shown), status=error.status)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400 handler."""
    return refusal(request, as_troth(exception))


class SecurityHeaders:
    """Sets the headers of OWASP ASVS 5.0 V3 on every answer; there is no inline script to allow."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        frames = " ".join(getattr(request, "frame_ancestors", ())) or "'none'"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
            f"frame-ancestors {frames}"
        )
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), browsing-topics=()"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin" if _public(request) else "same-origin"
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        if request.method != "GET":
            patch_vary_headers(response, ["Origin", "Sec-Fetch-Site"])
        return response


def _public(request: HttpRequest) -> bool:
    return request.path.startswith(("/log/", "/static/collection/embed.js"))

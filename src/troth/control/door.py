"""The door to a person's own pages: who comes in is signed in, and what they are shown is kept by nobody on the way."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from troth import clock, networks
from troth.control import rules, sessions
from troth.control.rules import SignedIn
from troth.cookies.actions import signal
from troth.cookies.browser import signal_in

P = ParamSpec("P")
COOKIE: Final = settings.TROTH_SESSION_COOKIE
_LONGEST: Final = 300
_READING: Final = ("GET", "HEAD")


def own(view: Callable[Concatenate[HttpRequest, SignedIn, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Makes `view` a page of the person who is signed in; anybody else is asked to sign in first."""
    return _guarded(view, lambda _me: True)


def proved(view: Callable[Concatenate[HttpRequest, SignedIn, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """The same, for what matters more: they have proved in the last ten minutes who they are, or are asked to again."""
    return _guarded(view, lambda me: rules.has_proved(me, clock.now()))


def _guarded(
    view: Callable[Concatenate[HttpRequest, SignedIn, P], HttpResponse], fit: Callable[[SignedIn], bool]
) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        me = who(request)
        response = view(request, me, *args, **kwargs) if me and fit(me) else to_sign_in(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def who(request: HttpRequest) -> SignedIn | None:
    """Who is signed in, if anybody. What their browser signals is noted for them (Global Privacy Control)."""
    at = clock.now()
    me = sessions.signed_in(request.COOKIES.get(COOKIE, ""), at=at)
    if me and signal_in(request.META):
        signal(me.person, settings.TROTH_SERVICE, at=at)
    return me


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends on to the page where people sign in, and from there back to here."""
    here = request.get_full_path() if request.method in _READING else request.path
    return see_other(reverse("sign-in") + "?" + urlencode({"next": own_path(here)}))


def see_other(address: str) -> HttpResponse:
    """Sends a browser on with GET (RFC 9110, 15.4.4)."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def own_path(wanted: str) -> str:
    """`wanted` if it is a path of this site, else the person's first page."""
    own = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own and len(wanted) <= _LONGEST else reverse("me")


def let_in(response: HttpResponse, token: str) -> None:
    """Gives the browser the token of its session. It forgets it when it is closed."""
    response.set_cookie(COOKIE, token, secure=settings.INSTALLATION.secure, httponly=True, samesite="Lax")


def let_out(response: HttpResponse) -> None:
    """Takes the token away, and has the browser forget what it was shown: for signing out and for erasure."""
    response.delete_cookie(COOKIE, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def sender(request: HttpRequest) -> str:
    """The network address that a request comes from; behind a proxy, the one that the proxy saw."""
    return networks.sender(request.META, proxied=settings.INSTALLATION.configuration.site.behind_proxy)

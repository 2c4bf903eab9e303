"""How a person's pages are kept theirs alone: sessions, sign-ins, passkeys, password."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from troth import clock
from troth.control import door, passkeys, passwords, reads, rules, sessions
from troth.control.door import own, proved
from troth.control.errors import NothingThere, TooOften, WeakPassword
from troth.control.rules import SignedIn, device
from troth.errors import TrothError


@require_safe
@own
def security(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Who is signed in where, and how."""
    return _page(request, me)


def _page(request: HttpRequest, me: SignedIn, error: TrothError | None = None) -> HttpResponse:
    shown: dict[str, Any] = {
        "me": me,
        "own_page": "security",
        "sessions": reads.sessions_of(me, at=clock.now()),
        "sign_ins": reads.sign_ins_of(me.person),
        "passkeys": reads.passkeys_of(me.person),
        "password_since": reads.password_since(me.person),
        "shortest": rules.SHORTEST_PASSWORD,
    }
    if error:
        request.refused = error.code  # type: ignore[attr-defined] # the figures count it
        shown |= {"problem": error.say(gettext), "field": error.field, "error": error}
    return render(request, "control/security.html", shown, status=error.status if error else 200)


def _sent(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Makes `view` take what a form of the page sends; whoever only comes to its address is led to the page."""

    @wraps(view)
    def taken(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method == "POST" else door.see_other(reverse("security"))

    return require_http_methods(["GET", "HEAD", "POST"])(taken)


@_sent
@own
def end_session(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Ends one other session."""
    if not sessions.end(me.person, request.POST.get("session", "")):
        message = "There is no such thing any more. Load the page again."
        raise NothingThere(message)
    return door.see_other(reverse("security"))


@_sent
@own
def end_others(_request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Ends every session but this one."""
    sessions.end_others(me.person, me.session)
    return door.see_other(reverse("security"))


@_sent
@proved
def set_password(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Sets the password, or another one."""
    try:
        passwords.set_password(me, request.POST.get("password", ""), _device(request), at=clock.now())
    except (WeakPassword, TooOften) as error:
        return _page(request, me, error)
    return door.see_other(reverse("security"))


@_sent
@proved
def remove_password(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Removes the password."""
    passwords.remove(me, _device(request), at=clock.now())
    return door.see_other(reverse("security"))


@_sent
@proved
def begin_passkey(_request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Says what a browser needs to make a passkey."""
    return HttpResponse(passkeys.begin_adding(me, at=clock.now()), content_type="application/json")


@_sent
@proved
def add_passkey(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Adds the passkey that the browser made."""
    passkeys.add(me, request.POST.get("credential", ""), _device(request), at=clock.now())
    return door.see_other(reverse("security"))


@_sent
@proved
def remove_passkey(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Removes a passkey."""
    passkeys.remove(me, request.POST.get("passkey", ""), _device(request), at=clock.now())
    return door.see_other(reverse("security"))


@require_safe
def change_password(_request: HttpRequest) -> HttpResponse:
    """Where password programs send people to change theirs (W3C, A Well-Known URL for Changing Passwords)."""
    return door.see_other(reverse("security"))


def _device(request: HttpRequest) -> rules.Device:
    return device(request.headers.get("User-Agent", ""))

"""Another address to be found by: asked for, and shown to be theirs by a code that is sent there."""

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from troth import clock
from troth.collection.errors import Forged
from troth.control import door, moving
from troth.control.door import proved
from troth.control.errors import CodeOver, TooOften, WrongCode
from troth.control.rules import CODE_FOR, SignedIn, device
from troth.errors import TrothError
from troth.mail.reads import insist_on_able
from troth.vault.errors import AddressTaken

_SALT: Final = "troth.control.move"


@require_http_methods(["GET", "HEAD", "POST"])
@proved
def move(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Asks for the new address, has a code sent to it, and asks for that code."""
    if request.method != "POST":
        return _page(request, me, {})
    typed = request.POST.get("address", "").strip()
    try:
        insist_on_able()
        ref = moving.ask(me, typed, door.sender(request), get_language() or "en", at=clock.now())
    except TrothError as error:
        if not 400 <= error.status < 500:  # noqa: PLR2004 - what the person can do something about
            raise
        return _page(request, me, {"address": typed}, error)
    return _page(request, me, {"token": signing.dumps([me.person, ref], salt=_SALT)})


@require_http_methods(["GET", "HEAD", "POST"])
@proved
def code(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Takes the code, and moves the person to the address that it went to."""
    if request.method != "POST":
        return door.see_other(reverse("my-address"))
    token = request.POST.get("token", "")
    agent = device(request.headers.get("User-Agent", ""))
    try:
        typed = request.POST.get("code", "")
        moving.prove(me, _ref(me, token), typed, door.sender(request), agent, at=clock.now())
    except WrongCode as error:
        return _page(request, me, {"token": token}, error)
    except (AddressTaken, CodeOver, TooOften) as error:
        return _page(request, me, {}, error)
    return door.see_other(reverse("my-data"))


def _ref(me: SignedIn, token: str) -> str:
    try:
        person, ref = signing.loads(token, salt=_SALT, max_age=CODE_FOR)
    except signing.SignatureExpired as error:
        message = "This code was used already, or its time is over. Ask for a new one."
        raise CodeOver(message) from error
    except (signing.BadSignature, ValueError) as error:
        message = "This form was not made by this site. Open the page again and send from there."
        raise Forged(message) from error
    if person != me.person:
        message = "This form was made for somebody else. Open the page again and choose there."
        raise Forged(message)
    return str(ref)


def _page(request: HttpRequest, me: SignedIn, shown: dict[str, Any], error: TrothError | None = None) -> HttpResponse:
    context = {"me": me, "own_page": "my-data", "shown_here": settings.TROTH_MAILS_SHOWN, **shown}
    if error is None:
        return render(request, "control/address.html", context)
    request.refused = error.code  # type: ignore[attr-defined] # the figures count it
    context |= {"problem": error.say(gettext), "field": error.field, "error": error}
    response = render(request, "control/address.html", context, status=error.status)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(getattr(error, "retry_after", 0))
    return response

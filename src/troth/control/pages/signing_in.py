"""Signing in and out: the same words, status and work whether or not anybody is held under the address."""

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token, rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST
from email_validator import EmailNotValidError, validate_email

from troth import clock
from troth.control import codes, door, passkeys, passwords, sessions
from troth.control.door import own
from troth.control.errors import CodeOver, Foreign, NotAnAddress, PasskeyRefused, TooOften, WrongCode, WrongPassword
from troth.control.rules import CODE_FOR, SignedIn, device
from troth.errors import TrothError
from troth.mail.reads import insist_on_able

_SALT: Final = "troth.control.code"


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for the address; has a code sent to it, if it is known here, and asks for that code."""
    if request.method != "POST":
        return _page(request, "sign_in", {"next": door.own_path(request.GET.get("next", ""))})
    wanted = {"next": door.own_path(request.POST.get("next", "")), "address": request.POST.get("address", "").strip()}
    try:
        insist_on_able()
        address = _address(wanted["address"])
        ref = codes.ask(address, door.sender(request), get_language() or "en", at=clock.now())
    except (NotAnAddress, TooOften) as error:
        return _page(request, "sign_in", wanted, error)
    return _page(request, "code", {**wanted, "token": signing.dumps([ref, _browser(request)], salt=_SALT)})


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code from the browser that asked for it, and signs in whose it is."""
    if request.method != "POST":
        return door.see_other(reverse("sign-in"))
    token, own_page = request.POST.get("token", ""), door.own_path(request.POST.get("next", ""))
    typed = request.POST.get("code", "")
    try:
        proof = codes.prove(_ref(request, token), typed, door.sender(request), at=clock.now())
    except WrongCode as error:
        return _page(request, "code", {"next": own_page, "token": token}, error)
    except (CodeOver, TooOften) as error:
        return _page(request, "sign_in", {"next": own_page}, error)
    return admit(request, proof.person, proof.address, "code", own_page)


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Takes an address and its password."""
    if request.method != "POST":
        return door.see_other(reverse("sign-in"))
    own_page = door.own_path(request.POST.get("next", ""))
    typed = request.POST.get("address", "").strip()
    try:
        given = _address(typed), request.POST.get("password", "")
        proof = passwords.prove(*given, door.sender(request), at=clock.now())
    except (NotAnAddress, WrongPassword, TooOften) as error:
        return _page(request, "sign_in", {"next": own_page, "address": typed, "by_password": True}, error)
    return admit(request, proof.person, proof.address, "password", own_page)


@require_POST
def begin_passkey(request: HttpRequest) -> HttpResponse:
    """Says what a browser needs to sign in with a passkey."""
    try:
        options = passkeys.begin_proving(door.sender(request), at=clock.now())
    except TooOften as error:
        return _page(request, "sign_in", {"next": door.own_path("")}, error)
    response = HttpResponse(options, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Takes what a passkey has signed."""
    if request.method != "POST":
        return door.see_other(reverse("sign-in"))
    own_page = door.own_path(request.POST.get("next", ""))
    try:
        proof = passkeys.prove(request.POST.get("credential", ""), at=clock.now())
    except PasskeyRefused as error:
        return _page(request, "sign_in", {"next": own_page}, error)
    return admit(request, proof.person, proof.address, "passkey", own_page)


def admit(request: HttpRequest, person: str, address: str, means: str, own_page: str) -> HttpResponse:
    """Begins the session of somebody who has proved who they are, with a new token, and leads on."""
    seen, old = device(request.headers.get("User-Agent", "")), request.COOKIES.get(door.COOKIE, "")
    token, _again = sessions.begin(person, address, means, seen, old, at=clock.now())
    rotate_token(request)
    response = door.see_other(own_page)
    door.let_in(response, token)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@own
def sign_out(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Ends the session, and has the browser forget what it was shown."""
    sessions.end(me.person, me.session)
    response = door.see_other(reverse("sign-in"))
    door.let_out(response)
    return response


def _address(typed: str) -> str:
    try:
        return validate_email(typed, check_deliverability=False, strict=True).normalized
    except EmailNotValidError as error:
        message = "This is not an e-mail address. It looks like name@example.com."
        raise NotAnAddress(message, field="address") from error


def _browser(request: HttpRequest) -> str:
    """What tells the browser that a form was made for: a digest of the form's own cookie."""
    get_token(request)
    return salted_hmac(_SALT, request.META["CSRF_COOKIE"]).hexdigest()


def _ref(request: HttpRequest, token: str) -> str:
    try:
        ref, browser = signing.loads(token, salt=_SALT, max_age=CODE_FOR)
    except signing.SignatureExpired as error:
        message = "This code was used already, or its time is over. Ask for a new one."
        raise CodeOver(message) from error
    except (signing.BadSignature, ValueError) as error:
        raise _foreign() from error
    if browser != _browser(request):
        raise _foreign()
    return str(ref)


def _foreign() -> Foreign:
    return Foreign("This form was not made for this browser. Open the page to sign in, and ask for a code there.")


def _page(request: HttpRequest, name: str, shown: dict[str, Any], error: TrothError | None = None) -> HttpResponse:
    shown["shown_here"] = settings.TROTH_MAILS_SHOWN
    if error is None:
        response = render(request, f"control/{name}.html", shown)
    else:
        request.refused = error.code  # type: ignore[attr-defined] # the figures count it
        said = {"problem": error.say(gettext), "field": error.field, "error": error}
        response = render(request, f"control/{name}.html", {**shown, **said}, status=error.status)
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            response.headers["Retry-After"] = str(getattr(error, "retry_after", 0))
    response.headers["Cache-Control"] = "no-store"
    return response

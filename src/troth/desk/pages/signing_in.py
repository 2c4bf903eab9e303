"""Coming to the desk and leaving it: by invitation the first time, then by password and code."""

from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from troth import clock
from troth.control.door import see_other, sender
from troth.control.errors import TooOften, WeakPassword, WrongCode
from troth.control.rules import SHORTEST_PASSWORD
from troth.desk import door, entering, rules
from troth.desk.errors import NotInvited, NotLetIn
from troth.desk.rules import Post
from troth.vault.rules import draw

_SALT: Final = "troth.desk.secret"


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Takes post, password and code."""
    wanted = {"next": door.own_path((request.POST or request.GET).get("next", ""))}
    if request.method != "POST":
        return door.page(request, "sign_in", wanted)
    name = request.POST.get("post", "").strip()
    given = name, request.POST.get("password", ""), request.POST.get("code", "")
    try:
        post = entering.prove(*given, sender(request), at=clock.now())
    except (NotLetIn, TooOften) as error:
        return door.page(request, "sign_in", {**wanted, "name": name}, error)
    return _admit(request, post, wanted["next"])


@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Takes an invitation, then what whoever has it wants to come in by."""
    if request.method != "POST":
        return door.page(request, "welcome", {})
    invitation, token = request.POST.get("invitation", "").strip(), request.POST.get("secret", "")
    at = clock.now()
    try:
        post = entering.insist_on_invitation(invitation, sender(request), at=at)
    except (NotInvited, TooOften) as error:
        return door.page(request, "welcome", {}, error)
    secret = _secret(token)
    if secret is None:
        return _choosing(request, post, invitation, draw(rules.SECRET, 1)[0])
    given = request.POST.get("password", ""), secret, request.POST.get("code", "")
    try:
        entering.choose(invitation, *given, at=at)
    except (WeakPassword, WrongCode, NotInvited) as error:
        return _choosing(request, post, invitation, secret, error)
    return _admit(request, post, reverse("desk"))


@require_POST
@door.duty()
def sign_out(request: HttpRequest, _post: Post) -> HttpResponse:
    """Ends the session."""
    response = see_other(reverse("desk-sign-in"))
    door.let_out(request, response)
    return response


def _admit(request: HttpRequest, post: Post, own_page: str) -> HttpResponse:
    rotate_token(request)
    response = see_other(own_page)
    door.let_in(request, response, post)
    response.headers["Cache-Control"] = "no-store"
    return response


def _choosing(request: HttpRequest, post: Post, invitation: str, secret: bytes, error: Any = None) -> HttpResponse:
    import segno

    link = rules.link(secret, post.name, settings.INSTALLATION.host)
    drawn = segno.make_qr(link, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff", omitsize=True)
    shown = {
        "invited": post, "invitation": invitation, "shortest": SHORTEST_PASSWORD, "link": link,
        "token": signing.dumps(rules.written(secret), salt=_SALT), "written": rules.written(secret),
        "drawn": mark_safe(drawn),  # noqa: S308 - it is drawn here, of a link that holds nothing typed
    }  # fmt: skip
    return door.page(request, "choose", shown, error)


def _secret(token: str) -> bytes | None:
    """The secret that an earlier page of this kind showed, so that nobody chooses an easier one."""
    try:
        return rules.read(signing.loads(token, salt=_SALT, max_age=rules.IDLE))
    except signing.BadSignature:
        return None

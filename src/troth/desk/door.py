"""The door to the desk: who comes in holds a post there, and sees what its duties allow."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from troth import clock
from troth.control.door import see_other
from troth.cookies.register import own_name
from troth.desk import entering, posts
from troth.desk.errors import NotYours
from troth.desk.rules import Post
from troth.errors import TrothError

P = ParamSpec("P")
_COOKIE: Final = own_name(posts.COOKIE, secure=settings.INSTALLATION.secure)
_LONGEST: Final = 300


def duty(name: str = "") -> Callable[[Callable[Concatenate[HttpRequest, Post, P], HttpResponse]], Any]:
    """Makes a view a page for posts with this duty, or for every post; anybody else is asked to sign in first."""

    def guarding(view: Callable[Concatenate[HttpRequest, Post, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            post = who(request)
            if post is None:
                response = _to_sign_in(request)
            elif name and name not in post.may:
                message = "This is not among the duties of your post. `troth desk add` makes one that has them."
                response = page(request, "home", {"post": post}, NotYours(message))
            else:
                response = view(request, post, *args, **kwargs)
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded

    return guarding


def who(request: HttpRequest) -> Post | None:
    """Which post is at the desk, if any."""
    return entering.there(request.COOKIES.get(_COOKIE, ""), at=clock.now())


def let_in(request: HttpRequest, response: HttpResponse, post: Post) -> None:
    """Begins a session with a new token, which the browser forgets when it is closed."""
    token = entering.begin(post, request.COOKIES.get(_COOKIE, ""), at=clock.now())
    response.set_cookie(_COOKIE, token, secure=settings.INSTALLATION.secure, httponly=True, samesite="Strict")


def let_out(request: HttpRequest, response: HttpResponse) -> None:
    """Ends the session, and has the browser forget what it was shown."""
    entering.leave(request.COOKIES.get(_COOKIE, ""))
    response.delete_cookie(_COOKIE, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def own_path(wanted: str) -> str:
    """`wanted` if it is a page of the desk, else its first one."""
    first = reverse("desk")
    own = wanted.startswith(first) and len(wanted) <= _LONGEST
    return wanted if own and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else first


def page(request: HttpRequest, name: str, shown: dict[str, Any], error: TrothError | None = None) -> HttpResponse:
    """A page of the desk, with what went wrong, if anything did."""
    if error is None:
        response = render(request, f"desk/{name}.html", shown)
    else:
        request.refused = error.code  # type: ignore[attr-defined] # the figures count it
        said = {"problem": error.say(gettext), "field": error.field, "error": error}
        response = render(request, f"desk/{name}.html", {**shown, **said}, status=error.status)
        if wait := getattr(error, "retry_after", 0):
            response.headers["Retry-After"] = str(wait)
    response.headers["Cache-Control"] = "no-store"
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return see_other(reverse("desk-sign-in") + "?" + urlencode({"next": own_path(here)}))

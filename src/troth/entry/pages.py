"""The example site: home, products, the way out, and the addresses that machines expect."""

import logging
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from troth import clock
from troth.collection import pages as collection
from troth.control.door import who
from troth.cookies.browser import allowed
from troth.entry import personal
from troth.entry.condition import insist_on_readiness
from troth.entry.errors import NotReady
from troth.entry.site import site
from troth.errors import TrothError
from troth.statement import reads

log = logging.getLogger("troth.entry")
# What a browser says of a page that no link of this site led to (W3C Fetch Metadata).
_FROM_ELSEWHERE: Final = ("none", "cross-site")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page; it sets no cookie and asks for nothing (P01).

    Somebody who is signed in finds it in the language they like when they come from elsewhere (P19).
    """
    return _fitting(request, "entry/home.html", opens=True)


@require_safe
def theme(_request: HttpRequest) -> HttpResponse:
    """The site's accent colour as a style sheet; the policy allows no style inside a page."""
    content = site()
    rule = f":root{{--troth-accent:{content.accent}}}" if content else ""
    response = HttpResponse(rule, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """The catalogue, by family."""
    content = site()
    if content is None or not content.products:
        raise Http404
    families = [family for family, _ in groupby(content.products, key=lambda one: one.family)]
    return _fitting(request, "entry/products.html", products=content.products, view=_view(request, len(families)))


def _view(request: HttpRequest, families: int) -> str:
    """Which family somebody chose to see, by its place, if their browser may keep that; empty for all of them (P37)."""
    now = clock.now()
    kept = reads.in_force(settings.TROTH_SERVICE, now).statement.cookies.get("settings")
    if kept is None or not (allowed(request, now) or {}).get(kept.consent or ""):
        return ""
    view = request.COOKIES.get("settings", "")
    return view if view in map(str, range(families)) else ""


def _fitting(request: HttpRequest, template: str, *, opens: bool = False, **shown: Any) -> HttpResponse:
    """The page as it is for anybody; for somebody who is signed in as it fits them, and then nobody keeps a copy."""
    me = who(request)
    if me is None:
        response = render(request, template, shown)
    else:
        now = clock.now()
        setting = personal.language(me, now)
        fitting = {"recommended": personal.recommended(me, site(), now), "setting": setting}
        other = setting.language if setting and setting.language != get_language() else ""
        if other and opens and request.headers.get("Sec-Fetch-Site") in _FROM_ELSEWHERE:
            response = HttpResponseRedirect(translate_url(request.path, other))
        else:
            response = render(request, template, {**shown, **fitting, "other_language": other})
        response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def collect(request: HttpRequest, point: str) -> HttpResponse:
    """The form of a point; somebody who is signed in finds in it what they gave before (P09)."""
    me = who(request) if request.method == "GET" else None
    return collection.form(request, point, me.person if me else "")


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Every collection point the statement declares."""
    published = reads.in_force(settings.TROTH_SERVICE, clock.now())
    return render(request, "entry/points.html", {"points": published.statement.collection})


@require_safe
def leave(request: HttpRequest, link: str) -> HttpResponse:
    """Tells a person that they leave for another site; nothing about them goes along (P52)."""
    published = reads.in_force(settings.TROTH_SERVICE, clock.now())
    if link not in published.statement.links:
        raise Http404
    response = render(request, "entry/leave.html", {"link": published.statement.links[link]})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """200 when submissions can be taken; else 503, and no word about why: the log and `troth status` say it."""
    try:
        insist_on_readiness(clock.now())
        response: HttpResponse = HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    except TrothError as error:
        log.warning("not ready: %s", error.code)
        refused = NotReady("Nothing can be taken now. Try again in a moment.")
        response = JsonResponse(refused.problem(), status=refused.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to report a weakness."""
    published = reads.in_force(settings.TROTH_SERVICE, clock.now())
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{published.statement.controller.email}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(published.statement.languages)}",
        f"Canonical: {settings.TROTH_URL}/.well-known/security.txt",
        f"Policy: {settings.TROTH_URL}/privacy/",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

"""The statement as people read it: in force, by version, side by side, and as a feed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import parse_etags
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from troth import clock
from troth.statement import difference as differences
from troth.statement import reads
from troth.statement.model import say
from troth.statement.reads import Published
from troth.statement.rendered import Rendered
from troth.statement.show import show

_ATOM: Final = "application/atom+xml; charset=utf-8"
_HTML: Final = "text/html; charset=utf-8"
_JSONLD: Final = "application/ld+json"
_rendered = Rendered(32)


def spoken(published: Published) -> str:
    """The page's language if the statement has it, else the statement's first."""
    language = (get_language() or "").lower()
    return next(
        (one for one in published.statement.languages if one.lower() == language), published.statement.languages[0]
    )


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """The statement in force."""
    now = clock.now()
    in_force = partial(reads.number_in_force, settings.TROTH_SERVICE, now)
    return _answer(request, _HTML, now, lambda: _page(in_force(), reverse("statement")))


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version, at its permanent address (P55)."""
    return _answer(request, _HTML, clock.now(), lambda: _page(number, reverse("version", args=[number])))


def _page(number: int, path: str) -> str:
    shown = reads.version(settings.TROTH_SERVICE, number)
    language = spoken(shown)
    sections = reads.sections(settings.TROTH_SERVICE, number, language)
    return for_anybody("statement/statement.html", path, shown=shown, sections=sections, language=language)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """All versions, newest first, each with the difference to the one before."""
    now = clock.now()

    def page() -> str:
        every = reads.versions(settings.TROTH_SERVICE)
        return for_anybody("statement/versions.html", reverse("versions"), versions=every, now=now)

    return _answer(request, _HTML, now, page)


@require_safe
def difference(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What changed between two versions, side by side, and what of it is material."""

    def page() -> str:
        earlier, later = (reads.version(settings.TROTH_SERVICE, number) for number in (old, new))
        found = differences.difference(earlier.statement, later.statement, spoken(later))
        path = reverse("difference", args=[old, new])
        return for_anybody("statement/difference.html", path, old=earlier, new=later, difference=found)

    return _answer(request, _HTML, clock.now(), page)


@require_safe
def jsonld(request: HttpRequest) -> HttpResponse:
    """The statement in force as JSON-LD with DPV terms."""
    now = clock.now()

    def text() -> str:
        published = reads.in_force(settings.TROTH_SERVICE, now)
        return show(published.statement, spoken(published), "jsonld")

    return _answer(request, _JSONLD, now, text)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Versions of the statement as an Atom feed (RFC 4287)."""
    now = clock.now()
    return _answer(request, _ATOM, now, lambda: _atom(reads.in_force(settings.TROTH_SERVICE, now)))


def _atom(published: Published) -> str:
    words: str = gettext("Privacy statement of {name}")
    made = Atom1Feed(
        title=words.format(name=say(published.statement.service.name, spoken(published))),
        link=settings.TROTH_URL + reverse("statement"),
        description="",
        language=get_language(),
        feed_url=settings.TROTH_URL + reverse("feed"),
    )
    for one in reads.versions(settings.TROTH_SERVICE):
        link = settings.TROTH_URL + reverse("version", args=[one.number])
        title = gettext("Version {number}, in force from {day}").format(number=one.number, day=one.effective.date())
        made.add_item(title=title, link=link, description=one.digest, updateddate=one.published, unique_id=link)
    text: str = made.writeString("utf-8")
    return text


def for_anybody(template: str, path: str, **shown: Any) -> str:
    """The page at `path` as it is for everybody: nothing of a visitor's request can stand in it."""
    nobody = HttpRequest()
    nobody.path = path
    return render_to_string(template, shown, nobody)


def _answer(request: HttpRequest, kind: str, now: datetime, render: Callable[[], str]) -> HttpResponse:
    """The page that this address has in this language for as long as the versions stand as they do `now`.

    Whoever has it already is told so, and always asks first: what is published shows at once.
    """
    match = request.resolver_match
    succession = reads.succession(settings.TROTH_SERVICE, now)
    place = (match.view_name, *match.kwargs.values()) if match else ()
    content = _rendered.get((place, get_language(), succession), render)
    known = {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
    unchanged = known & {content.tag, "*"}
    response = HttpResponseNotModified() if unchanged else HttpResponse(content.body, content_type=kind)
    response.headers["ETag"] = content.tag
    response.headers["Cache-Control"] = "no-cache"
    return response

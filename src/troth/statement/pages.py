"""The statement as people read it: in force, by version, side by side, and as a feed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import parse_etags
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from troth import clock
from troth.statement import difference as differences
from troth.statement import reads
from troth.statement.errors import NoSuchVersion
from troth.statement.model import say
from troth.statement.reads import Course, Published
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
    gone = reads.RETRACTED in reads.turns_of(settings.TROTH_SERVICE, number)
    return for_anybody(
        "statement/statement.html", path, shown=shown, sections=sections, language=language, retracted=gone
    )


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """All versions, newest first, each with the difference to the one before."""
    now = clock.now()

    def page() -> str:
        courses = reads.courses(settings.TROTH_SERVICE, now)
        return for_anybody("statement/versions.html", reverse("versions"), courses=courses)

    return _answer(request, _HTML, now, page)


@require_safe
def difference(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What changed between two versions, side by side, and what of it is material."""
    now = clock.now()

    def page() -> str:
        earlier, later = (reads.version(settings.TROTH_SERVICE, number) for number in (old, new))
        language, service = spoken(later), settings.TROTH_SERVICE
        found = differences.difference(earlier.statement, later.statement, language)
        return for_anybody(
            "statement/difference.html",
            reverse("difference", args=[old, new]),
            old=earlier,
            new=later,
            difference=found,
            material=[one for one in found.changes if one.material],
            minor=[one for one in found.changes if not one.material],
            again=[say(later.statement.purposes[name].label, language) for name in found.ask_again],
            titles=reads.titles(service, old, language) | reads.titles(service, new, language),
            coming=later.number > reads.succession(settings.TROTH_SERVICE, now).in_force,
        )

    return _answer(request, _HTML, now, page)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Sends on to the difference between the two versions that somebody chose."""
    try:
        old, new = (int(request.GET.get(name, "")) for name in ("old", "new"))
        return HttpResponseRedirect(reverse("difference", args=[old, new]))
    except (ValueError, NoReverseMatch) as error:
        message = "Choose two versions. All versions are listed at /privacy/versions/."
        raise NoSuchVersion(message) from error


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
    return _answer(request, _ATOM, now, lambda: _atom(reads.in_force(settings.TROTH_SERVICE, now), now))


def _atom(published: Published, now: datetime) -> str:
    words: str = gettext("Privacy statement of {name}")
    language = spoken(published)
    made = Atom1Feed(
        title=words.format(name=say(published.statement.service.name, language)),
        link=settings.TROTH_URL + reverse("statement"),
        description=None,
        language=get_language(),
        author_name=say(published.statement.controller.name, language),
        feed_url=settings.TROTH_URL + reverse("feed"),
        feed_guid=settings.TROTH_URL + reverse("feed"),
    )
    for one in reads.courses(settings.TROTH_SERVICE, now):
        link = settings.TROTH_URL + reverse("version", args=[one.version.number])
        turned = max(filter(None, (one.version.published, one.announced, one.begun, one.retracted)))
        made.add_item(title=_title(one), link=link, description=_told(one), updateddate=turned, unique_id=link)
    text: str = made.writeString("utf-8")
    return text


def _title(one: Course) -> str:
    words = gettext("Version {number}, in force from {day}")
    if one.state == reads.RETRACTED:
        words = gettext("Version {number}, retracted before it was in force")
    elif one.state == "waiting":
        words = gettext("Version {number}, in force as soon as everybody was told in time")
    elif one.version.correction:
        words = gettext("Version {number}, typos put right, in force from {day}")
    return words.format(number=one.version.number, day=one.version.effective.date())


def _told(one: Course) -> str:
    """What changes with a version, in plain words, what is material first; and its fingerprint."""
    language = spoken(one.version)
    changes: tuple[differences.Change, ...] = ()
    if one.before:
        earlier = reads.version(settings.TROTH_SERVICE, one.before)
        changes = differences.difference(earlier.statement, one.version.statement, language).changes
    why = dict.fromkeys(change.why for change in sorted(changes, key=lambda change: not change.material))
    return "\n".join([*why, f"SHA-256 {one.version.digest}"])


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

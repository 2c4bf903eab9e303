"""The statement as people read it: in force, by version, side by side, and as a feed."""

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed as Syndication
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from troth import clock
from troth.statement import difference as differences
from troth.statement import reads
from troth.statement.model import say
from troth.statement.reads import Published
from troth.statement.show import show


def spoken(published: Published) -> str:
    """The page's language if the statement has it, else the statement's first."""
    language = (get_language() or "").lower()
    return next(
        (one for one in published.statement.languages if one.lower() == language), published.statement.languages[0]
    )


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """The statement in force."""
    return _page(request, reads.in_force(settings.TROTH_SERVICE, clock.now()))


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version, at its permanent address (P55)."""
    return _page(request, reads.version(settings.TROTH_SERVICE, number))


def _page(request: HttpRequest, published: Published) -> HttpResponse:
    language = spoken(published)
    shown = {
        "shown": published,
        "sections": reads.sections(settings.TROTH_SERVICE, published.number, language),
        "language": language,
    }
    return render(request, "statement/statement.html", shown)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """All versions, newest first, each with the difference to the one before."""
    now = clock.now()
    shown = {
        "versions": reads.versions(settings.TROTH_SERVICE),
        "now": now,
    }
    return render(request, "statement/versions.html", shown)


@require_safe
def difference(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What changed between two versions, side by side, and what of it is material."""
    earlier = reads.version(settings.TROTH_SERVICE, old)
    later = reads.version(settings.TROTH_SERVICE, new)
    found = differences.difference(earlier.statement, later.statement, spoken(later))
    return render(request, "statement/difference.html", {"old": earlier, "new": later, "difference": found})


@require_safe
def jsonld(request: HttpRequest) -> HttpResponse:
    """The statement in force as JSON-LD with DPV terms."""
    published = reads.in_force(settings.TROTH_SERVICE, clock.now())
    text = show(published.statement, spoken(published), "jsonld")
    return HttpResponse(text, content_type="application/ld+json")


class Feed(Syndication):  # type: ignore[type-arg] # generic in its stubs only
    """Versions of the statement as an Atom feed (RFC 4287)."""

    feed_type = Atom1Feed

    def link(self) -> str:
        return reverse("statement")

    def title(self) -> str:
        published = reads.in_force(settings.TROTH_SERVICE, clock.now())
        words: str = gettext("Privacy statement of {name}")
        return words.format(name=say(published.statement.service.name, spoken(published)))

    def items(self) -> tuple[Published, ...]:
        return reads.versions(settings.TROTH_SERVICE)

    def item_title(self, item: Published) -> str:
        return gettext("Version {number}, in force from {day}").format(number=item.number, day=item.effective.date())

    def item_description(self, item: Published) -> str:
        return item.digest

    def item_link(self, item: Published) -> str:
        return reverse("version", args=[item.number])

    def item_updateddate(self, item: Published) -> datetime:
        return item.published

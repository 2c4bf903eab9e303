"""The statement at the desk: what a change would mean, publishing it, putting typos right, and retracting."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from troth import clock
from troth.control.door import see_other
from troth.desk import actions, door, reads
from troth.desk.errors import NoDay, Stale
from troth.desk.reads import Plan
from troth.desk.rules import Post
from troth.errors import TrothError
from troth.statement import reads as statements
from troth.statement.checks import check
from troth.statement.difference import difference
from troth.statement.loader import loads
from troth.statement.model import Statement, say
from troth.statement.pages import spoken

_LOOK, _TYPO = "look", "typo"


@require_http_methods(["GET", "HEAD", "POST"])
@door.duty("publish")
def publish(request: HttpRequest, post: Post) -> HttpResponse:
    """The file of the next version, what it would mean, and the day from which it is to hold."""
    at = clock.now()
    if request.method != "POST":
        return door.page(request, "publish", _here(post, at))
    text = request.POST.get("statement", "").replace("\r\n", "\n")
    source, wanted = text.encode("utf-8", "replace"), request.POST.get("do", _LOOK)
    shown = {**_here(post, at), "text": text, "day": request.POST.get("day", "")}
    shown["findings"] = found = check(loads(source), today=at.date())
    if any(one.severity == "error" for one in found):
        return door.page(request, "publish", shown)
    try:
        plan = reads.plan(source, at=at)
    except TrothError as error:
        return door.page(request, "publish", shown, error)
    shown |= _planned(plan, source)
    if wanted == _LOOK:
        return door.page(request, "publish", shown)
    try:
        _insist_on_shown(request, shown)
        if wanted == _TYPO:
            actions.correct(source, at=at)
        else:
            actions.publish(source, effective=_day(shown["day"]), at=at)
    except TrothError as error:
        return door.page(request, "publish", shown, error)
    return see_other(reverse("desk-publish"))


@require_POST
@door.duty("publish")
def retract(request: HttpRequest, post: Post) -> HttpResponse:
    """Takes back the version that is to come."""
    at, number = clock.now(), request.POST.get("version", "")
    try:
        actions.retract(int(number) if number.isdecimal() else 0, at=at)
    except TrothError as error:
        return door.page(request, "publish", _here(post, at), error)
    return see_other(reverse("desk-publish"))


def _here(post: Post, at: datetime) -> dict[str, Any]:
    """What holds, what is to come and how far people were told of it, and the file of what holds."""
    service = settings.TROTH_SERVICE
    in_force, coming = statements.in_force(service, at), statements.coming(service, at)
    source = statements.source(service, (coming.version if coming else in_force).number)
    return {
        "post": post, "own_page": "publish", "in_force": in_force, "coming": coming, "text": source.decode(),
        "progress": reads.progress(coming.version.number) if coming else None, "today": at.date(),
    }  # fmt: skip


def _planned(plan: Plan, source: bytes) -> dict[str, Any]:
    old = statements.version(settings.TROTH_SERVICE, plan.against)
    language, new = spoken(old), cast("Statement", loads(source).statement)
    changes = difference(old.statement, new, language).changes
    return {
        "plan": plan, "old": old, "new": None, "digest": sha256(source).hexdigest(),
        "material": [one for one in changes if one.material], "minor": [one for one in changes if not one.material],
        "again": [say(new.purposes[name].label, language) for name in plan.difference.ask_again],
        "titles": statements.titles(settings.TROTH_SERVICE, plan.against, language),
    }  # fmt: skip


def _insist_on_shown(request: HttpRequest, shown: dict[str, Any]) -> None:
    was = request.POST.get("digest", ""), request.POST.get("against", "")
    if was != (shown["digest"], str(shown["plan"].against)):
        message = "This is not what was shown: the file was changed, or another version was published. Look again."
        raise Stale(message)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        message = "Choose the day from which it is to hold."
        raise NoDay(message, field="day") from None

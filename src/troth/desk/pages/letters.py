"""Newsletters and notices at the desk: composed, looked at, tried out, sent, paused. Nobody is named there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from email_validator import EmailNotValidError, validate_email

from troth import clock
from troth.control.door import see_other
from troth.control.errors import NotAnAddress
from troth.desk import door, entering
from troth.desk.errors import Stale
from troth.desk.rules import Post
from troth.errors import TrothError
from troth.mail import composing, issues, trying
from troth.mail.composing import Composed, Part
from troth.sharing.rules import K
from troth.statement import reads as statements

# The page is a mail of ours: it runs nothing, leads nowhere and fetches nothing, whatever was typed.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors "
STATES: Final = {
    "draft": gettext_lazy("Draft"),
    "gathering": gettext_lazy("On its way"),
    "sending": gettext_lazy("On its way"),
    "paused": gettext_lazy("Paused"),
    "done": gettext_lazy("Done"),
}
WHY: Final = {
    "not-confirmed": gettext_lazy("said yes, and has not confirmed by mail that it was they"),
    "consent-missing": gettext_lazy("never said yes to it"),
    "consent-outdated": gettext_lazy("said yes to something else than it is now"),
    "objected": gettext_lazy("objected to it"),
    "restricted": gettext_lazy("had the use of their data restricted"),
    "too-young": gettext_lazy("too young for it"),
    "age-unknown": gettext_lazy("nothing is known of their age"),
    "retention-over": gettext_lazy("the time is over for which it may be used"),
    "not-held": gettext_lazy("no address is held"),
    "not-declared": gettext_lazy("the address may not be used for it"),
    "not-theirs": gettext_lazy("does not own what it is about"),
    "unwanted": gettext_lazy("no advertising goes to the address any more"),
}
BECAME: Final = {
    "sent": gettext_lazy("handed over"),
    "refused": gettext_lazy("refused by their mail server"),
    "unknown": gettext_lazy("not known whether it came, and not tried again"),
    "left-out": gettext_lazy("left out at the moment of sending"),
}


@require_safe
@door.duty("letters")
def every(request: HttpRequest, post: Post) -> HttpResponse:
    """Every issue, with how far it is."""
    rows = [_row(one) for one in issues.all_told()]
    return door.page(request, "letters", {**_here(post), "issues": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@door.duty("letters")
def compose(request: HttpRequest, post: Post) -> HttpResponse:
    """Words in every language of the statement, for one of the mails that it declares."""
    at = clock.now()
    statement = statements.in_force(settings.TROTH_SERVICE, at).statement
    shown = {**_here(post), "mails": list(statement.mail), "fields": list(statement.data)}
    if request.method != "POST":
        before = request.GET.get("from", "")
        typed = composing.read(issues.told(before).source) if before else Composed("", {})
        return door.page(request, "compose", {**shown, **_typed(typed, statement.languages)})
    typed = _read(request, statement.languages)
    try:
        ref = issues.new(composing.written(typed), service=settings.TROTH_SERVICE, at=at)
    except TrothError as error:
        return door.page(request, "compose", {**shown, **_typed(typed, statement.languages)}, error)
    return see_other(reverse("desk-letter", args=[ref]))


@require_http_methods(["GET", "HEAD", "POST"])
@door.duty("letters")
def issue(request: HttpRequest, post: Post, ref: str) -> HttpResponse:
    """One issue: how it reads, who gets it and who does not, and how far it is."""
    at, told = clock.now(), issues.told(ref)
    if request.method != "POST":
        tried = "tried" in request.GET
        return door.page(request, "issue", {**_shown(post, told, at), "tried": tried})
    done, after = request.POST.get("do", ""), reverse("desk-letter", args=[ref])
    try:
        if done == "test":
            address = _address(request)
            entering.insist_on_few_trials(post, at=at)
            trying.send(ref, address, service=settings.TROTH_SERVICE, at=at)
            after += "?tried"
        elif done == "send":
            _insist_on_shown(request, told, at)
            issues.begin(ref, at=at)
        elif done == "pause":
            issues.pause(ref)
        elif done == "resume":
            issues.resume(ref, at=at)
    except TrothError as error:
        return door.page(request, "issue", _shown(post, told, at), error)
    return see_other(after)


@require_safe
@door.duty("letters")
def as_html(request: HttpRequest, _post: Post, ref: str, language: str) -> HttpResponse:
    """The issue as a mail program shows it, for somebody whose name is not known."""
    _, _, html = trying.preview(ref, language, service=settings.TROTH_SERVICE, at=clock.now())
    request.policy = _POLICY  # type: ignore[attr-defined] # the middleware says it
    return HttpResponse(html)


def _here(post: Post) -> dict[str, Any]:
    return {"post": post, "own_page": "letters"}


def _row(told: issues.Told) -> dict[str, Any]:
    subject = next(iter(issues.composed_of(told.source).parts.values())).subject
    return {"told": told, "state": STATES.get(told.state, told.state), "subject": subject}


def _shown(post: Post, told: issues.Told, at: datetime) -> dict[str, Any]:
    """What the page of an issue says; before it goes, also who would get it now."""
    service, composed = settings.TROTH_SERVICE, issues.composed_of(told.source)
    shown = {**_here(post), **_row(told), "composed": composed, "under_way": told.state in issues.UNDER_WAY}
    try:
        shown["previews"] = [
            (language, *trying.preview(told.ref, language, service=service, at=at)[:2]) for language in composed.parts
        ]
        if told.state == "draft":
            gets, left_out = issues.audience(told, service, at)
            shown |= {"gets": gets, "left_out": _in_words(left_out, WHY)}
    except TrothError as error:  # the statement has changed since it was composed
        shown["unfit"] = error
    if told.state != "draft":
        followed = [(link, number if number >= K else None) for link, number in told.followed.items()]
        shown |= {
            "gone": told.total - told.waiting, "counts": _in_words(told.counts, BECAME),
            "left_out": _in_words(told.left_out, WHY), "followed": followed, "k": K,
        }  # fmt: skip
    return shown


def _in_words(counts: dict[str, int], words: dict[str, Any]) -> list[tuple[Any, int]]:
    rows = sorted(counts.items(), key=lambda one: -one[1])
    return [(words.get(code, code), number) for code, number in rows if number]


def _read(request: HttpRequest, languages: Sequence[str]) -> Composed:
    said = {name: str(value).replace("\r\n", "\n") for name, value in request.POST.items()}
    parts = {
        one: Part(" ".join(said.get(f"subject-{one}", "").split()), said.get(f"words-{one}", "").strip("\n"))
        for one in languages
    }
    field, value = said.get("field", ""), " ".join(said.get("value", "").split())
    return Composed(" ".join(said.get("mail", "").split()), parts, (field, value) if field or value else None)


def _typed(typed: Composed, languages: Sequence[str]) -> dict[str, Any]:
    empty = Part("", "")
    return {"typed": typed, "parts": [(one, typed.parts.get(one, empty)) for one in languages]}


def _address(request: HttpRequest) -> str:
    try:
        return validate_email(request.POST.get("address", "").strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        message = "This is not an e-mail address. It looks like name@example.com."
        raise NotAnAddress(message, field="address") from error


def _insist_on_shown(request: HttpRequest, told: issues.Told, at: datetime) -> None:
    gets, _ = issues.audience(told, settings.TROTH_SERVICE, at)
    if request.POST.get("gets", "") != str(gets):
        message = "Who would get it has changed since you looked. Look at the number again, then send it."
        raise Stale(message)

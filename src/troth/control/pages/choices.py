"""What a person chooses, on their own pages: every consent and objection, the restriction, a newer statement."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth import clock
from troth.collection.errors import Forged, Replayed
from troth.consent import reads as consent
from troth.consent.wishes import KINDS, Spoken, Wish
from troth.control import asking
from troth.control.changing import Change, changes
from troth.control.choosing import Last, choices, last_words
from troth.control.door import own, see_other
from troth.control.rules import SignedIn
from troth.control.spoken import language
from troth.cookies import reads as cookies
from troth.cookies.actions import keep
from troth.cookies.browser import chosen, sends_signal
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.use import reads as uses
from troth.use.words import heard
from troth.vault.reads import held

_SALT: Final = "troth.control.choose"
_VALID_FOR: Final = 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
@own
def choose(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Every choice that the statement leaves to them, each a switch; one press gives, one press takes back (P16)."""
    if request.method == "POST":
        return _wished(request, me, "my-choices")
    at, service = clock.now(), settings.TROTH_SERVICE
    published = statements.in_force(service, at)
    voice = Voice(published.statement, language())
    spoken = consent.spoken([me.person], service)[me.person]
    standing = uses.people([me.person], service, at)[me.person].standing
    found = choices(voice, published.compiled, standing)
    last = last_words(spoken)
    said = heard(spoken, lambda number: statements.version(service, number).compiled)
    newer = changes(spoken, said, {record for record, _ in held([me.person])}, service, voice.language, at)
    context: dict[str, Any] = {
        "me": me,
        "own_page": "my-choices",
        "choices": found,
        "tokens": {one.id: _token(me, one.turned, last.get((one.kind, one.about), "")) for one in found.switches()},
        "changes": answerable(me, newer, last),
        "restricted": standing.restricted,
        "young": standing.young,
        "signal": sends_signal(request),
        "signalled": cookies.signalled(me.person, service),
        "browsers": _browsers(me, voice, service),
        "here": _here(request, me, service),
        "today": at.date(),
    }
    return render(request, "control/choices.html", context)


@require_POST
@own
def keep_choice(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """What was chosen in this browser is kept with what is held of them, because they ask for it, or no longer."""
    service, wanted = settings.TROTH_SERVICE, request.POST.get("choice", "")
    given = request.POST.get("keep") == "yes"
    kept = {one.ref for one in cookies.kept_by(me.person, service)}
    if wanted not in ({_here(request, me, service)} - {""} if given else kept):
        message = "This is not what was chosen in this browser, or it is not kept. Look at the page again."
        raise Replayed(message)
    keep(me.person, wanted, service, given=given, at=clock.now())
    return see_other(reverse("my-choices") + "#browsers")


def _here(request: HttpRequest, me: SignedIn, service: str) -> str:
    """The reference of what was chosen in this browser, where they may still ask for it to be kept."""
    one = chosen(request)
    if one is None or not cookies.is_recorded(one.ref, service):
        return ""
    kept = {choice.ref for browser in cookies.kept_by(me.person, service) for choice in browser.choices}
    return "" if one.ref in kept else one.ref


def _browsers(me: SignedIn, voice: Voice, service: str) -> list[dict[str, Any]]:
    """What they chose in each browser last, in the words of the statement."""
    return [
        {
            "ref": one.ref,
            "last": one.choices[0],
            "answers": [(voice.purpose(name), given) for name, given in one.choices[0].choices.items()],
        }
        for one in cookies.kept_by(me.person, service)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@own
def restrict(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Everything of theirs is kept and not used, or is used again as they chose (GDPR Art. 18)."""
    if request.method == "POST":
        return _wished(request, me, "restrict")
    at, service = clock.now(), settings.TROTH_SERVICE
    restricted = uses.people([me.person], service, at)[me.person].standing.restricted
    last = last_words(consent.spoken([me.person], service)[me.person])
    turned = Wish("restriction", given=not restricted)
    token = _token(me, turned, last.get(("restriction", ""), ""))
    return render(
        request, "control/restrict.html", {"me": me, "own_page": "restrict", "restricted": restricted, "token": token}
    )


@require_safe
@own
def receipts(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """The receipt of everything they sent, with its file."""
    service = settings.TROTH_SERVICE
    found = []
    for record, point, version, at in consent.spoken([me.person], service)[me.person].agreements:
        voice = Voice(statements.version(service, version).statement, language())
        title = voice.say(voice.statement.collection[point].title)
        found.append({"record": record, "title": title, "version": version, "at": at})
    found.sort(key=lambda one: (one["at"], one["record"]), reverse=True)
    return render(request, "control/receipts.html", {"me": me, "own_page": "my-receipts", "receipts": found})


def answerable(me: SignedIn, found: Sequence[Change], last: Last) -> list[dict[str, Any]]:
    """Each change with what its two buttons send: one accepts it, one objects to it."""
    said = last.get(("acceptance", ""), "")
    return [
        {
            "one": one,
            "accept": _token(me, one.wish(given=True), said),
            "object": _token(me, one.wish(given=False), said),
        }
        for one in found
    ]


def _token(me: SignedIn, wished: Wish, last: str) -> str:
    """What one switch sends: whose it is, what it says, and what had been said of it when it was shown."""
    said = [me.person, wished.kind, wished.given, wished.about, wished.number, last]
    return signing.dumps(said, salt=_SALT)


def _wished(request: HttpRequest, me: SignedIn, page: str) -> HttpResponse:
    """Notes what a switch says, and shows the page again where it stands."""
    wished, last = _read(request.POST.get("token", ""), me)
    at, service = clock.now(), settings.TROTH_SERVICE
    spoken: Spoken = consent.spoken([me.person], service)[me.person]
    if last_words(spoken).get((wished.kind, wished.about), "") != last:
        message = "Something else was said about this since the page was shown. Look at it again and choose."
        raise Replayed(message)
    asking.wish(me.person, wished, service=service, at=at)
    place = f"{wished.kind}-{wished.about}".replace(".", "-").rstrip("-")
    return see_other(f"{reverse(page)}#{place}")


def _read(token: str, me: SignedIn) -> tuple[Wish, str]:
    try:
        person, kind, given, about, number, last = signing.loads(token, salt=_SALT, max_age=_VALID_FOR)
    except signing.SignatureExpired as error:
        message = "This page was open for longer than a day. Look at it again and choose."
        raise Replayed(message) from error
    except (signing.BadSignature, ValueError) as error:
        message = "This form was not made by this site. Open the page again and choose there."
        raise Forged(message) from error
    if person != me.person or kind not in KINDS:
        message = "This form was made for somebody else. Open the page again and choose there."
        raise Forged(message)
    return Wish(kind, given, about, number), last

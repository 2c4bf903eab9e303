"""The page of a collection point, on the site itself and embedded in another."""

import secrets
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from troth import clock
from troth.collection import errors, forms
from troth.collection.actions import Accepted, submit
from troth.collection.before import FILLING_IN, Before, fillable, given_before
from troth.collection.reads import Asking, asking
from troth.errors import TrothError
from troth.statement import reads
from troth.statement.countries import country_codes
from troth.statement.model import say
from troth.statement.pages import for_anybody
from troth.statement.rendered import Rendered
from troth.statement.words import country_name, words

# Stand in a rendered form where its tokens come. Nobody can know them, so nothing declared or typed is taken for one.
_TOKEN: Final = secrets.token_hex()
_GUARD: Final = secrets.token_hex()
_rendered = Rendered(64)


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, point: str, person: str = "") -> HttpResponse:
    """Shows the form of `point`; takes it when it is sent and answers with the receipt's page.

    For a `person` who is signed in it is filled with what they gave before, as far as that may be used (P09).
    """
    now = clock.now()
    shown = asking(settings.TROTH_SERVICE, point, get_language() or "", now)
    if request.method != "POST":
        may = fillable(shown.version.statement, point) if person else ()
        before = given_before(person, FILLING_IN, may, service=settings.TROTH_SERVICE, at=now) if may else {}
        return _form(request, shown, embedded=False, before=before)
    try:
        accepted = _take(request, shown)
    except TrothError as error:
        return _refused(request, shown, error, embedded=False)
    response = HttpResponseRedirect(reverse("receipt", args=[accepted.record]))
    response.status_code = 303
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def embedded(request: HttpRequest, point: str) -> HttpResponse:
    """The same form inside another site. No cookie is set there: the token and the sender's origin guard it."""
    language = request.GET.get("language", "").lower()
    if language in dict(settings.LANGUAGES):
        return HttpResponseRedirect(translate_url(request.path, language))
    now = clock.now()
    try:
        request.POST  # noqa: B018 - taken in before the store is asked: a slow sender holds none of its connections
    finally:
        shown = asking(settings.TROTH_SERVICE, point, get_language() or "", now)
        # Whatever is answered, a page that cannot be read included, shows where the form stands.
        request.frame_ancestors = shown.version.statement.collection[point].embed  # type: ignore[attr-defined]
    if request.method != "POST":
        return _form(request, shown, embedded=True)
    try:
        if request.headers.get("Origin") != settings.TROTH_URL:
            message = "This form was not sent from the page it was shown on. Open the page again."
            raise errors.Forged(message)
        accepted = _take(request, shown)
    except TrothError as error:
        return _refused(request, shown, error, embedded=True)
    return render(request, "collection/taken.html", {"asking": shown, "record": accepted.record})


def _take(request: HttpRequest, shown: Asking) -> Accepted:
    given = forms.read(request, shown.point)
    message = "This form was already sent. Nothing was stored a second time."
    again = errors.Replayed(message, clause=f"collection.{shown.point}")
    try:
        accepted = submit(lambda _: (given, shown), given.files)  # type: ignore[arg-type]
    except errors.KeyReused as error:
        raise again from error
    if accepted.again:
        raise again
    return accepted


def _refused(request: HttpRequest, shown: Asking, error: TrothError, *, embedded: bool) -> HttpResponse:
    """The form again with everything that was typed, and what is wrong beside it."""
    request.refused = error.code  # type: ignore[attr-defined] # the figures count it
    if isinstance(error, errors.Forged | errors.Replayed | errors.UnderAge):
        if not embedded:
            raise error
        refused = {"message": error.say(gettext), "error": error, "embedded": True}
        return render(request, "entry/refused.html", refused, status=error.status)
    return _form(request, shown, embedded=embedded, problems=(error, *error.others), status=error.status)


def _form(
    request: HttpRequest, shown: Asking, *, embedded: bool, problems: tuple[TrothError, ...] = (),
    before: Mapping[str, Before] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    token = forms.new_token(shown.point, shown.language, shown.digest)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        # A store that broke off may have kept it nevertheless: sent again under the same token it counts once.
        token = request.POST.get("token", token)
    if problems or before:
        context = {**_context(shown, request.POST, problems, before or {}), "token": token, "embedded": embedded}
        response = render(request, "collection/form.html", context, status=status)
    else:
        body = _empty(shown, embedded=embedded).replace(_TOKEN.encode(), token.encode())
        if not embedded:
            body = body.replace(_GUARD.encode(), get_token(request).encode())
        response = HttpResponse(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _empty(shown: Asking, *, embedded: bool) -> bytes:
    """The form before anybody typed: the same for everybody but for its two tokens."""
    name = "embed" if embedded else "collect"
    succession = reads.succession(settings.TROTH_SERVICE, clock.now())

    def page() -> str:
        own = {"token": _TOKEN, "csrf_token": _GUARD, "embedded": embedded}
        path = reverse(name, args=[shown.point])
        return for_anybody("collection/form.html", path, **_context(shown, QueryDict(), (), {}), **own)

    return _rendered.get((name, shown.digest, get_language(), succession), page).body


def _context(
    shown: Asking, sent: QueryDict, problems: tuple[TrothError, ...], before: Mapping[str, Before]
) -> dict[str, Any]:
    said: dict[str, Any] = {problem.field: problem.say(gettext) for problem in problems}
    filled = _filled(shown, before)
    typed = {one["id"]: sent.get(f"field.{one['id']}", "") for one in shown.notice["fields"]}
    typed.update({problem.field: "" for problem in problems if isinstance(problem, errors.CardNumber)})
    typed.update({field: one["value"] for field, one in filled.items()})
    return {
        "asking": shown,
        "notice": shown.notice,
        "fields": [
            {**one, "value": typed[one["id"]], "problem": said.get(one["id"], ""), "before": filled.get(one["id"])}
            for one in shown.notice["fields"]
        ],
        "filled_for": dict.fromkeys(one["purpose"] for one in filled.values()),
        "choices": [{**one, "chosen": sent.get(f"choice.{one['id']}") == "yes"} for one in shown.notice["choices"]],
        "age_problem": said.get("born") or said.get("residence"),
        "born": sent.get("born", ""),
        "residence": sent.get("residence", ""),
        "countries": _country_options(shown.language),
        "problems": [{"field": one.field, "message": one.say(gettext), "code": one.code} for one in problems],
    }


def _filled(shown: Asking, before: Mapping[str, Before]) -> dict[str, dict[str, str]]:
    """What stands in a field already, and where it comes from; an answer that is no longer offered does not."""
    statement, language = shown.version.statement, shown.language
    options = {name: statement.data[name].options for name in before}
    return {
        name: {
            "value": one.text,
            "point": say(statement.collection[one.point].title, language),
            "day": words(language).day(one.at.date()),
            "purpose": one.purpose,
        }
        for name, one in before.items()
        if not options[name] or one.text in options[name]
    }


@cache
def _country_options(language: str) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code, language)) for code in country_codes()), key=lambda pair: pair[1])

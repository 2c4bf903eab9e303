"""The page of a collection point, on the site itself and embedded in another."""

from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from troth import clock
from troth.collection import errors, forms
from troth.collection.actions import Accepted, submit
from troth.collection.reads import Asking, asking
from troth.errors import TrothError
from troth.statement.countries import country_codes
from troth.statement.words import country_name


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, point: str) -> HttpResponse:
    """Shows the form of `point`; takes it when it is sent and answers with the receipt's page."""
    now = clock.now()
    shown = asking(settings.TROTH_SERVICE, point, get_language() or "", now)
    if request.method != "POST":
        return _form(request, shown, embedded=False)
    try:
        accepted = _take(request, shown, now)
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
    shown = asking(settings.TROTH_SERVICE, point, get_language() or "", now)
    # Whatever is answered, a page that cannot be read included, shows where the form stands.
    request.frame_ancestors = shown.version.statement.collection[point].embed  # type: ignore[attr-defined]
    if request.method != "POST":
        return _form(request, shown, embedded=True)
    try:
        if request.headers.get("Origin") != settings.TROTH_URL:
            message = "This form was not sent from the page it was shown on. Open the page again."
            raise errors.Forged(message)
        accepted = _take(request, shown, now)
    except TrothError as error:
        return _refused(request, shown, error, embedded=True)
    return render(request, "collection/taken.html", {"asking": shown, "record": accepted.record})


def _take(request: HttpRequest, shown: Asking, now: datetime) -> Accepted:
    given = forms.read(request, shown.point)
    message = "This form was already sent. Nothing was stored a second time."
    again = errors.Replayed(message, clause=f"collection.{shown.point}")
    try:
        accepted = submit(given, shown, given.files, at=now)  # type: ignore[arg-type]
    except errors.KeyReused as error:
        raise again from error
    if accepted.again:
        raise again
    return accepted


def _refused(request: HttpRequest, shown: Asking, error: TrothError, *, embedded: bool) -> HttpResponse:
    """The form again with everything that was typed, and what is wrong beside it."""
    if isinstance(error, errors.Forged | errors.Replayed | errors.UnderAge):
        if not embedded:
            raise error
        refused = {"message": error.say(gettext), "error": error, "embedded": True}
        return render(request, "entry/refused.html", refused, status=error.status)
    return _form(request, shown, embedded=embedded, problems=(error, *error.others), status=error.status)


def _form(
    request: HttpRequest, shown: Asking, *, embedded: bool, problems: tuple[TrothError, ...] = (), status: int = 200
) -> HttpResponse:
    said: dict[str, Any] = {problem.field: problem.say(gettext) for problem in problems}
    typed = {one["id"]: request.POST.get(f"field.{one['id']}", "") for one in shown.notice["fields"]}
    typed.update({problem.field: "" for problem in problems if isinstance(problem, errors.CardNumber)})
    fields = [{**one, "value": typed[one["id"]], "problem": said.get(one["id"], "")} for one in shown.notice["fields"]]
    choices = [{**one, "chosen": request.POST.get(f"choice.{one['id']}") == "yes"} for one in shown.notice["choices"]]
    context = {
        "asking": shown,
        "notice": shown.notice,
        "fields": fields,
        "choices": choices,
        "age_problem": said.get("born") or said.get("residence"),
        "born": request.POST.get("born", ""),
        "residence": request.POST.get("residence", ""),
        "countries": _country_options(shown.language),
        "problems": [{"field": one.field, "message": one.say(gettext), "code": one.code} for one in problems],
        "token": forms.new_token(shown.point, shown.language, shown.digest),
        "embedded": embedded,
    }
    response = render(request, "collection/form.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _country_options(language: str) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code, language)) for code in country_codes()), key=lambda pair: pair[1])

"""What is held of a person, on their own pages: at a glance, value by value, and put right."""

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from troth import clock
from troth.collection.errors import CardNumber, Forged, Replayed
from troth.control import owned, telling
from troth.control.correcting import Place, correct, file_of, place
from troth.control.door import own, see_other
from troth.control.rules import SignedIn
from troth.control.spoken import language
from troth.errors import TrothError
from troth.statement.clause import Voice
from troth.statement.countries import country_codes
from troth.statement.words import country_name
from troth.vault.errors import Altered
from troth.vault.files import unsealed

_SALT = "troth.control.correct"
_VALID_FOR = 24 * 3600


@require_safe
@own
def data(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Every value that is held, with all that is to be said of it (P47)."""
    at = clock.now()
    context = {
        "me": me,
        "own_page": "my-data",
        "records": owned.records(me.person, settings.TROTH_SERVICE, language(), at),
        "to_tell": telling.waiting(me.person, settings.TROTH_SERVICE, language(), at),
    }
    return render(request, "control/data.html", context)


@require_safe
@own
def file(_request: HttpRequest, me: SignedIn, record: str, field: str) -> HttpResponse:
    """A file that they sent, as they sent it."""
    found = file_of(me.person, record, field, service=settings.TROTH_SERVICE, at=clock.now())
    try:
        content = b"".join(unsealed(found.ref, bytes.fromhex(found.key)))
    except (InvalidTag, OSError) as error:
        message = "This file is not what it was when you sent it. Tell us; it has to be restored from a backup."
        raise Altered(message) from error
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.name)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@own
def correction(request: HttpRequest, me: SignedIn, record: str, field: str) -> HttpResponse:
    """Puts one value right (P48); what is wrong with the new one is said beside it, and what was typed stays."""
    at = clock.now()
    found = place(me.person, record, field, service=settings.TROTH_SERVICE, language=language(), at=at)
    if request.method != "POST":
        return _form(request, me, found, found.typed, ())
    _insist_on_own_form(request.POST.get("token", ""), found)
    typed, upload = request.POST.get("value", ""), request.FILES.get("value")
    problems = correct(found, typed, upload, at=at)  # type: ignore[arg-type] # our handler makes no other uploads
    if problems:
        typed = "" if any(isinstance(problem, CardNumber) for problem in problems) else typed
        request.refused = problems[0].code  # type: ignore[attr-defined] # the figures count it
        return _form(request, me, found, typed, problems, status=problems[0].status)
    return see_other(f"{reverse('my-data')}#{record}-{field}")


def _insist_on_own_form(token: str, found: Place) -> None:
    """Refuses a form that is not this value's, and one that was sent already: the value is another one by then."""
    try:
        *place, was = signing.loads(token, salt=_SALT, max_age=_VALID_FOR)
    except signing.SignatureExpired as error:
        message = "This page was open for longer than a day. Open it again and type the value once more."
        raise Replayed(message) from error
    except (signing.BadSignature, ValueError) as error:
        message = "This form was not made by this site. Open the page again and send from there."
        raise Forged(message) from error
    if place != [found.person, found.record, found.field]:
        message = "This form belongs to another page. Open the page again and send from there."
        raise Forged(message)
    if was != found.was:
        message = "This value was changed since the form was shown. Look at your data again."
        raise Replayed(message, field=found.field)


def _form(
    request: HttpRequest,
    me: SignedIn,
    found: Place,
    typed: str,
    problems: list[TrothError] | tuple[()],
    status: int = 200,
) -> HttpResponse:
    voice = Voice(found.statement, found.language)
    datum = found.datum
    context = {
        "me": me,
        "own_page": "my-data",
        "place": found,
        "title": voice.say(found.statement.collection[found.point].title),
        "field": {
            "id": found.field,
            "label": voice.datum(found.field),
            "input": datum.input,
            "required": True,
            "hint": voice.say(datum.hint),
            "options": [{"id": name, "label": voice.say(label)} for name, label in datum.options.items()],
            "accept": list(datum.accept),
            "max_length": datum.max_length,
            "autocomplete": datum.autocomplete or "",
            "value": typed,
            "problem": problems[0].say(gettext) if problems else "",
        },
        "problems": [{"message": problem.say(gettext), "code": problem.code} for problem in problems],
        "countries": _countries(found.language) if datum.input == "country" else (),
        "recipients": telling.names(
            owned.recipients_of(found.person, found.field), settings.TROTH_SERVICE, language(), clock.now()
        ),
        "token": signing.dumps([found.person, found.record, found.field, found.was], salt=_SALT),
    }
    return render(request, "control/correct.html", context, status=status)


def _countries(spoken: str) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code, spoken)) for code in country_codes()), key=lambda pair: pair[1])

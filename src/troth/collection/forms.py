"""A form as a browser sends it: its one-time token, and its inputs turned into a submission."""

import secrets
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from troth.collection import errors
from troth.collection.rules import Given, declared_name

VALID_FOR = 24 * 3600
_SALT = "troth.collection.form"
_OWN = ("token", "csrfmiddlewaretoken", "born", "residence")


def new_token(point: str, language: str, shown: str) -> str:
    """A token for one sending of one form: what it shows, in which language, and a number used once."""
    return signing.dumps([point, language, shown, secrets.token_hex(16)], salt=_SALT)


def read(request: HttpRequest, point: str) -> Given:
    """The submission in a form; raises :class:`Forged` or :class:`NotShown` for a token that does not fit."""
    posted = request.POST
    _insist_on_utf8(request)
    language, shown, number = _token(posted.get("token", ""), point)
    fields: dict[str, Any] = {}
    choices: dict[str, Any] = {}
    refuse_twice(posted)
    refuse_twice(request.FILES)
    refuse_strangers([name for name in posted if not name.startswith(("field.", "choice.")) and name not in _OWN])
    refuse_strangers([name for name in request.FILES if not name.startswith("field.") or name in posted])
    for name in posted:
        prefix, _, rest = name.partition(".")
        if prefix == "field":
            fields[rest] = posted[name]
        elif prefix == "choice":
            choices[rest] = posted[name] == "yes" or posted[name]
    files = {name.removeprefix("field."): upload for name, upload in request.FILES.items()}
    return Given(
        point, fields, files, choices, language, shown,  # type: ignore[arg-type]
        posted.get("born", "").strip(), posted.get("residence", "").strip(), f"form:{number}",
    )  # fmt: skip


def _insist_on_utf8(request: HttpRequest) -> None:
    """Refuses a form in one line that is not UTF-8: Django would read all of it in another encoding."""
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "The request cannot be read. Open the page again and send from there."
        raise errors.Malformed(message) from error


def refuse_strangers(names: list[str]) -> None:
    """Refuses the first of `names`, which no form and no submission has (P05)."""
    for name in names:
        message = "The statement does not declare this at this point, so it is not taken. Leave it out."
        raise errors.NotDeclared(message, clause="collection", field=declared_name(name))


def refuse_twice(given: MultiValueDict[str, Any]) -> None:
    """Refuses a name that came more than once: taking one of its values would drop the others in silence."""
    for name, values in given.lists():
        if len(values) > 1:
            message = "The same field came twice. Send each once."
            raise errors.Mistyped(message, field=declared_name(name.removeprefix("field.")))


def _token(token: str, point: str) -> tuple[str, str, str]:
    try:
        for_point, language, shown, number = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.SignatureExpired as error:
        message = "This form was open for longer than a day. What you typed is still here: read it again and send."
        raise errors.NotShown(message, clause=f"collection.{point}") from error
    except (signing.BadSignature, ValueError) as error:
        message = "This form was not made by this site. Open the page again and send from there."
        raise errors.Forged(message) from error
    if for_point != point:
        message = "This form belongs to another page. Open the page again and send from there."
        raise errors.Forged(message)
    return language, shown, number

"""The letters about changes of the statement, and the one place where they meet the outbox.

They say nothing of a person: everybody who reads a language gets the same words, and plain addresses of pages.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from troth.desk.errors import NoLetter
from troth.mail import actions as mail
from troth.mail import reads as outbox
from troth.mail.rules import Letter
from troth.statement import reads as statements
from troth.statement.difference import difference
from troth.statement.model import Statement, say

CHANGE: Final = "change"
RETRACTION: Final = "retraction"
# For so long a mail server may be away (RFC 5321, 4.5.4.1); then a letter is given up, and the change waits no more.
_GIVEN_UP_AFTER: Final = timedelta(days=5)
_SUBJECTS: Final = {
    CHANGE: "Our privacy statement changes: {site}",
    RETRACTION: "Our privacy statement stays as it is: {site}",
}


class Words(NamedTuple):
    """What everybody who reads one language is written."""

    subject: str
    body: str


def purpose(statement: Statement) -> str:
    """For which purpose addresses are used to tell of changes; raises :class:`NoLetter` where none is declared."""
    for one in statement.mail.values():
        if one.category == CHANGE:
            return one.purpose
    message = "The statement says that changes are told by mail, and declares no mail of `class: change`. Declare one."
    raise NoLetter(message, clause="changes")


def insist_on_able() -> None:
    """Refuses where no letter could reach anybody."""
    outbox.insist_on_able()


def post(person: str, address: str, words: Words, *, at: datetime) -> str:
    """Puts a letter into the outbox, within the unit of work that notes who had one; answers its reference there."""
    return mail.post(person, Letter(address, words.subject, words.body, CHANGE), until=at + _GIVEN_UP_AFTER, at=at)


def unsent(refs: Collection[str]) -> set[str]:
    """Those of these letters that were not handed over yet. Where none are sent at all, none waits for that."""
    return outbox.unsent(refs) if settings.TROTH_MAIL else set()


def take_back(refs: Collection[str]) -> None:
    """Letters that were not handed over yet never are."""
    mail.drop(refs)


@lru_cache(64)
def words(kind: str, number: int, language: str) -> Words:
    """The letter of this kind about version `number`."""
    service = settings.TROTH_SERVICE
    new = statements.version(service, number)
    old = statements.version(service, statements.before(service, number))
    spoken = language if language in new.statement.languages else new.statement.languages[0]
    found = difference(old.statement, new.statement, spoken)
    named = statements.titles(service, old.number, spoken) | statements.titles(service, new.number, spoken)
    site = settings.TROTH_URL.partition("://")[2]
    with translation.override(spoken.lower()):
        shown = {
            "site": site,
            "service": say(new.statement.service.name, spoken),
            "day": new.effective,
            "changes": [(named.get(one.clause, one.clause), one) for one in found.changes if one.material],
            "again": tuple(say(new.statement.purposes[name].label, spoken) for name in found.ask_again),
            "difference": settings.TROTH_URL + reverse("difference", args=[old.number, new.number]),
            "versions": settings.TROTH_URL + reverse("versions"),
            "me": settings.TROTH_URL + reverse("me"),
        }
        body = render_to_string(f"desk/letters/{kind}.txt", shown)
        return Words(gettext(_SUBJECTS[kind]).format(site=site), body)

"""What senders of mails are told: once a day at most, at the address that is on file, by the keeper.

Whoever wrote in somebody else's name brings about one letter to that somebody, in which nothing of the mail stands.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from troth.control import asked, limits, mailed, moving, rules
from troth.control.errors import TooOften
from troth.control.letters import Told, mail_letter, unknown_letter
from troth.control.models import Mailed, Request
from troth.ledger.work import unit_of_work
from troth.mail.actions import post
from troth.mail.rules import Letter
from troth.vault.apart import open_for
from troth.vault.errors import Altered, Erased
from troth.vault.keys import look_up_key
from troth.vault.reads import known, person_keys
from troth.vault.rules import look_up_index

log = logging.getLogger("troth.control")
ASKED, TOLD = "asked", "told"
SALT: Final = "troth.control.confirm"
_AT_ONCE: Final = 50
_IN_ALL: Final = (rules.ANSWERS_IN_ALL, b"all")
_WORTH: Final = timedelta(days=7)
_LETTER_FOR: Final = timedelta(days=3)


def answer_due(service: str, *, at: datetime) -> int:
    """Puts into the outbox what is due; answers how many were told anything."""
    due = Mailed.objects.filter(due__lte=at).order_by("due")
    told = 0
    for person, case in dict.fromkeys(due.values_list("person", "case")[:_AT_ONCE]):
        try:
            told += _tell_unknown(person, at=at) if case else _tell(person, service, at=at)
        except TooOften:
            continue  # another server was first
        except (Altered, Erased):
            # Whatever is wrong with what one of them wrote must keep nobody else from being answered.
            log.exception("the sender of a mail cannot be answered")
            _settle(person, at=at)
    return told


def _tell(person: str, service: str, *, at: datetime) -> int:
    """Asks and tells one person about all that came in their name."""
    if not known([person]):
        _settle(person, at=at)
        return 0
    counted = rules.ANSWERS_TO_A_PERSON, person.encode()
    wait = _wait(counted, at=at)
    if wait:
        _put_off(person, wait, at=at)
        return 0
    address = moving.on_file(person, service=service, at=at)
    if not address:
        _settle(person, at=at)
        return 0
    _settle_answered(person, at=at)
    rows = list(Mailed.objects.filter(person=person, due__isnull=False).order_by("at", "request"))
    if not rows:
        return 0
    return int(_send(person, _letter(address, rows), counted, [row.request for row in rows], at=at))


def _tell_unknown(case: str, *, at: datetime) -> int:
    """Tells somebody of whom nothing is held how to ask, once a month at most."""
    row = Mailed.objects.filter(person=case, due__isnull=False).order_by("at").first()
    if row is None or case not in person_keys([case]):
        _settle(case, at=at)
        return 0
    address = open_for(case, bytes(row.sealed), "control_mailed", row.request).decode()
    counted = rules.ANSWERS_TO_AN_UNKNOWN, look_up_index(look_up_key(), address)
    if _wait(counted, at=at):
        _settle(case, at=at)
        return 0
    with translation.override(row.language):
        letter = unknown_letter(address, asked.request(row.request).until)
    return int(_send(case, letter, counted, [row.request], at=at))


def _wait(limit: tuple[rules.Limit, bytes], *, at: datetime) -> int:
    """In how many seconds there may be a letter; 0 when there may be one now."""
    try:
        limits.insist(seen=(limit, _IN_ALL), at=at)
    except TooOften as error:
        return error.retry_after
    return 0


def _letter(address: str, rows: Sequence[Mailed]) -> Letter:
    rights = dict(Request.objects.filter(ref__in=[row.request for row in rows]).values_list("ref", "asked"))
    with translation.override(rows[-1].language):
        return mail_letter(address, [_told(row, rights[row.request]) for row in rows])


def _told(row: Mailed, right: str) -> Told:
    link = ""
    if row.state == mailed.ASK:
        link = settings.TROTH_URL + reverse("confirm-mail", args=[signing.dumps(row.request, salt=SALT)])
    return Told(right, row.state, link, asked.request(row.request).until)


@unit_of_work
def _send(
    person: str, letter: Letter, counted: tuple[rules.Limit, bytes], requests: Sequence[str], *, at: datetime
) -> bool:
    """What was due is told with this letter and counted, or, cut short, neither; another server may have been first."""
    rows = list(Mailed.objects.select_for_update().filter(request__in=requests, due__isnull=False).order_by("request"))
    if len(rows) != len(requests):
        return False
    limits.insist(counted, _IN_ALL, at=at)
    post(person, letter._replace(answers=True), until=at + _LETTER_FOR, at=at)
    for row in rows:
        row.state, row.due = (ASKED if row.state == mailed.ASK else TOLD), None
        row.save()
    return True


@unit_of_work
def _settle(person: str, *, at: datetime) -> None:
    Mailed.objects.filter(person=person, due__lte=at).update(state=mailed.QUIET, due=None)


@unit_of_work
def _settle_answered(person: str, *, at: datetime) -> None:
    """Nobody is asked about what people have answered meanwhile."""
    waiting = Mailed.objects.filter(person=person, due__lte=at, state=mailed.ASK)
    over = [ref for ref in waiting.values_list("request", flat=True) if asked.request(ref).closed]
    waiting.filter(request__in=over).update(state=mailed.QUIET, due=None)


@unit_of_work
def _put_off(person: str, seconds: int, *, at: datetime) -> None:
    """What is asked or was done waits for the next letter, as long as it is worth one; that a mail came does not."""
    rows = Mailed.objects.select_for_update().filter(person=person, due__lte=at)
    for row in rows:
        if row.state == mailed.TELL or at - row.at > _WORTH:
            row.state, row.due = mailed.QUIET, None
        else:
            row.due = at + timedelta(seconds=seconds)
        row.save()

"""Mails to the privacy address: each becomes a request, once, with its words and files sealed.

Who a mail says it is from is not who sent it. So nothing is done here but what P42 promises: "stop", from an address
whose mail server vouches for it. Everything else is asked about first (:mod:`troth.control.answering`).
"""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from email_validator import EmailNotValidError, validate_email

from troth.consent.wishes import Wish
from troth.control import advertising, asked, asking, limits, returned, rules
from troth.control.advertising import STOP
from troth.control.arrived import is_new
from troth.control.errors import TooManyOpen
from troth.control.models import Enclosed, Mailed, Request
from troth.ledger.work import unit_of_work
from troth.mail import opting
from troth.mail.errors import TokenRefused
from troth.mail.inbound import wording
from troth.mail.inbound.authentic import is_authentic
from troth.mail.inbound.reading import Attachment, Came
from troth.vault import reads as vault
from troth.vault.apart import open_case, seal_for
from troth.vault.errors import NoSuchPerson
from troth.vault.keys import look_up_key
from troth.vault.rules import look_up_index, new_ref

# What is to be told: that something is asked about, done, or received. What was: `asked`, `told`, or `quiet`.
ASK, STOPPED, TELL, QUIET = "ask", "stopped", "tell", "quiet"
# Longer than the longest law takes for an answer.
_KEPT: Final = timedelta(days=180)
_MOST_OPEN: Final = 5
# What a program mails that knows no other way (RFC 2369).
_UNSUBSCRIBE: Final = re.compile(r"unsubscribe (\S+)", re.IGNORECASE)


def take(came: Came, *, service: str, at: datetime) -> None:
    """Takes a mail in, once however often it is handed over.

    A report of what became of a mail of ours is noted, and who unsubscribes is unsubscribed; of what else a machine has
    answered nothing is kept.
    :class:`TooOften` or :class:`TooManyOpen` when so many came that this one has to wait where it is.
    """
    if came.report is not None:
        returned.note(came, service=service, at=at)
    elif not _unsubscribed(came, service=service, at=at) and not came.automatic:
        person = _known(came.sender)
        wanted = wording.wanted(came.subject, came.text)
        vouched = bool(person) and wanted.rights == (STOP,) and wanted.certain and _is_vouched_for(came, at)
        ending = advertising.that_end(person, service, at) if vouched else None
        _take(came, person, wanted.rights or ("question",), ending, service=service, at=at)


def _unsubscribed(came: Came, *, service: str, at: datetime) -> bool:
    """Whether this is what `List-Unsubscribe` says to mail: whoever holds it ends that kind of mail, and no more."""
    said = _UNSUBSCRIBE.fullmatch(came.subject)
    try:
        return bool(said and opting.unsubscribe(said[1], service=service, at=at))
    except TokenRefused:
        return False


def _is_vouched_for(came: Came, at: datetime) -> bool:
    inbound = settings.TROTH_INBOUND
    keys = str(settings.TROTH_DIR / inbound.dkim) if inbound.dkim not in ("", "dns") else inbound.dkim
    return not came.unanswered and is_authentic(came.content, came.sender, trusted=inbound.trusted, keys=keys, at=at)


def _known(sender: str) -> str:
    """Who is known by this address, as it is written or as forms take it in, if anybody."""
    for one in dict.fromkeys((sender, _normal(sender))):
        with suppress(NoSuchPerson):
            return vault.person_at(one) if one else ""
    return ""


def _normal(address: str) -> str:
    """The address with its domain in its own letters; empty for what is none."""
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""


@unit_of_work
def _take(
    came: Came, person: str, rights: Sequence[str], ending: list[Wish] | None, *, service: str, at: datetime
) -> None:
    if not is_new(came.digest, at=at):
        return
    from_address = rules.MAILS_FROM_AN_ADDRESS, look_up_index(look_up_key(), came.sender) if came.sender else b""
    limits.insist(from_address, (rules.MAILS_IN_ALL, b"all"), at=at)
    if person:
        _insist_on_few(person, len(rights))
    holder = person or open_case(at)
    text = f"{came.subject}\n\n{came.text}".strip()
    for number, right in enumerate(rights):
        if ending is None:
            ref = asking.ask(person, right, service=service, through=asking.BY_MAIL, at=at)
        else:
            advertising.end(person, ending, service=service, at=at)
            ref = asking.fulfilled(person, right, service=service, through=asking.BY_MAIL, at=at)
        asking.keep_words(ref, holder, text)
        if number == 0:
            _enclose(ref, holder, came.attachments, at)
        _note(came, ref, holder, _to_tell(came, person, right, ending), at)


def _to_tell(came: Came, person: str, right: str, ending: list[Wish] | None) -> str:
    if came.unanswered or not came.sender:
        return QUIET
    if ending is not None:
        return STOPPED
    return ASK if person and right != "question" else TELL


def _insist_on_few(person: str, more: int) -> None:
    """What comes by mail leaves room for what a person asks on their own pages, whoever wrote it."""
    waiting = [one for one in asked.requests_of(person) if one.door == "mail" and not one.closed]
    if len(waiting) + more > _MOST_OPEN:
        message = "So many mails wait for an answer already that no more can be taken. Wait for one of them."
        raise TooManyOpen(message)


def _enclose(ref: str, holder: str, attachments: Sequence[Attachment], at: datetime) -> None:
    for one in attachments:
        own = new_ref(at)
        head = json.dumps([one.name, one.kind]).encode()
        sealed = seal_for(holder, head + b"\n" + one.content, "control_enclosed", own)
        Enclosed.objects.create(ref=own, request=ref, person=holder, sealed=sealed)


def _note(came: Came, ref: str, holder: str, state: str, at: datetime) -> None:
    case = not Request.objects.filter(ref=ref).exclude(person="").exists()
    sealed = seal_for(holder, came.sender.encode(), "control_mailed", ref) if case else b""
    language = wording.language(f"{came.subject}\n{came.text}")
    Mailed.objects.create(
        request=ref, person=holder, case=case, sealed=sealed, language=language, state=state, at=at,
        due=None if state == QUIET else at, until=at + _KEPT,
    )  # fmt: skip

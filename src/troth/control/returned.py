"""What became of mail of ours: it came back, or somebody complained of it. Then no advertising goes there any more.

Only a return path that was signed here is believed (``mail.inbound.verp``). Whoever has one has been sent a mail with
it, and can end nothing but what is sent to their own address.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from troth.consent.wishes import Wish
from troth.control import advertising, asking
from troth.control.advertising import STOP
from troth.control.arrived import is_new
from troth.ledger.work import unit_of_work
from troth.mail.inbound.reading import Came
from troth.mail.inbound.reports import Fate
from troth.mail.inbound.verp import address_ref_of, verp_key
from troth.vault import reads as vault
from troth.vault import unwanted
from troth.vault.errors import NoSuchPerson
from troth.vault.keys import look_up_key

log = logging.getLogger("troth.control")


def refs_in(paths: Iterable[str]) -> list[str]:
    """The references of addresses in those of `paths` that were signed here."""
    base = settings.TROTH_INBOUND.bounces
    if not base:
        return []
    key = verp_key(look_up_key())
    return list(dict.fromkeys(filter(None, (address_ref_of(one, key, base) for one in paths))))


def note(came: Came, *, service: str, at: datetime) -> None:
    """Notes what a report says of the addresses that it is signed for; of any other it says nothing."""
    if came.report is None or came.report.fate is None:
        return
    if came.report.fate is Fate.POLICY:
        log.warning("a mail server refused a mail of ours by its policy: look at SPF, DKIM and DMARC")
        return
    for ref in refs_in((*came.recipients, *came.report.paths)):
        _note(came, ref, came.report.fate, at=at)
        if came.report.fate is Fate.COMPLAINT:
            _end_advertising(ref, came.report.recipients, service=service, at=at)


@unit_of_work
def _note(came: Came, ref: str, fate: Fate, *, at: datetime) -> None:
    if not is_new(came.digest, at=at):
        return
    if fate is Fate.SOFT:
        unwanted.count_soft(ref, at=at)
    else:
        unwanted.note(ref, "complained" if fate is Fate.COMPLAINT else "bounced", at=at)


def _end_advertising(ref: str, recipients: Iterable[str], *, service: str, at: datetime) -> None:
    """Takes a complaint for an objection (GDPR Art. 21(3)) where it names the address that it is signed for."""
    for address in recipients:
        if unwanted.address_ref(address) == ref:
            try:
                _end(vault.person_at(address), service=service, at=at)
            except NoSuchPerson:
                continue


def _end(person: str, *, service: str, at: datetime) -> None:
    wishes = advertising.that_end(person, service, at)
    if wishes:
        _fulfil(person, wishes, service=service, at=at)


@unit_of_work
def _fulfil(person: str, wishes: list[Wish], *, service: str, at: datetime) -> None:
    advertising.end(person, wishes, service=service, at=at)
    asking.fulfilled(person, STOP, service=service, through=asking.BY_MAIL, at=at)

"""Double opt-in (P12): who says yes to promotional mail at a point is asked by mail whether that was they.

Their answer is a wish of their own, as one on their own page is. Without it nothing promotional goes to them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from troth.clock import rfc3339
from troth.consent import actions as wishes
from troth.consent import reads as consent
from troth.consent.reads import Yes
from troth.consent.wishes import Wish
from troth.ledger.work import unit_of_work, units_of_work
from troth.mail import rules, tokens
from troth.mail.actions import post
from troth.mail.errors import TokenOver, TokenRefused
from troth.mail.models import Asked, Looked
from troth.mail.rules import Letter
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.statement.model import Statement
from troth.use import reads as uses
from troth.use.actions import open_values
from troth.use.gates import Wanted
from troth.use.reads import Question
from troth.vault import reads as vault
from troth.vault import unwanted

VALID_FOR: Final = timedelta(days=7)
_AGAIN: Final = timedelta(days=1)
_AT_ONCE: Final = 500
# PostgreSQL gives numbers before it commits: one that was passed over may still come.
_LATE: Final = 1000
_KIND: Final = "confirm"
_YES: Final = "yes"
SUBJECT: Final = "Please confirm: {purpose}"


class Confirming(NamedTuple):
    """What an address out of a letter asks: whose yes, about which purpose, and when it was asked."""

    person: str
    about: str
    asked: datetime


def promotional(statement: Statement) -> frozenset[str]:
    """The purposes of promotional mail."""
    return frozenset(one.purpose for one in statement.mail.values() if one.category == rules.PROMOTIONAL)


def ask_new(service: str, at: datetime) -> int:
    """Asks whoever said yes since it was looked last; answers how many letters are on their way."""
    newest = consent.newest_choice()
    row = Looked.objects.filter(name=_YES).first()
    if row and row.number >= newest:
        return 0
    asked, statement = 0, statements.in_force(service, at).statement
    first = max(0, row.number - _LATE) if row else max(0, newest - _LATE)
    while first < newest:
        last = min(first + _AT_ONCE, newest)
        found = consent.yeses(first + 1, last, promotional(statement), service)
        asked += sum(_asked(one, statement, at) for one in found if one.at > at - _AGAIN)
        first = last
    _note(newest)
    return asked


@unit_of_work
def _note(number: int) -> None:
    Looked.objects.update_or_create(name=_YES, defaults={"number": number})


@unit_of_work
def tidy(at: datetime) -> None:
    """Who was asked a day ago may be asked again."""
    Asked.objects.filter(at__lte=at - _AGAIN).delete()


@unit_of_work
def _asked(one: Yes, statement: Statement, at: datetime) -> bool:
    if not vault.known([one.person]):
        return False
    confirmed = bool(consent.confirmed([one.person], statement.id, one.about))
    if confirmed and not unwanted.anybody():
        return False
    row, new = Asked.objects.get_or_create(person=one.person, about=one.about, defaults={"at": at})
    if not new and row.at > at - _AGAIN:
        return False
    address = _address(one, statement, at)
    if not address or (confirmed and not unwanted.is_unwanted(address)):
        return False
    Asked.objects.filter(pk=row.pk).update(at=at)
    post(one.person, _letter(one, address, statement, at), until=at + _AGAIN, at=at)
    return True


def _address(one: Yes, statement: Statement, at: datetime) -> str:
    """Where to ask: opened for a mail of the service if the statement lets it be, or for what they said yes to."""
    fields = tuple(name for name, datum in statement.data.items() if datum.input == "email")
    services = [mail.purpose for mail in statement.mail.values() if mail.category == "service"]
    for purpose in dict.fromkeys((*services, one.about)):
        (answer,) = uses.decide([Question(one.person, Wanted(purpose), fields)], statement.id, at)
        if answer.allowed:
            values = open_values(
                [one.person], Wanted(purpose), answer.allowed[:1], service=statement.id, by="mail", at=at
            )
            return values.plain[one.person][answer.allowed[0]][-1][1].decode()
    return ""


def _letter(one: Yes, address: str, statement: Statement, at: datetime) -> Letter:
    with translation.override(one.language.lower()):
        token = tokens.sealed(_KIND, one.person, one.about, rfc3339(at))
        purpose = Voice(statement, one.language).purpose(one.about)
        shown = {
            "purpose": purpose,
            "site": settings.TROTH_URL.partition("://")[2],
            "link": settings.TROTH_URL + reverse("confirm", args=[token]),
            "days": VALID_FOR.days,
        }
        body = render_to_string("mail/confirm.txt", shown)
        return Letter(address, gettext(SUBJECT).format(purpose=purpose), body)


def confirming(token: str, at: datetime) -> Confirming:
    """What the address out of a letter asks; raises :class:`TokenRefused`, or :class:`TokenOver` after a week."""
    person, about, asked = tokens.opened(_KIND, token, 3)
    found = Confirming(person, about, datetime.fromisoformat(asked))
    if not found.asked - _AGAIN < at < found.asked + VALID_FOR:
        message = "This was asked more than a week ago. Say yes on the site once more, and we ask again."
        raise TokenOver(message)
    if not vault.known([person]):
        message = "This address is not one of ours, or was cut short on the way. Use it as it stands in the mail."
        raise TokenRefused(message)
    return found


@unit_of_work
def confirm(token: str, *, service: str, at: datetime) -> str:
    """The yes was theirs: from now on it holds for mail too. Done twice it is as done once. Answers the purpose.

    Whoever said no after they were asked has said no: the letter does not turn that round.
    """
    found = confirming(token, at)
    last = last_said(found.person, found.about, service)
    if last and last[1] >= found.asked:
        if not last[0]:
            message = "You said no to this after we asked. Say yes on the site once more if you want it after all."
            raise TokenOver(message)
        return found.about
    wishes.wish(found.person, service, Wish("consent", given=True, about=found.about), by="person", at=at)
    if unwanted.anybody():
        statement = statements.in_force(service, at).statement
        unwanted.lift(_address(Yes(0, found.person, found.about, "", at), statement, at))
    return found.about


def last_said(person: str, about: str, service: str) -> tuple[bool, datetime] | None:
    """What a person wished last about a purpose, and when."""
    said: Sequence[tuple[bool, datetime]] = [
        (wish.given, when)
        for _, _, wish, _, when in consent.spoken([person], service)[person].wishes
        if (wish.kind, wish.about) == ("consent", about)
    ]
    return said[-1] if said else None


def unsubscribe(token: str, *, service: str, at: datetime) -> str:
    """Whoever holds a mail wants no more of its kind: from now on. Answers the purpose. Done twice, it is done once.

    The token holds however old the mail is. Of somebody who is not held any more nothing is to be done.
    """
    person, about = tokens.opened("unsubscribe", token, 2)
    _ended((person, about, service, at))
    return about


@units_of_work
def _ended(ends: Sequence[tuple[str, str, str, datetime]]) -> Sequence[None]:
    """Takes back what all who wait at once said yes to; they are told when all of it is durable."""
    for service in {one[2] for one in ends}:
        said = [(person, about) for person, about, of, _ in ends if of == service]
        wishes.withdraw_all(said, service, by="person", at=max(one[3] for one in ends))
    return [None] * len(ends)

"""What other rooms may have done here."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Manager

from troth.control.models import (
    Challenge,
    Code,
    Enclosed,
    Export,
    Mailed,
    Passkey,
    Password,
    Session,
    SignIn,
    ToTell,
    Words,
)
from troth.control.sessions import sealed_address
from troth.ledger.work import unit_of_work
from troth.mail import actions as mail
from troth.vault import apart
from troth.vault import reads as vault

_AT_ONCE: Final = 500
_OF_PERSONS: Final[tuple[Manager[Any], ...]] = (
    Challenge.objects, Code.objects, Enclosed.objects, Export.objects, Mailed.objects, Passkey.objects,
    Password.objects, Session.objects, SignIn.objects, ToTell.objects, Words.objects,
)  # fmt: skip


@unit_of_work
def forget(person: str) -> None:
    """Every row that is `person`'s goes: sessions, codes, sign-ins, passkeys, password, tellings, letters not sent yet,
    packages and what they wrote with a request. That they asked stays, and whom it was leads nowhere.
    """
    for rows in _OF_PERSONS:
        rows.filter(person=person).delete()
    mail.forget(person)


@unit_of_work
def begin_anew() -> None:
    """Nobody is signed in any more and nothing is under way: after an older store was put back.

    Passwords and passkeys go as well: one that was removed since would let in again. A code suffices to come in.
    """
    everything: tuple[Manager[Any], ...] = (
        Challenge.objects, Code.objects, Export.objects, Passkey.objects, Password.objects, Session.objects,
    )  # fmt: skip
    for rows in everything:
        rows.all().delete()
    mail.drop_all()


def forget_unknown() -> None:
    """What is left here of persons of whom nothing is held any more goes: erased elsewhere, or their time was over."""
    kept: tuple[Manager[Any], ...] = (
        Enclosed.objects, Export.objects, Mailed.objects, Passkey.objects, Password.objects, SignIn.objects,
        Session.objects, Words.objects,
    )  # fmt: skip
    for rows in kept:
        persons = list(rows.order_by("person").values_list("person", flat=True).distinct())
        for start in range(0, len(persons), _AT_ONCE):
            some = persons[start : start + _AT_ONCE]
            cases = set(Mailed.objects.filter(case=True, person__in=some).values_list("person", flat=True))
            for person in set(some) - cases - vault.known(some):
                forget(person)


@unit_of_work
def end_cases(*, at: datetime) -> None:
    """What was written by somebody of whom nothing is held goes when its time is over, and its key with it."""
    over = list(Mailed.objects.filter(case=True, until__lte=at).values_list("person", flat=True)[:_AT_ONCE])
    for case in over:
        forget(case)
    apart.end_cases(over)


@unit_of_work
def readdress(person: str, address: str) -> None:
    """From now on `person` is told at `address` what happens to their sign-in; the one before stands nowhere here."""
    told: list[Session | Passkey] = [*Session.objects.filter(person=person), *Passkey.objects.filter(person=person)]
    for one in told:
        one.address = sealed_address(person, one.ref, address)
        one.save(update_fields=["address"])
    Code.objects.filter(person=person).delete()
    mail.drop_letters(person)

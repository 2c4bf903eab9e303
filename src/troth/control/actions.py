"""What other rooms may have done here."""

from typing import Any, Final

from django.db.models import Manager

from troth.control.models import Challenge, Code, Passkey, Password, Session, SignIn, ToTell
from troth.control.sessions import sealed_address
from troth.ledger.work import unit_of_work
from troth.mail import actions as mail

_OF_PERSONS: Final[tuple[Manager[Any], ...]] = (
    Challenge.objects, Code.objects, Passkey.objects, Password.objects, Session.objects, SignIn.objects,
    ToTell.objects,
)  # fmt: skip


@unit_of_work
def forget(person: str) -> None:
    """Every row that names `person` goes: sessions, codes, sign-ins, passkeys, password, tellings, letters not sent."""
    for rows in _OF_PERSONS:
        rows.filter(person=person).delete()
    mail.forget(person)


@unit_of_work
def readdress(person: str, address: str) -> None:
    """From now on `person` is told at `address` what happens to their sign-in; the one before stands nowhere here."""
    told: list[Session | Passkey] = [*Session.objects.filter(person=person), *Passkey.objects.filter(person=person)]
    for one in told:
        one.address = sealed_address(person, one.ref, address)
        one.save(update_fields=["address"])
    Code.objects.filter(person=person).delete()
    mail.forget(person)

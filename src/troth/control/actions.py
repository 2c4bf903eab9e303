"""What other rooms may have done here."""

from django.db.models import Model

from troth.control.models import Challenge, Code, Passkey, Password, Session, SignIn
from troth.ledger.work import unit_of_work
from troth.mail import actions as mail

_OF_PERSONS: tuple[type[Model], ...] = (Challenge, Code, Passkey, Password, Session, SignIn)


@unit_of_work
def forget(person: str) -> None:
    """Every row that names `person` goes: sessions, codes, sign-ins, passkeys, password, letters not sent yet."""
    for rows in _OF_PERSONS:
        rows._default_manager.filter(person=person).delete()
    mail.forget(person)

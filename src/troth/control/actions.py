"""What other rooms may have done here."""

from django.db.models import Model

from troth.control.models import Challenge, Code, Export, Passkey, Password, Session, SignIn, Words
from troth.ledger.work import unit_of_work
from troth.mail import actions as mail

_OF_PERSONS: tuple[type[Model], ...] = (Challenge, Code, Export, Passkey, Password, Session, SignIn, Words)


@unit_of_work
def forget(person: str) -> None:
    """Every row that is `person`'s goes: sessions, codes, sign-ins, passkeys, password, letters not sent yet,
    packages and what they wrote with a request. That they asked stays, and whom it was leads nowhere.
    """
    for rows in _OF_PERSONS:
        rows._default_manager.filter(person=person).delete()
    mail.forget(person)

"""Sessions: begun by a proof, ended by the person, by time, or with the person."""

from datetime import datetime, timedelta
from typing import Final

from troth.control import letters, rules
from troth.control.models import Session, SignIn
from troth.control.rules import Device, SignedIn
from troth.ledger.work import unit_of_work
from troth.mail.actions import post
from troth.vault import reads as vault
from troth.vault.rules import new_ref

# A session that is used is written at most so often.
_NOTED_EVERY: Final = timedelta(minutes=1)


@unit_of_work
def begin(person: str, address: str, means: str, device: Device, old: str, *, at: datetime) -> tuple[str, bool]:
    """Begins a session in place of the one with the token `old`; answers the new token, and whether the old was theirs.

    Who proves again who they are in the same browser has signed in before: that is no new sign-in.
    """
    ref, token = new_ref(at), rules.new_token()
    before = Session.objects.filter(token=rules.token_digest(old)).first() if old else None
    again = before is not None and before.person == person and not rules.is_over(before.began, before.seen, at)
    if before is not None:
        before.delete()
    Session.objects.create(
        ref=ref, person=person, token=rules.token_digest(token), means=means, browser=device.browser,
        system=device.system, address=sealed_address(person, ref, address), began=at, proved=at, seen=at,
    )  # fmt: skip
    if not again:
        tell(person, address, means, device, at=at)
        SignIn.objects.create(person=person, at=at, means=means, browser=device.browser, system=device.system)
    return token, again


def signed_in(token: str, *, at: datetime) -> SignedIn | None:
    """Who is signed in with this token; nobody when the session is over or nothing is held of them any more."""
    found = Session.objects.filter(token=rules.token_digest(token)).first() if token else None
    if found is None or rules.is_over(found.began, found.seen, at) or not vault.known([found.person]):
        return None
    if at - found.seen >= _NOTED_EVERY:
        _note(found.ref, at=at)
    return SignedIn(found.person, found.ref, found.proved, found.means)


def whose(token: str, *, at: datetime) -> str | None:
    """Whose session this token is of, if it is not over. That it was asked is noted nowhere."""
    found = Session.objects.filter(token=rules.token_digest(token)).first()
    return found.person if found and not rules.is_over(found.began, found.seen, at) else None


@unit_of_work
def _note(ref: str, *, at: datetime) -> None:
    Session.objects.filter(ref=ref).update(seen=at)


@unit_of_work
def end(person: str, ref: str) -> bool:
    """Ends a session of `person`; says whether there was one."""
    return bool(Session.objects.filter(person=person, ref=ref).delete()[0])


@unit_of_work
def end_others(person: str, ref: str) -> int:
    """Ends every session of `person` but this one; says how many."""
    return Session.objects.filter(person=person).exclude(ref=ref).delete()[0]


@unit_of_work
def drop_over(*, at: datetime) -> None:
    """Sessions go that are over, and sign-ins of long ago."""
    Session.objects.filter(seen__lte=at - rules.IDLE).delete()
    Session.objects.filter(began__lte=at - rules.LONGEST).delete()
    SignIn.objects.filter(at__lte=at - rules.LISTED_FOR).delete()


def tell(person: str, address: str, what: str, device: Device, *, at: datetime) -> None:
    """Tells `person` by mail what happened to their sign-in (P46)."""
    post(person, letters.notice(address, what, device, at), until=at + rules.NOTICE_FOR, at=at)


def address_of(me: SignedIn) -> str:
    """The address that somebody signed in with."""
    sealed = Session.objects.values_list("address", flat=True).get(ref=me.session)
    return opened_address(me.person, me.session, bytes(sealed))


def sealed_address(person: str, ref: str, address: str) -> bytes:
    """`address` under the key of its person, for the row `ref`."""
    return rules.address_envelope(vault.person_key(person), person, ref).seal(address.encode(), "address")


def opened_address(person: str, ref: str, sealed: bytes) -> str:
    """The address that was sealed there."""
    return rules.address_envelope(vault.person_key(person), person, ref).open(sealed, "address").decode()

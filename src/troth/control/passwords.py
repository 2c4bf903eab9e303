"""Passwords, for who wants one: kept as argon2id leaves them, and refused when others would guess them.

SP 800-63B-4: at least fifteen characters, of any kind, and no rule of what they must be made of.
"""

import threading
import unicodedata
from datetime import datetime
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator

from troth.control import limits, rules, sessions
from troth.control.codes import Proved
from troth.control.errors import NothingThere, WeakPassword, WrongPassword
from troth.control.models import Password
from troth.control.rules import Device, SignedIn
from troth.ledger.work import unit_of_work
from troth.vault import reads as vault
from troth.vault.errors import NoSuchPerson
from troth.vault.keys import look_up_key
from troth.vault.rules import look_up_index

# In KiB; OWASP's least for argon2id. So many at once, so that guessing costs memory and not all of it.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_at_once = threading.BoundedSemaphore(4)


@cache
def _nobodys() -> str:
    return _HASHER.hash(rules.new_token())


def _plain(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def prove(address: str, password: str, sender: str, *, at: datetime) -> Proved:
    """Who has this address and password; asks as much of this machine when there is nobody."""
    known_as = look_up_index(look_up_key(), address)
    limits.insist(
        (rules.TRIES_FROM_A_PREFIX, rules.prefix(sender).encode()), (rules.PASSWORDS_FOR_AN_ADDRESS, known_as),
        seen=[(rules.FAILURES_FOR_AN_ADDRESS, known_as)], at=at,
    )  # fmt: skip
    person = _person_at(address)
    kept = Password.objects.filter(person=person).values_list("hashed", flat=True).first()
    if not verified(kept, password) or not vault.known([person]):
        limits.count(rules.FAILURES_FOR_AN_ADDRESS, known_as, at=at)
        raise WrongPassword("Address and password do not belong together. Try again, or have a code sent to you.")
    limits.clear(rules.FAILURES_FOR_AN_ADDRESS, known_as)
    return Proved(person, address)


def _person_at(address: str) -> str:
    try:
        return vault.person_at(address)
    except NoSuchPerson:
        return ""


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _at_once:
        return _HASHER.hash(_plain(password))


def verified(kept: str | None, password: str) -> bool:
    """Whether `kept` was made of this password; asks as much of this machine where nothing is kept."""
    if len(password) > rules.LONGEST_PASSWORD:
        return False
    try:
        with _at_once:
            _HASHER.verify(kept or _nobodys(), _plain(password))
    except VerificationError:
        return False
    return bool(kept)


def set_password(me: SignedIn, password: str, device: Device, *, at: datetime) -> None:
    """Makes this the password of who is signed in, and tells them; every other session of theirs ends.

    Whoever failed with the one before: that counts no more.
    """
    address = sessions.address_of(me)
    insist_on_strength(password, address)
    _keep(me, hashed(password), address, device, at=at)


@unit_of_work
def _keep(me: SignedIn, made: str, address: str, device: Device, *, at: datetime) -> None:
    Password.objects.update_or_create(person=me.person, defaults={"hashed": made, "made": at})
    limits.clear(rules.FAILURES_FOR_AN_ADDRESS, look_up_index(look_up_key(), address))
    sessions.end_others(me.person, me.session)
    sessions.tell(me.person, address, "password-set", device, at=at)


def insist_on_strength(password: str, address: str) -> None:
    """Refuses what is too short, or what others would try first."""
    plain = _plain(password)
    if not rules.SHORTEST_PASSWORD <= len(plain) <= rules.LONGEST_PASSWORD:
        message = "A password has at least {least} characters, and at most {most}. A sentence of a few words will do."
        least, most = rules.SHORTEST_PASSWORD, rules.LONGEST_PASSWORD
        raise WeakPassword(message, field="password", least=least, most=most)
    host = settings.TROTH_URL.partition("://")[2].partition(":")[0]
    own = (address, address.rpartition("@")[0], settings.TROTH_SERVICE, host)
    if rules.is_guessed(plain, _common(), own):
        message = (
            "Others would guess this password soon. Take one that is in no list and holds nothing of yours or ours."
        )
        raise WeakPassword(message, field="password")


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


@unit_of_work
def remove(me: SignedIn, device: Device, *, at: datetime) -> None:
    """Removes the password of who is signed in, and tells them."""
    if not Password.objects.filter(person=me.person).delete()[0]:
        message = "There is no such thing any more. Load the page again."
        raise NothingThere(message)
    sessions.tell(me.person, sessions.address_of(me), "password-removed", device, at=at)

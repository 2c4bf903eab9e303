"""One-time codes: asked for in a request, sent by the keeper, good for one sign-in.

A request does the same whether or not anybody is held under the address: it keeps what was asked, sealed. Only the
keeper looks whom it is for, and writes to nobody who is not held here.
"""

import json
from datetime import datetime
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag

from troth.control import limits, rules
from troth.control.errors import CodeOver, WrongCode
from troth.control.letters import code_letter
from troth.control.models import Code
from troth.ledger.work import unit_of_work
from troth.mail.actions import post
from troth.vault import reads as vault
from troth.vault.errors import Erased, NoSuchPerson
from troth.vault.keys import look_up_key
from troth.vault.rules import look_up_index, new_ref

_AT_ONCE: Final = 50


class Proved(NamedTuple):
    """Who has shown that they read the mail of an address, and the address."""

    person: str
    address: str


def ask(address: str, sender: str, language: str, *, at: datetime) -> str:
    """Keeps that a code is wanted for `address`, by somebody in the network of `sender`; answers a reference."""
    known_as = look_up_index(look_up_key(), address)
    limits.insist(
        (rules.CODES_FROM_A_PREFIX, rules.prefix(sender).encode()), (rules.CODES_FOR_AN_ADDRESS, known_as), at=at
    )
    return _keep(address, language, at=at)


@unit_of_work
def _keep(address: str, language: str, *, at: datetime) -> str:
    ref, code, key = new_ref(at), rules.new_code(), look_up_key()
    sealed = rules.asked_envelope(key, ref).seal(json.dumps([address, code, language]).encode(), "asked")
    digest = rules.keyed(key, f"code.{ref}", code.encode())
    Code.objects.create(ref=ref, digest=digest, sealed=sealed, made=at, until=at + rules.CODE_FOR)
    return ref


def send_asked(*, at: datetime) -> int:
    """Puts into the outbox what was asked for and is for somebody who is held here; answers how many were looked at."""
    done = 0
    while Code.objects.filter(waiting=True).exists() and (looked := _send_some(at=at)):
        done += looked
    return done


@unit_of_work
def _send_some(*, at: datetime) -> int:
    waiting = Code.objects.select_for_update(skip_locked=True).filter(waiting=True).order_by("ref")
    found = list(waiting[:_AT_ONCE])
    for one in found:
        one.waiting = False
        asked = _asked(one)
        if asked and one.until > at:
            address, code, language = asked
            one.person = _person_at(address)
            if one.person:
                post(one.person, code_letter(address, code, language), until=one.until, at=at)
        if not one.person:
            one.sealed = b""
    Code.objects.bulk_update(found, ["waiting", "person", "sealed"])
    return len(found)


def _asked(one: Code) -> tuple[str, str, str] | None:
    try:
        address, code, language = json.loads(
            rules.asked_envelope(look_up_key(), one.ref).open(bytes(one.sealed), "asked")
        )
    except InvalidTag:  # altered: nobody is sent anything
        return None
    return address, code, language


def _person_at(address: str) -> str:
    try:
        person = vault.person_at(address)
        vault.person_key(person)
    except (NoSuchPerson, Erased):
        return ""
    return person


def prove(ref: str, typed: str, sender: str, *, at: datetime) -> Proved:
    """Whose code was typed. It is used up by that; a wrong one uses up one of its tries."""
    limits.insist((rules.TRIES_FROM_A_PREFIX, rules.prefix(sender).encode()), at=at)
    found = _try(ref, typed, at=at)
    if isinstance(found, Proved):
        return found
    raise found


@unit_of_work
def _try(ref: str, typed: str, *, at: datetime) -> Proved | WrongCode | CodeOver:
    # A refusal is answered, not raised: the try that it used up must stay used up.
    over = CodeOver("This code was used already, or its time is over. Ask for a new one.")
    one = Code.objects.select_for_update().filter(ref=ref).first()
    if one is None or one.until <= at:
        return over
    one.tries += 1
    right = rules.matches(
        bytes(one.digest), rules.keyed(look_up_key(), f"code.{ref}", rules.plain_code(typed).encode())
    )
    asked = _asked(one) if right and one.person else None
    if asked and _person_at(asked[0]) == one.person:
        one.delete()
        return Proved(one.person, asked[0])
    if one.tries >= rules.CODE_TRIES:
        one.delete()
        return over
    one.save()
    return WrongCode("This is not the code that we sent last. Look at it again, or ask for a new one.", field="code")


@unit_of_work
def drop_over(*, at: datetime) -> None:
    """Codes go whose time is over."""
    Code.objects.filter(until__lte=at).delete()

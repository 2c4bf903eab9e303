"""Another address in the place of the one that a person is found by: first they show that they read its mail.

A code goes to the new address. With it, every value that is this address is put right at once, and from then on the
person is found, and written to, at the new one alone. The old one is told.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from cryptography.exceptions import InvalidTag
from django.conf import settings

from troth.collection.rules import Given, corrected
from troth.consent.reads import recorded
from troth.control import asking, limits, rules, sessions, telling
from troth.control.actions import readdress
from troth.control.errors import CodeOver, WrongCode
from troth.control.letters import moving_letter
from troth.control.models import Code
from troth.control.rules import Device, SignedIn
from troth.ledger.rules import sha256_hex
from troth.ledger.work import unit_of_work
from troth.mail.actions import post
from troth.statement import reads as statements
from troth.use.actions import open_own
from troth.vault import correcting
from troth.vault.actions import stays
from troth.vault.correcting import Correct
from troth.vault.errors import NoSuchValue
from troth.vault.keys import look_up_key
from troth.vault.reads import lasting, sealed_values
from troth.vault.rules import look_up_index, new_ref


def address_of(record: str) -> str:
    """Which field of `record` found the person: the first given that is an address (decision 0010); empty if none."""
    agreed = recorded(record).agreed
    statement = statements.version(agreed.service, agreed.version).statement
    given = (name for name in statement.collection[agreed.point].fields() if name in agreed.digests)
    return next((name for name in given if statement.data[name].input == "email"), "")


def _places(person: str) -> Iterator[tuple[str, str]]:
    """Every record and field that holds the address of `person`, the newest first."""
    held = {(one.record, one.field): None for one in reversed(lasting(person))}
    for record in dict.fromkeys(record for record, _ in held):
        if (record, address_of(record)) in held:
            yield record, address_of(record)


def on_file(person: str, *, service: str, at: datetime) -> str:
    """The address of `person` that was given last, opened to write to them of their rights; empty if there is none."""
    place = next(_places(person), None)
    if place is None:
        return ""
    record, field = place
    right = next(iter(statements.in_force(service, at).statement.rights))
    opened = open_own(person, str(right), service=service, by="site", at=at, record=record, fields=(field,))
    found = opened.plain.get(person, {}).get(field, [])
    return found[-1][1].decode() if found else ""


def ask(me: SignedIn, typed: str, sender: str, language: str, *, at: datetime) -> str:
    """Sends a code to the address that was typed; answers what the code is asked with. Raises what is wrong with it."""
    address = _fit(me, typed, language)
    key = look_up_key()
    limits.insist(
        (rules.CODES_FROM_A_PREFIX, rules.prefix(sender).encode()),
        (rules.CODES_FOR_AN_ADDRESS, look_up_index(key, address)),
        at=at,
    )
    return _keep(me, address, language, at=at)


def _fit(me: SignedIn, typed: str, language: str) -> str:
    """The address, held against the point that the newest one was given at."""
    place = next(_places(me.person), None)
    if place is None:
        message = "Nothing of yours is held in this place any more. Look at your data again."
        raise NoSuchValue(message)
    record, field = place
    agreed = recorded(record).agreed
    statement = statements.version(agreed.service, agreed.version).statement
    found = corrected(Given(agreed.point, {field: typed}, {}, {}, language, ""), statement, field)
    if found.problems:
        raise found.problems[0]
    return found.values[field].decode()


@unit_of_work
def _keep(me: SignedIn, address: str, language: str, *, at: datetime) -> str:
    ref, code, key = new_ref(at), rules.new_code(), look_up_key()
    sealed = rules.asked_envelope(key, ref).seal(json.dumps([address, code, language]).encode(), "asked")
    digest = rules.keyed(key, f"move.{ref}", code.encode())
    until = at + rules.CODE_FOR
    Code.objects.create(ref=ref, digest=digest, sealed=sealed, person=me.person, waiting=False, made=at, until=until)
    post(me.person, moving_letter(address, code), until=until, at=at)
    return ref


def prove(me: SignedIn, ref: str, typed: str, sender: str, device: Device, *, at: datetime) -> None:
    """Moves `me` to the address that the code went to. A wrong code uses up one of its tries."""
    limits.insist((rules.TRIES_FROM_A_PREFIX, rules.prefix(sender).encode()), at=at)
    refused = _try(me, ref, typed, device, at=at)
    if refused:
        raise refused


@unit_of_work
def _try(me: SignedIn, ref: str, typed: str, device: Device, *, at: datetime) -> WrongCode | CodeOver | None:
    # A refusal is answered, not raised: the try that it used up must stay used up.
    over = CodeOver("This code was used already, or its time is over. Ask for a new one.")
    # First of all, as an erasure does: it comes before this and nobody moves, or finds who moved at the new address.
    there = stays(me.person)
    one = Code.objects.select_for_update().filter(ref=ref, person=me.person).first()
    if not there or one is None or one.until <= at:
        return over
    one.tries += 1
    key = look_up_key()
    if rules.matches(bytes(one.digest), rules.keyed(key, f"move.{ref}", rules.plain_code(typed).encode())):
        try:
            address: str = json.loads(rules.asked_envelope(key, ref).open(bytes(one.sealed), "asked"))[0]
        except InvalidTag:
            return over
        _move(me, address, device, at=at)
        return None
    if one.tries >= rules.CODE_TRIES:
        one.delete()
        return over
    one.save()
    return WrongCode("This is not the code that we sent last. Look at it again, or ask for a new one.", field="code")


def _move(me: SignedIn, address: str, device: Device, *, at: datetime) -> None:
    plain = address.encode()
    places = list(_places(me.person))
    corrections = [Correct(record, field, plain, sha256_hex(sealed_values(record)[field])) for record, field in places]
    correcting.correct(me.person, corrections, by="person", at=at)
    correcting.readdress(me.person, address)
    telling.queue(me.person, places, at=at)
    asking.fulfilled(me.person, "correct", service=settings.TROTH_SERVICE, through=asking.OWN_PAGE, at=at)
    old = sessions.address_of(me)
    readdress(me.person, address)
    if old != address:
        sessions.tell(me.person, old, "address-changed", device, at=at)

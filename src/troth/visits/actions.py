"""Keeping visits, and taking them apart from people."""

import random
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from threading import Event
from typing import Final

from django.db import transaction

from troth.consent.wishes import Wish
from troth.ledger.scrub import empty_journals, give_up
from troth.ledger.work import unit_of_work
from troth.statement.reads import in_force
from troth.use import reads as uses
from troth.vault.actions import stays
from troth.visits import rules
from troth.visits.models import Seen
from troth.visits.rules import Visit
from troth.visits.stores import store

_parted: Final = Event()


@unit_of_work
def keep(visits: Sequence[Visit], join: str | None, *, at: datetime) -> None:
    """Keeps visits, in no order that says when in the hour they were. Joined ones only of those who agree now (P20).

    Whoever takes the agreement back at this moment waits until this is over, and then finds these visits too.
    """
    joined = sorted({one.person for one in visits if one.person})
    agreed = {person for person in joined if stays(person) and agrees(person, visits[0].service, join, at=at)}
    kept = [one if one.person is None or one.person in agreed else _apart(one) for one in visits]
    random.shuffle(kept)
    store().add(kept)


def _apart(one: Visit) -> Visit:
    # Their visitor was made from who they are, and stands beside visits that are joined.
    return one._replace(person=None, visitor=secrets.token_bytes(len(one.visitor)))


def agrees(person: str, service: str, join: str | None, *, at: datetime) -> bool:
    """Whether `person` agreed that visits are joined with what is held of them, and nothing stands against it now."""
    known = uses.people([person], service, at).get(person) if join else None
    standing = known.standing if known else None
    return bool(standing and join in standing.covered and not standing.restricted and not standing.young)


@unit_of_work
def heed(person: str, wished: Wish, service: str, *, at: datetime) -> None:
    """Takes their visits apart from `person` if this is what they wish, in the unit of work that notes the wish."""
    declared = in_force(service, at).statement.visits
    if declared and rules.ends_join(wished, declared.join):
        unjoin(person)


@unit_of_work
def unjoin(person: str) -> int:
    """Takes their visits apart from `person`, for good; answers how many there were."""
    parted = store().unjoin(person)
    if parted:
        transaction.on_commit(_parted.set)
    return parted


def scrub() -> None:
    """What was taken apart in this process since the last time stands joined in no file of the database either."""
    if not _parted.is_set():
        return
    _parted.clear()
    give_up(Seen)
    if not empty_journals():
        _parted.set()


def unjoin_unwilling(service: str, *, at: datetime) -> int:
    """Takes visits apart from everybody who does not agree, or is gone: such as after an older backup was put back."""
    declared = in_force(service, at).statement.visits
    join = declared.join if declared else None
    return sum(_unjoin_unless(person, service, join, at=at) for person in list(store().persons()))


@unit_of_work
def _unjoin_unless(person: str, service: str, join: str | None, *, at: datetime) -> int:
    known = uses.people([person], service, at).get(person) if stays(person) else None
    stands = known is not None and join in known.standing.covered and not known.standing.young
    return 0 if stands else unjoin(person)


def forget(before: date, service: str) -> int:
    """Ends everything of the days before this one; answers how many visits went."""
    return store().forget(before, service=service)

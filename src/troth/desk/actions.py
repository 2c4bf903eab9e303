"""Publishing, retracting and putting typos right; and telling people of it, a few at a time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from django.conf import settings

from troth.consent import reads as consent
from troth.desk import letters, reads
from troth.desk.letters import CHANGE, RETRACTION
from troth.desk.models import Announcement, Told
from troth.desk.reads import Plan
from troth.ledger.work import unit_of_work
from troth.statement import actions as statement
from troth.statement import reads as statements
from troth.statement.reads import ANNOUNCED, MAIL, RETRACTED
from troth.use.actions import open_values
from troth.use.gates import Wanted
from troth.vault import reads as vault

# How many people are looked at and how many are written to in one unit of work, in which everybody else waits.
_LOOKED_AT: Final = 1_000
_AT_ONCE: Final = 50
_CHECKED: Final = 500


class Published(NamedTuple):
    """What was published: its number, its day, and what was known of it beforehand."""

    number: int
    effective: date
    plan: Plan


def publish(source: bytes, *, effective: date, at: datetime) -> Published:
    """Makes `source` the next version, and has everybody told whom it touches.

    Refuses what :func:`troth.statement.actions.publish` refuses, and a change that is to be told by letter where no
    letter could be sent.
    """
    plan = reads.plan(source, at=at)
    return _publish(plan, source, effective, at)


@unit_of_work
def _publish(plan: Plan, source: bytes, effective: date, at: datetime) -> Published:
    number = statement.publish(source, effective=effective, at=at, told_by=plan.told_by)
    if plan.tell == MAIL:
        if plan.touched:
            points = None if plan.points is None else sorted(plan.points)
            Announcement.objects.create(version=number, kind=CHANGE, points=points)
        else:
            effective = statement.announce(number, told=0, at=at)
    return Published(number, effective, plan)


@unit_of_work
def retract(number: int, *, at: datetime) -> int:
    """Version `number` never comes into force. Whoever had a letter about it is told; answers how many those are."""
    statement.retract(number, at=at)
    for row in Announcement.objects.select_for_update().filter(version=number, kind=CHANGE):
        row.all_told = row.done = True
        row.save()
    posted = dict(Told.objects.filter(version=number, kind=CHANGE).values_list("mail", "pk"))
    kept = letters.unsent(posted)
    letters.take_back(kept)
    Told.objects.filter(pk__in=[posted[ref] for ref in kept]).delete()
    told = len(posted) - len(kept)
    if told:
        Announcement.objects.create(version=number, kind=RETRACTION, after="0")
    return told


def correct(source: bytes, *, at: datetime) -> int:
    """Puts typos right, at once and without notice; answers the number of the version."""
    return statement.correct(source, at=at)


@unit_of_work
def go_on(*, at: datetime) -> bool:
    """Goes one step on with what is to be told, and answers whether there is more to do at once.

    A step is kept whole or not at all: whoever ends this process, nobody has two letters, and nobody is left out.
    """
    row = Announcement.objects.select_for_update(skip_locked=True).filter(done=False).order_by("pk").first()
    if row is None:
        return False
    if row.kind == CHANGE and statements.turns_of(settings.TROTH_SERVICE, row.version) & {ANNOUNCED, RETRACTED}:
        row.all_told = row.done = True  # an older store was put back, and the ledger knows better
        row.save()
        return True
    if row.all_told:
        return _hand_over(row, at)
    _tell(row, at)
    return True


def _tell(row: Announcement, at: datetime) -> None:
    """Writes to the next people."""
    some = _touched(row) if row.kind == CHANGE else _told_before(row)
    if some:
        told = _post(row, some, at)
        row.told += told
        row.without += len(some) - told
    row.save()


def _touched(row: Announcement) -> dict[str, str]:
    """The next people whom the change touches, with the language in which they gave what they gave last."""
    service, found = settings.TROTH_SERVICE, {}
    looked_at = vault.persons_after(row.after, _LOOKED_AT)
    gave = consent.gave_at(looked_at, service, row.points)
    row.all_told = len(looked_at) < _LOOKED_AT
    for person in looked_at:
        row.after = person
        if person in gave:
            found[person] = gave[person]
            if len(found) == _AT_ONCE:
                row.all_told = False
                break
    return found


def _told_before(row: Announcement) -> dict[str, str]:
    """The next people who had a letter about what was retracted."""
    rows = Told.objects.filter(version=row.version, kind=CHANGE, pk__gt=int(row.after)).order_by("pk")
    some = list(rows.values_list("pk", "person")[:_AT_ONCE])
    row.all_told = len(some) < _AT_ONCE
    row.after = str(some[-1][0]) if some else row.after
    persons = [person for _, person in some]
    gave = consent.gave_at(persons, settings.TROTH_SERVICE, None)
    return {person: gave.get(person, "") for person in persons}


def _post(row: Announcement, some: dict[str, str], at: datetime) -> int:
    """Writes to each of whom an address may be used for this; answers to how many."""
    in_force = statements.in_force(settings.TROTH_SERVICE, at).statement
    fields = tuple(name for name, datum in in_force.data.items() if datum.input == "email")
    wanted = Wanted(letters.purpose(in_force))
    opened = open_values(list(some), wanted, fields, service=in_force.id, by="announcement", at=at).plain
    told = []
    for person, values in opened.items():
        address = _newest([pair for found in values.values() for pair in found])
        words = letters.words(row.kind, row.version, some[person])
        mail = letters.post(person, address, words, at=at)
        told.append(Told(version=row.version, kind=row.kind, person=person, mail=mail))
    Told.objects.bulk_create(told)
    return len(told)


def _newest(values: Sequence[tuple[str, bytes]]) -> str:
    """The address that came last: a reference begins with its time."""
    return max(values)[1].decode()


def _hand_over(row: Announcement, at: datetime) -> bool:
    """Looks whether the letters were handed over; with the last of them the announcement is complete."""
    rows = Told.objects.filter(version=row.version, kind=row.kind, pk__gt=row.gone).order_by("pk")
    some = list(rows.values_list("pk", "mail")[:_CHECKED])
    waiting = letters.unsent([mail for _, mail in some])
    for number, mail in some:
        if mail in waiting:
            row.save()
            return False
        row.gone = number
    if not some:
        row.done = True
        if row.kind == CHANGE:
            statement.announce(row.version, told=row.told, at=at)
    row.save()
    return bool(some)


@unit_of_work
def tidy(*, at: datetime) -> None:
    """Who had a letter is forgotten once nobody needs to be told anything more: the version holds, or is retracted."""
    coming = statements.coming(settings.TROTH_SERVICE, at)
    open_ones = set(Announcement.objects.filter(done=False).values_list("version", flat=True))
    keep = open_ones | ({coming.version.number} if coming else set())
    Told.objects.exclude(version__in=keep).delete()

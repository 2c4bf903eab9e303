"""Publishing: a statement becomes a version, people are told, and from its day on it is what troth asks.

Before its day a version may be retracted. A typo is put right by a version that holds at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import isodate
from django.conf import settings

from troth.ledger.actions import append
from troth.ledger.evidence import Told
from troth.ledger.rules import JSON
from troth.ledger.work import insist_on_unit, unit_of_work
from troth.statement import reads
from troth.statement.canonical import digest
from troth.statement.checks import check
from troth.statement.difference import Difference, difference
from troth.statement.errors import (
    Begun,
    NotATypo,
    NotWhole,
    OtherService,
    Scheduled,
    StoreElsewhere,
    TooEarly,
    Unchanged,
)
from troth.statement.evidence import turn_facts
from troth.statement.loader import loads
from troth.statement.model import Statement
from troth.statement.models import Turn, Version
from troth.statement.reads import ANNOUNCED, BEGUN, MAIL, RETRACTED, Published, version
from troth.statement.typos import beyond_typos

NOTICE = "notice"


@dataclass(frozen=True)
class Planned:
    """What publishing a statement would change, against the version before it; None where it is the first.

    `tell`: how people are to be told beforehand, ``mail`` or ``notice``, or empty.
    """

    statement: Statement
    last: Published | None
    difference: Difference
    tell: str

    def earliest(self, told_by: date) -> date:
        """The first day on which it may hold, if everybody who is to be told was told by `told_by`."""
        if self.last is None or not self.tell:
            return told_by
        day: date = told_by + isodate.parse_duration(self.last.statement.changes.notice)
        return max(day, self.last.effective.date())


def planned(source: bytes, *, at: datetime) -> Planned:
    """What publishing `source` at `at` would mean.

    Refuses a statement with errors, one of another service or for a store elsewhere, one that changes nothing, and any
    while another version waits for its day.
    """
    today = at.date()
    statement = _whole(source, today)
    fits_here(statement)
    _insist_on_none_coming(statement.id, at)
    last = _last(statement.id)
    if last is None:
        return Planned(statement, None, Difference(()), "")
    _insist_on_change(statement)
    found = difference(last.statement, statement, statement.languages[0])
    told = MAIL if MAIL in last.statement.changes.channels else NOTICE
    return Planned(statement, last, found, told if found.material else "")


@unit_of_work
def publish(source: bytes, *, effective: date, at: datetime, told_by: date | None = None) -> int:
    """Makes `source` the next version, in force from `effective` (00:00 UTC). Answers its number.

    Refuses what :func:`planned` refuses, a day that has passed, and a material change nearer than the notice that the
    version in force promises, counted from when everybody can have been told.
    """
    plan = planned(source, at=at)
    earliest = plan.earliest(told_by or at.date() if plan.tell else at.date())
    if effective < earliest:
        message = f"{effective} has passed. A statement can hold from today on, not backwards."
        if plan.tell:
            message = f"{effective} is too early. The version in force promises notice: {earliest} is the first day."
        raise TooEarly(message, clause="changes")
    return _kept(plan, source, effective, at)


@unit_of_work
def correct(source: bytes, *, at: datetime) -> int:
    """Puts typos right: `source` is in force from now on, without notice. Answers its number.

    Refuses whatever says something else than before: that is a change, to be published as one.
    """
    plan = planned(source, at=at)
    if plan.last is None:
        message = "There is no version yet that a typo could stand in. Publish the statement with --effective."
        raise NotATypo(message)
    if plan.difference.material or (places := beyond_typos(plan.last.statement, plan.statement)):
        where = next((change.clause for change in plan.difference.changes if change.material), "")
        where = where or ".".join(map(str, places[0]))
        message = f"This is no typo: {where} says something else. Publish it with --effective."
        raise NotATypo(message, clause=where)
    return _kept(plan, source, at.date(), at, correction=True)


def _kept(plan: Planned, source: bytes, effective: date, at: datetime, *, correction: bool = False) -> int:
    service, fingerprint = plan.statement.id, digest(plan.statement)
    begin(at=at)
    newest = Version.objects.filter(service=service).order_by("-number").values_list("number", flat=True).first()
    number = (newest or 0) + 1
    row = Version(
        service=service,
        number=number,
        digest=fingerprint,
        source=source,
        published=at,
        effective=_begin(effective),
        tell=plan.tell,
        correction=int(correction),
    )
    facts: dict[str, JSON] = {"service": service, "version": number, "statement": fingerprint}
    facts |= {"effective": str(effective), "tell": row.tell, "correction": correction}
    row.leaf = append("published", facts, at=at)
    row.save(force_insert=True)
    return number


@unit_of_work
def announce(number: int, *, told: int, at: datetime) -> date:
    """Notes that everybody whom version `number` touches was told, `told` of them by letter. Answers its first day.

    It is the day that was published, or later: the notice that was promised counts from here.
    """
    service = settings.TROTH_SERVICE
    row, turns = _locked(service, number)
    if RETRACTED in turns or row.tell != MAIL:
        message = f"Version {number} waits for no announcement. `troth status` says which does."
        raise Begun(message, clause="changes")
    if ANNOUNCED not in turns:
        promised = version(service, reads.before(service, number)).statement.changes.notice
        earliest = _begin(at.date() + isodate.parse_duration(promised))
        turns[ANNOUNCED] = _turn(row, ANNOUNCED, max(row.effective, earliest), at, told)
    day: date = turns[ANNOUNCED].effective.date()
    return day


@unit_of_work
def retract(number: int, *, at: datetime) -> Published:
    """Version `number`, whose day has not come, never comes into force. Answers it."""
    service = settings.TROTH_SERVICE
    coming = reads.coming(service, at)
    if coming is None or coming.version.number != number:
        reads.version(service, number)
        message = f"Version {number} is not to come: it holds, is over, or was retracted. Publish a new one."
        raise Begun(message, clause="changes")
    row, turns = _locked(service, number)
    if turns.keys() & {RETRACTED, BEGUN} or row.effective <= row.published:
        message = f"Version {number} has held already, whatever the clock says now. Publish a new one."
        raise Begun(message, clause="changes")
    _turn(row, RETRACTED, row.effective, at)
    return coming.version


@unit_of_work
def begin(*, at: datetime) -> int:
    """Notes that the version in force has begun, if it had to wait for its day and nobody noted it. Answers how many.

    It holds by its day, in every process, whether that is noted or not.
    """
    service = settings.TROTH_SERVICE
    number = reads.succession(service, at).in_force
    if not number:
        return 0
    row, turns = _locked(service, number)
    if BEGUN in turns or row.effective <= row.published:
        return 0
    _turn(row, BEGUN, version(service, number).effective, at)
    return 1


def turn_again(told: Iterable[Told]) -> int:
    """Notes again what the ledger says became of versions: after an older store was put back. Answers how much.

    Without it a version that was retracted since would come into force on its day.
    """
    return sum(_turn_again(one) for one in told)


@unit_of_work
def _turn_again(told: Told) -> int:
    said = told.said
    names = {"service": said["service"], "version": said["version"]}
    if Turn.objects.filter(**names, kind=said["kind"]).exists() or not Version.objects.filter(
        service=said["service"], number=said["version"]
    ):
        return 0
    Turn.objects.create(
        **names, kind=said["kind"], effective=_begin(date.fromisoformat(said["effective"])), told=said["told"],
        at=datetime.fromisoformat(said["at"]), leaf=told.leaf,
    )  # fmt: skip
    return 1


def _locked(service: str, number: int) -> tuple[Version, dict[str, Turn]]:
    """The version, for this unit of work alone, with what became of it."""
    insist_on_unit()
    row = Version.objects.select_for_update().get(service=service, number=number)
    return row, {one.kind: one for one in Turn.objects.filter(service=service, version=number)}


def _turn(row: Version, kind: str, effective: datetime, at: datetime, told: int = 0) -> Turn:
    turn = Turn(service=row.service, version=row.number, kind=kind, effective=effective, told=told, at=at)
    turn.leaf = append(kind, turn_facts(turn), at=at)
    turn.save(force_insert=True)
    return turn


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _whole(source: bytes, today: date) -> Statement:
    loaded = loads(source)
    errors = [finding for finding in check(loaded, today=today) if finding.severity == "error"]
    if errors or loaded.statement is None:
        first = errors[0].line("statement")
        message = f"The statement has {len(errors)} findings that are errors; the first: {first}. Run `troth check`."
        raise NotWhole(message)
    return loaded.statement


def fits_here(statement: Statement) -> None:
    """Refuses a statement of another service, or for a store that stands elsewhere (P24)."""
    if statement.id != settings.TROTH_SERVICE:
        message = (
            f"This installation serves {settings.TROTH_SERVICE}, the statement is about {statement.id}."
            " Set `service` in troth.toml, or the statement's `id`."
        )
        raise OtherService(message)
    if settings.TROTH_COUNTRY not in statement.stored_in:
        declared = ", ".join(statement.stored_in)
        message = f"The store stands in {settings.TROTH_COUNTRY}; the statement says {declared}. Move one of them."
        raise StoreElsewhere(message, clause="stored-in")


def _last(service: str) -> Published | None:
    """The newest version that was not retracted."""
    gone = reads.retracted(service)
    numbers = Version.objects.filter(service=service).exclude(number__in=gone).order_by("-number")
    number = numbers.values_list("number", flat=True).first()
    return version(service, number) if number else None


def _insist_on_none_coming(service: str, at: datetime) -> None:
    if coming := reads.coming(service, at):
        number, day = coming.version.number, coming.version.effective.date()
        message = f"Version {number} is to come on {day}. Retract it first (`troth retract {number}`), or wait."
        raise Scheduled(message, clause="changes")


def _insist_on_change(statement: Statement) -> None:
    gone = reads.retracted(statement.id)
    there = Version.objects.filter(service=statement.id, digest=digest(statement)).exclude(number__in=gone)
    if there.exists():
        message = "This statement was published before, word for word. Change something or leave it in force."
        raise Unchanged(message)

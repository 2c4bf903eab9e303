"""The published versions as values."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import connection

from troth.statement.canonical import digest
from troth.statement.clause import Section, every
from troth.statement.clauses import clauses
from troth.statement.compile import Compiled, compile_statement
from troth.statement.errors import Altered, NoSuchVersion, NotPublished
from troth.statement.loader import loads
from troth.statement.model import Statement
from troth.statement.models import Turn, Version

MAIL: Final = "mail"
ANNOUNCED: Final = "announced"
BEGUN: Final = "begun"
RETRACTED: Final = "retracted"
_REMEMBERED = 32
# Whether a version has begun: its day has come, it was not retracted, and whoever was to have a letter had it.
_BEGUN = """
    (one.effective <= %s
     AND NOT EXISTS (SELECT 1 FROM statement_turn WHERE service = one.service AND version = one.number
                     AND kind = 'retracted')
     AND (one.tell <> 'mail'
          OR EXISTS (SELECT 1 FROM statement_turn WHERE service = one.service AND version = one.number
                     AND kind = 'announced' AND effective <= %s)))
"""
_IN_FORCE = f"SELECT MAX(number) FROM statement_version AS one WHERE service = %s AND {_BEGUN} HAVING COUNT(*) > 0"  # noqa: S608 - words of ours
_SUCCESSION = f"""
    SELECT MAX(number) FILTER (WHERE begun), MAX(number), COUNT(*) FILTER (WHERE begun),
           (SELECT COUNT(*) FROM statement_turn WHERE service = %s), COUNT(*) FILTER (WHERE effective <= %s)
    FROM (SELECT number, effective, {_BEGUN} AS begun FROM statement_version AS one WHERE service = %s) AS every
"""  # noqa: S608 - words of ours


@dataclass(frozen=True)
class Published:
    """One version: its number, digest, days, ledger leaf, and the statement itself with its masks.

    `effective` is the day from which it holds, as far as it is known. `tell`: how people were to be told of it
    beforehand, ``mail`` or ``notice``; empty where nothing is taken from them. `correction`: it puts a typo right.
    """

    number: int
    digest: str
    published: datetime
    effective: datetime
    leaf: bytes
    statement: Statement
    compiled: Compiled
    tell: str = ""
    correction: bool = False


def in_force(service: str, at: datetime) -> Published:
    """The version that holds at `at`; raises :class:`NotPublished` when none does yet."""
    return version(service, number_in_force(service, at))


def number_in_force(service: str, at: datetime) -> int:
    """The number of the version that holds at `at`; raises :class:`NotPublished` when none does yet."""
    # Asked at every door: in plain SQL, since writing the query takes the mapper longer than answering it.
    effective = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [service, effective, effective])
        row = cursor.fetchone()
    if row is None:
        message = "No statement of {service} is in force yet. Run `troth publish statement.yaml --effective DATE`."
        raise NotPublished(message, service=service)
    return int(row[0])


@dataclass(frozen=True)
class Succession:
    """How far a service's versions have come: which is in force, which is the newest, how many have begun; 0 for none.

    `turns` counts what became of them, `due` those whose day has come. Where it is the same at two moments, every
    version is the same at both: coming, waiting, in force, over or retracted.
    """

    in_force: int
    newest: int
    begun: int
    turns: int = 0
    due: int = 0


def succession(service: str, at: datetime) -> Succession:
    """How far the versions have come at `at`."""
    effective = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_SUCCESSION, [service, effective, effective, effective, service])
        return Succession(*(number or 0 for number in cursor.fetchone()))


def versions(service: str) -> tuple[Published, ...]:
    """All versions, newest first, those not yet in force included."""
    numbers = Version.objects.filter(service=service).order_by("-number").values_list("number", flat=True)
    return tuple(version(service, number) for number in numbers)


def version(service: str, number: int) -> Published:
    """Version `number`. Versions never change, so it is read and compiled once.

    Of one that waits for its announcement only the day may change: that is asked for until it is known.
    """
    one = _settled.get((service, number))
    if one is None:
        one = _read(service, number)
        if one.tell == MAIL:
            turn = Turn.objects.filter(service=service, version=number, kind=ANNOUNCED).first()
            if turn is None:
                return one
            one = replace(one, effective=turn.effective)
        if len(_settled) >= _REMEMBERED:
            _settled.clear()
        _settled[service, number] = one
    return one


_settled: dict[tuple[str, int], Published] = {}


@lru_cache(_REMEMBERED)
def _read(service: str, number: int) -> Published:
    row = Version.objects.filter(service=service, number=number).first()
    if row is None:
        message = "There is no version {number} of this statement. All versions are listed at /privacy/versions/."
        raise NoSuchVersion(message, number=number)
    return published(row)


def published(row: Version) -> Published:
    """The version in `row`, read and compiled anew."""
    statement = loads(bytes(row.source)).statement
    if statement is None:
        message = "Version {number} cannot be read by this release of troth."
        raise NoSuchVersion(message, number=row.number)
    if digest(statement) != row.digest:
        message = "Version {number} is not what was published: its text was changed in the store. Restore it."
        raise Altered(message, number=row.number)
    return Published(
        row.number, row.digest, row.published, row.effective, bytes(row.leaf), statement, compile_statement(statement),
        row.tell, row.correction == 1,
    )  # fmt: skip


@lru_cache(_REMEMBERED)
def sections(service: str, number: int, language: str) -> tuple[Section, ...]:
    """Version `number` as people read it."""
    return clauses(version(service, number).statement, language)


def source(service: str, number: int) -> bytes:
    """The file that a version was published from."""
    return bytes(Version.objects.values_list("source", flat=True).get(service=service, number=number))


def titles(service: str, number: int, language: str) -> dict[str, str]:
    """What each clause of a version is called: its own title, or that of the section it stands in."""
    return {
        clause.id: clause.title or section.title
        for section in sections(service, number, language)
        for clause in every([section])
    }


@dataclass(frozen=True)
class Course:
    """A version and what became of it: when it was announced and begun, whether it was retracted, and where it is now.

    `state` is ``in-force``, ``over``, ``retracted``, ``scheduled``, or ``waiting`` where its day has come and not
    everybody was told yet. `told` is how many had a letter, `before` the version that stood before it.
    """

    version: Published
    state: str
    announced: datetime | None = None
    begun: datetime | None = None
    retracted: datetime | None = None
    told: int = 0
    before: int = 0


def courses(service: str, at: datetime) -> tuple[Course, ...]:
    """All versions, newest first, each with what became of it by `at`."""
    turns = {(one.version, one.kind): one for one in Turn.objects.filter(service=service)}
    held = succession(service, at).in_force
    found = []
    for one in versions(service):
        announced, begun, gone = (turns.get((one.number, kind)) for kind in (ANNOUNCED, BEGUN, RETRACTED))
        found.append(
            Course(
                one,
                _state(one, at, held, retracted=gone is not None),
                announced=announced.at if announced else None,
                begun=begun.at if begun else None,
                retracted=gone.at if gone else None,
                told=announced.told if announced else 0,
                before=before(service, one.number),
            )
        )
    return tuple(found)


def _state(one: Published, at: datetime, held: int, *, retracted: bool) -> str:
    if retracted:
        return RETRACTED
    if one.number <= held:
        return "in-force" if one.number == held else "over"
    return "scheduled" if one.effective > at else "waiting"


def coming(service: str, at: datetime) -> Course | None:
    """The version that is to come, if one is: there is never more than one."""
    far = succession(service, at)
    if far.newest <= far.in_force:
        return None
    newest = version(service, far.newest)
    turns = {one.kind: one for one in Turn.objects.filter(service=service, version=far.newest)}
    if RETRACTED in turns:
        return None
    announced = turns.get(ANNOUNCED)
    state = _state(newest, at, far.in_force, retracted=False)
    return Course(newest, state, announced.at if announced else None, told=announced.told if announced else 0)


def turns_of(service: str, number: int) -> frozenset[str]:
    """What became of version `number`: any of ``announced``, ``begun`` and ``retracted``."""
    return frozenset(Turn.objects.filter(service=service, version=number).values_list("kind", flat=True))


def retracted(service: str) -> frozenset[int]:
    """The numbers of the versions that were retracted before they began."""
    return frozenset(Turn.objects.filter(service=service, kind=RETRACTED).values_list("version", flat=True))


def corrected(service: str, number: int) -> int:
    """The version whose promises `number` has word for word but for typos: mostly `number` itself."""
    while number > 1 and version(service, number).correction:
        number = before(service, number)
    return number


def before(service: str, number: int) -> int:
    """The version that stood before `number`: the newest earlier one that was not retracted; 0 if there is none."""
    gone = retracted(service)
    return next((one for one in range(number - 1, 0, -1) if one not in gone), 0)

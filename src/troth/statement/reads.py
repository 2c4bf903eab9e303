"""The published versions as values."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from troth.statement.canonical import digest
from troth.statement.clause import Section
from troth.statement.clauses import clauses
from troth.statement.compile import Compiled, compile_statement
from troth.statement.errors import Altered, NoSuchVersion, NotPublished
from troth.statement.loader import loads
from troth.statement.model import Statement
from troth.statement.models import Version

_REMEMBERED = 32
_IN_FORCE = "SELECT MAX(number) FROM statement_version WHERE service = %s AND effective <= %s HAVING COUNT(*) > 0"
_SUCCESSION = """
    SELECT MAX(number) FILTER (WHERE effective <= %s), MAX(number), COUNT(*) FILTER (WHERE effective <= %s)
    FROM statement_version WHERE service = %s
"""


@dataclass(frozen=True)
class Published:
    """One version: its number, digest, days, ledger leaf, and the statement itself with its masks."""

    number: int
    digest: str
    published: datetime
    effective: datetime
    leaf: bytes
    statement: Statement
    compiled: Compiled


def in_force(service: str, at: datetime) -> Published:
    """The version that holds at `at`; raises :class:`NotPublished` when none does yet."""
    return version(service, number_in_force(service, at))


def number_in_force(service: str, at: datetime) -> int:
    """The number of the version that holds at `at`; raises :class:`NotPublished` when none does yet."""
    # Asked at every door: in plain SQL, since writing the query takes the mapper longer than answering it.
    effective = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [service, effective])
        row = cursor.fetchone()
    if row is None:
        message = "No statement of {service} is in force yet. Run `troth publish statement.yaml --effective DATE`."
        raise NotPublished(message, service=service)
    return int(row[0])


@dataclass(frozen=True)
class Succession:
    """How far a service's versions have come: which is in force, which is the newest, how many have begun; 0 for none.

    Where it is the same at two moments, every version is the same at both: coming, in force or over.
    """

    in_force: int
    newest: int
    begun: int


def succession(service: str, at: datetime) -> Succession:
    """How far the versions have come at `at`."""
    effective = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_SUCCESSION, [effective, effective, service])
        return Succession(*(number or 0 for number in cursor.fetchone()))


def versions(service: str) -> tuple[Published, ...]:
    """All versions, newest first, those not yet in force included."""
    numbers = Version.objects.filter(service=service).order_by("-number").values_list("number", flat=True)
    return tuple(version(service, number) for number in numbers)


@lru_cache(_REMEMBERED)
def version(service: str, number: int) -> Published:
    """Version `number`. Versions never change, so it is read and compiled once."""
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
        row.number, row.digest, row.published, row.effective, bytes(row.leaf), statement, compile_statement(statement)
    )


@lru_cache(_REMEMBERED)
def sections(service: str, number: int, language: str) -> tuple[Section, ...]:
    """Version `number` as people read it."""
    return clauses(version(service, number).statement, language)

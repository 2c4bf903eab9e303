"""What other rooms need to hold their rows against the ledger: every entry in order, in a store that stands still."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from troth.ledger import reads, rules
from troth.ledger.rebuild import Finding, Progress

B = TypeVar("B")

_BLOCK: Final = 1000
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
# What reading a row raises when something of another kind stands in a column, which only SQLite lets stand.
ILLEGIBLE: Final = (ValueError, TypeError, OperationalError)


@dataclass(frozen=True)
class Told:
    """An entry by its name in findings, with what it says."""

    name: str
    leaf: bytes
    said: dict[str, Any]


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside is the store as it stood at one moment, whatever is written meanwhile.

    Persons' keys are read as of a moment later than rows: they are kept before the rows that need them.
    """
    others = [alias for alias in connections if alias != DEFAULT_DB_ALIAS]
    with ExitStack() as stack:
        for alias in (DEFAULT_DB_ALIAS, *others):
            stack.enter_context(_snapshot(alias))
        yield


@contextmanager
def _snapshot(alias: str) -> Iterator[None]:
    one = connections[alias]
    if one.vendor == "postgresql":
        with transaction.atomic(using=alias, durable=True), one.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT 1")
            yield
        return
    with one.cursor() as cursor:
        cursor.execute("BEGIN")  # by hand: Django's own would be IMMEDIATE and keep everybody from writing
        cursor.execute("SELECT COUNT(*) FROM sqlite_master")
        cursor.fetchone()
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def damaged() -> Iterator[Finding]:
    """What is wrong with the databases' own files and tables: SQLite is asked, PostgreSQL looks after itself."""
    for one in connections.all():
        if one.vendor == "sqlite":
            with one.cursor() as cursor:
                cursor.execute("PRAGMA integrity_check")
                messages = [message for (message,) in cursor.fetchall() if message != "ok"]
            messages += [f"table {table} is not made as it was" for table in _made_otherwise(one)]
            for message in messages:
                yield Finding(f"database {one.alias}", f"The database file is damaged: {message}.")


def _made_otherwise(one: BaseDatabaseWrapper) -> Iterator[str]:
    """Tables whose columns are other ones: SQLite would go on with them, and keep new values in another way."""
    kept: list[type[models.Model]] = [model for model in apps.get_models() if router.db_for_read(model) == one.alias]
    kept.append(MigrationRecorder.Migration)  # each database says what it was migrated to
    for model in kept:
        table = model._meta.db_table
        with one.cursor() as cursor:
            cursor.execute(f"PRAGMA table_info({table})")
            made = {(name.lower(), kind.lower(), held, key) for _, name, kind, held, _, key in cursor.fetchall()}
        fields = model._meta.concrete_fields
        if made != {(field.column, _kind(field, one), not field.null, field.primary_key) for field in fields}:
            yield table


def _kind(field: Any, one: BaseDatabaseWrapper) -> str:
    return str(field.db_type(one)).lower()


def told(progress: Progress, *, since: int = 0) -> Iterator[tuple[list[Told], list[Finding]]]:
    """Every entry, those that wait first, a block at a time; and of each block what troth would not have written.

    With `since`, of those that have their place only the ones from there on.
    """
    for page in _pages(reads.stored_pending()):
        yield _read([(f"pending entry {number}", data, leaf) for number, data, leaf in _unplaced(page)])
    size = reads.size()
    for start in range(since, size, _BLOCK):
        stop = min(size, start + _BLOCK)
        yield _read([(f"entry {index}", data, leaf) for index, data, leaf in reads.stored(start, stop)])
        progress(stop, size)


def span(entries: Sequence[Told]) -> tuple[datetime, datetime]:
    """From the first to the last moment that `entries` tell of, as far as they tell any."""
    times = []
    for one in entries:
        with suppress(TypeError, ValueError):
            times.append(datetime.fromisoformat(one.said["at"]).astimezone(UTC))
    return min(times, default=_NEVER), max(times, default=_NEVER) + timedelta(milliseconds=1)


def insist(kind: type, *values: object) -> None:
    """Refuses a value that is not of the kind of its column: SQLite lets anything stand there."""
    for value in values:
        if not isinstance(value, kind):
            message = "A value is not of the kind of its column."
            raise TypeError(message)


# What a row of each kind of field comes as, beneath the object-relational mapper.
_KINDS: Final = (
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.JSONField, str),
    (models.CharField, str),
    (models.BinaryField, bytes),
    (models.BooleanField, bool),
    (models.IntegerField, int),
)


class Reading:
    """Reads many rows by one of their columns, without the object-relational mapper's work for each."""

    def __init__(self, model: type[models.Model], by: str, *columns: str) -> None:
        self._model = model
        self._by = by
        self._columns = columns

    def __call__(
        self, values: Collection[str] | Collection[bytes], span: tuple[datetime, datetime] | None = None
    ) -> list[tuple[Any, ...]]:
        """The columns asked for, of each row whose column is one of `values`; ``TypeError`` for one of another kind.

        With `span`, only of rows ``at`` its begin or later and before its end.
        """
        if not values:
            return []
        connection = connections[router.db_for_read(self._model)]
        within = ' AND "at" >= %s AND "at" < %s' if span else ""
        ends: list[Any] = [connection.ops.adapt_datetimefield_value(end) for end in span or ()]
        if connection.vendor == "postgresql":
            asked, given = f"{self._begin} = ANY(%s){within}", [list(values), *ends]
        else:
            asked, given = f"{self._begin} IN ({', '.join(['%s'] * len(values))}){within}", [*values, *ends]
        with connection.cursor() as cursor:
            cursor.execute(asked, given)
            return [self._converted(row) for row in cursor.fetchall()]

    def told_by(self, entries: Sequence[Told]) -> dict[bytes, tuple[Any, ...]]:
        """The rows that `entries` tell of, by their leaf: found by their time, which is indexed, or else by leaf alone.

        It reads by ``leaf``, which is the last of its columns.
        """
        leaves = {one.leaf for one in entries}
        rows = self(leaves, span(entries))
        rows += self(leaves - {row[-1] for row in rows})
        return {row[-1]: row for row in rows}

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if tuple(map(type, row)) != self._types:
            message = "A value is not of the kind of its column."
            raise TypeError(message)
        if not self._conversions:
            return row
        values = list(row)
        for at, convert in self._conversions:
            values[at] = convert(values[at])
        return tuple(values)

    @cached_property
    def _begin(self) -> str:
        names = ", ".join(f'"{name}"' for name in self._columns)
        return f'SELECT {names} FROM "{self._model._meta.db_table}" WHERE "{self._by}"'  # noqa: S608 - names are ours

    @cached_property
    def _fields(self) -> list[Any]:
        return [self._model._meta.get_field(name) for name in self._columns]

    @cached_property
    def _types(self) -> tuple[type, ...]:
        return tuple(next(kind for sort, kind in _KINDS if isinstance(field, sort)) for field in self._fields)

    @cached_property
    def _conversions(self) -> list[tuple[int, Callable[[Any], Any]]]:
        converts = ((models.DateTimeField, _moment), (models.JSONField, json.loads))
        columns = list(enumerate(self._fields))
        return [(at, convert) for sort, convert in converts for at, field in columns if isinstance(field, sort)]


def _moment(at: datetime) -> datetime:
    """SQLite's times have no zone; all are UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_each(make: Callable[[Sequence[Told]], B], entries: Sequence[Told]) -> Iterator[B | Finding]:
    """What `make` reads for `entries`: at once, or for each alone where a row of one cannot be read."""
    try:
        yield make(entries)
    except ILLEGIBLE:
        if len(entries) > 1:
            for one in entries:
                yield from read_each(make, [one])
        else:
            name = entries[0].name
            yield Finding(name, f"A row that {name} tells of holds something of another kind than its column.")


def read_through(subject: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """`findings`, and one more if a row cannot be read on the way."""
    try:
        yield from findings
    except ILLEGIBLE:
        yield Finding(subject, "A row holds something of another kind than its column, so the rest was not looked at.")


def _pages(rows: Iterator[tuple[int, bytes, bytes]]) -> Iterator[list[tuple[int, bytes, bytes]]]:
    page: list[tuple[int, bytes, bytes]] = []
    for row in rows:
        page.append(row)
        if len(page) == _BLOCK:
            yield page
            page = []
    if page:
        yield page


def _unplaced(page: list[tuple[int, bytes, bytes]]) -> list[tuple[int, bytes, bytes]]:
    """Without what was appended twice: it stands in its place already, and leaves soon."""
    placed = reads.which_are_placed([(leaf, data[7:31].decode(errors="replace")) for _, data, leaf in page])
    return [row for row in page if row[2] not in placed]


def _read(rows: list[tuple[str, bytes, bytes]]) -> tuple[list[Told], list[Finding]]:
    entries, strange = [], []
    for name, data, leaf in rows:
        said = _said(data)
        if said is None:
            strange.append(Finding(name, f"What stands as {name} is no entry in canonical JSON."))
        else:
            entries.append(Told(name, leaf, said))
    return entries, strange


def _said(data: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(data)
        return said if isinstance(said, dict) and rules.canonical(said) == data else None
    except (ValueError, TypeError, RecursionError):
        return None

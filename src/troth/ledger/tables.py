"""The rows of a database as files, and back: the same for SQLite and PostgreSQL, so that one can be put into the other.

Each table is a file of JSON lines: the names of its columns, then its rows in the order of their keys. Bytes stand in
base64, times in ISO 8601, everything else as JSON has it.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, models, router, transaction

from troth.ledger.durable import Digested, write_digested
from troth.ledger.rebuild import Progress

_AT_ONCE: Final = 2000
_BEYOND: Final = """
    SELECT setval(of, GREATEST(%s, nextval(of))) FROM pg_get_serial_sequence('{table}', 'id') AS numbers(of)
"""
_BEYOND_NONE: Final = """
    INSERT INTO sqlite_sequence (name, seq) SELECT %s, %s
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)
"""


def write(alias: str, directory: Path, progress: Progress) -> dict[str, Digested]:
    """Writes every table of a database into `directory`, as it stands; answers each file's digest by its name.

    For one moment of all of them, this is called within :func:`troth.ledger.evidence.one_moment`.
    """
    tables = [model for model in apps.get_models() if router.db_for_read(model) == alias]
    counts = [_of(model, alias).count() for model in tables]
    done, total, written = 0, sum(counts), {}
    for model, count in zip(tables, counts, strict=True):
        name = f"{model._meta.db_table}.jsonl"
        written[name] = write_digested(directory / name, _lines(model, alias, done, lambda at: progress(at, total)))
        done += count
    return written


def _lines(model: type[models.Model], alias: str, done: int, progress: Callable[[int], None]) -> Iterator[bytes]:
    columns = [field.attname for field in model._meta.concrete_fields]
    yield _line(columns)
    rows = _of(model, alias).order_by("pk").values_list(*columns)
    for number, row in enumerate(rows.iterator(_AT_ONCE), 1):
        yield _line(row)
        if number % _AT_ONCE == 0:
            progress(done + number)


def _of(model: type[models.Model], alias: str) -> models.QuerySet[Any]:
    return models.QuerySet(model, using=alias)


def _line(row: Iterable[Any]) -> bytes:
    return json.dumps(list(row), default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def rows_of(file: Path) -> Iterator[dict[str, Any]]:
    """The rows in `file`, each by the names of its columns, as JSON has them."""
    with file.open("rb") as lines:
        columns = json.loads(next(lines))
        for line in lines:
            yield dict(zip(columns, json.loads(line), strict=True))


def put_back(tables: Iterable[type[models.Model]], alias: str, directory: Path, progress: Progress) -> None:
    """Puts the rows in `directory` into `tables`, which are empty; either all of them or none."""
    tables = list(tables)
    files = [directory / f"{model._meta.db_table}.jsonl" for model in tables]
    done, total = 0, sum(file.stat().st_size for file in files)
    with transaction.atomic(using=alias):
        for model, file in zip(tables, files, strict=True):
            rows = rows_of(file)
            turns = {field.attname: _turn(field) for field in model._meta.concrete_fields}
            while some := [_row(model, turns, row) for row in islice(rows, _AT_ONCE)]:
                _of(model, alias).bulk_create(some)
            done += file.stat().st_size
            progress(done, total)
        _go_on_counting(tables, alias)


def _row(model: type[models.Model], turns: dict[str, Callable[[Any], Any]], row: dict[str, Any]) -> models.Model:
    return model(**{name: None if value is None else turns[name](value) for name, value in row.items()})


def _turn(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, models.BinaryField):
        return b64decode
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(field, models.DateField):
        return date.fromisoformat
    return lambda value: value


def _go_on_counting(tables: list[type[models.Model]], alias: str) -> None:
    """PostgreSQL counts its numbers apart from the rows that have them."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def count_beyond(model: type[models.Model], number: int) -> None:
    """Rows that are added to the table of `model` from now on have numbers beyond `number`."""
    connection, table = connections[router.db_for_write(model)], model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_BEYOND.format(table=table), [number])
        else:
            cursor.execute("UPDATE sqlite_sequence SET seq = MAX(seq, %s) WHERE name = %s", [number, table])
            cursor.execute(_BEYOND_NONE, [table, number, table])


def drop(alias: str) -> None:
    """Drops every table of ours from a PostgreSQL database, and what guards them. Tables of others stay."""
    connection = connections[alias]
    ours = {model._meta.db_table for model in apps.get_models()} | {"django_migrations"}
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        for table in sorted(ours & set(connection.introspection.table_names(cursor))):
            cursor.execute(f'DROP TABLE "{table}" CASCADE')
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_kept()")

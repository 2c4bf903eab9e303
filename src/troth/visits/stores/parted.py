"""The table of visits on PostgreSQL: a part for each month, so that a month ends by dropping its part."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_TABLE: Final = "visits_seen"
# What stands in no part of its own, such as what was put back from a copy, is in the last one. Only a number that
# comes from a sequence of its own can be given in a parted table of every release.
_PARTED: Final = (
    f"ALTER TABLE {_TABLE} RENAME TO {_TABLE}_whole",
    f"CREATE TABLE {_TABLE} (LIKE {_TABLE}_whole INCLUDING DEFAULTS) PARTITION BY RANGE (day)",
    f"DROP TABLE {_TABLE}_whole",
    f"CREATE SEQUENCE {_TABLE}_id_seq OWNED BY {_TABLE}.id",
    f"ALTER TABLE {_TABLE} ALTER COLUMN id SET DEFAULT nextval('{_TABLE}_id_seq'), ADD PRIMARY KEY (id, day)",
    f"CREATE TABLE {_TABLE}_other PARTITION OF {_TABLE} DEFAULT",
)


def by_month() -> migrations.RunPython:
    """The step of a migration that parts the table."""

    def run(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            for statement in _PARTED:
                editor.execute(statement, params=None)

    return migrations.RunPython(run, migrations.RunPython.noop, hints={"model_name": "kept with the rows"})


def make_parts(days: Iterable[date]) -> None:
    """Makes the parts that these days belong to, where there are none and the last one holds nothing of theirs."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for first in sorted({day.replace(day=1) for day in days}):
            after = _next(first)
            cursor.execute("SELECT to_regclass(%s)", [_name(first)])
            if cursor.fetchone() != (None,):
                continue
            cursor.execute(f"SELECT 1 FROM {_TABLE}_other WHERE day >= %s AND day < %s LIMIT 1", [first, after])  # noqa: S608 - names are ours
            if cursor.fetchone() is None:
                span = f"FROM ('{first}') TO ('{after}')"
                cursor.execute(f"CREATE TABLE IF NOT EXISTS {_name(first)} PARTITION OF {_TABLE} FOR VALUES {span}")


def drop_empty(before: date) -> None:
    """Drops the parts of months that are over before this day, if nothing is left in them."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [_TABLE])
        own = f"{_TABLE}_2"  # of this millennium, like every month there will be
        for (name,) in [row for row in cursor.fetchall() if row[0].startswith(own)]:
            year, month = name.removeprefix(f"{_TABLE}_").split("_")
            if _next(date(int(year), int(month), 1)) <= before:
                cursor.execute(f"SELECT 1 FROM {name} LIMIT 1")  # noqa: S608 - names are ours
                if cursor.fetchone() is None:
                    cursor.execute(f"DROP TABLE {name}")


def _name(first: date) -> str:
    return f"{_TABLE}_{first:%Y_%m}"


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)

"""The rows behind the ledger's tests: someone who tampers with them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

TABLES = ("ledger_pending", "ledger_checkpoint", "ledger_tile", "ledger_entry")


@contextmanager
def tampering() -> Iterator[CursorWrapper]:
    """Someone with every right on the database, for whom triggers are no obstacle."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield cursor
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield cursor
        for _, statement in triggers:
            cursor.execute(statement)


def empty() -> None:
    """Leaves no row of the ledger."""
    with tampering() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")

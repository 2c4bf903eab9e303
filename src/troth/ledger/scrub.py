"""What was removed from a SQLite database stands in no file of it any more.

Deleted rows are overwritten in the database itself (``secure_delete``), but its journal keeps pages as they were until
it begins anew. PostgreSQL is told to give up what was removed; docs/operating.md says what stands until it is written
over.
"""

import logging
import threading
from typing import Final

from django.db import connections, models, router

_ATTEMPTS: Final = 20
_PAUSE: Final = 0.1
_log = logging.getLogger("troth.ledger")


def empty_journals() -> bool:
    """Empties the journal of every SQLite database; says whether it could: somebody may be reading from it."""
    emptied = [_emptied(one.alias) for one in connections.all() if one.vendor == "sqlite"]
    if not all(emptied):
        _log.warning("a journal cannot be emptied while somebody reads; it is tried again")
    return all(emptied)


def _emptied(alias: str) -> bool:
    pause = threading.Event()
    for _ in range(_ATTEMPTS):
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0] == 0:
                return True
        pause.wait(_PAUSE)
    return False


def give_up(*tables: type[models.Model]) -> None:
    """Has PostgreSQL give up the room of what was removed from `tables`, unless somebody is doing so already."""
    for table in tables:
        connection = connections[router.db_for_write(table)]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'VACUUM (SKIP_LOCKED) "{table._meta.db_table}"')

"""What was removed from a SQLite database stands in no file of it any more.

Deleted rows are overwritten in the database itself (``secure_delete``), but its journal keeps pages as they were until
it begins anew. PostgreSQL is left to its own tools: docs/operating.md says what they are.
"""

import logging
import threading
from typing import Final

from django.db import connections

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

"""The ledger's tests begin on an empty ledger, and leave one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.rooms.ledger import rows

SCRATCH = (
    ("keys", "made", "name text"),
    ("default", "done", "name text, PRIMARY KEY (name)"),
    ("default", "later", "name text, FOREIGN KEY (name) REFERENCES done (name) DEFERRABLE INITIALLY DEFERRED"),
)


@pytest.fixture(scope="session")
def _scratch(_prepared: Path) -> None:
    """Tables of no room, for units of work to write to."""
    for alias, table, columns in SCRATCH:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"CREATE TABLE {table} ({columns})")


@pytest.fixture
def ledger(_scratch: None) -> Iterator[Path]:
    """An empty ledger, and the directory of its keys."""
    rows.empty()
    for alias, table, _ in reversed(SCRATCH):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    yield settings.TROTH_KEYS_DIR
    rows.empty()


@pytest.fixture
def sqlite(ledger: Path) -> Path:
    """An empty ledger on SQLite: asked for by tests of what only the committer does, which PostgreSQL has not."""
    return ledger

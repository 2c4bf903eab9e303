"""What the two SQLite databases of an installation say, whatever their files look like."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from troth.statement.canonical import digest
from troth.statement.loader import loads

# Numbers that the databases give, times that nobody signed, and what makes a form count once: nothing that happened
# hangs on them, as docs/verifying.md says.
OF_NO_ACCOUNT = {
    "ledger_tile": {"id"},
    "ledger_checkpoint": {"at"},
    "consent_choice": {"id"},
    "consent_supplement": {"id"},
    "consent_wish": {"id"},
    "use_used": {"id"},
    "use_crowd": {"id"},
    "use_token": {"id"},
    "statement_version": {"id"},
    "statement_turn": {"id"},
    "vault_sealed": {"id"},
    "vault_knownkey": {"name"},
    "collection_sent": {"key", "body", "not_kept"},
    "django_migrations": {"id", "applied"},
}
# Whether a name is written large or small, as text or as bytes, is all the same to the database; its own tables only
# number rows.
TABLES = """
    SELECT lower(CAST(name AS TEXT)) FROM sqlite_master
    WHERE lower(CAST(type AS TEXT)) = 'table' AND lower(CAST(name AS TEXT)) NOT LIKE 'sqlite%'
"""


def contents(directory: Path) -> dict[str, list[str]] | None:
    """Every row that counts, by table, and how the tables are made; None if the databases cannot be read."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return dict(_read(directory, Path(scratch)))
        except (sqlite3.DatabaseError, UnicodeDecodeError):  # its words about a damaged file need not be UTF-8
            return None


def _read(directory: Path, scratch: Path) -> Iterator[tuple[str, list[str]]]:
    for name in ("troth.sqlite3", "keys.sqlite3"):
        for file in (directory / name, directory / f"{name}-wal"):
            if file.exists():
                shutil.copy(file, scratch)
        with closing(sqlite3.connect(scratch / name)) as rows:
            rows.text_factory = bytes
            yield f"triggers of {name}", sorted(_said(rows, "SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
            for (table,) in rows.execute(TABLES).fetchall():
                yield f"columns of {table.decode()}", sorted(_columns(rows, table.decode()))
                yield table.decode(), sorted(_rows(rows, table.decode()))


def _said(rows: sqlite3.Connection, question: str) -> list[str]:
    return list(map(repr, rows.execute(question)))


def _columns(rows: sqlite3.Connection, table: str) -> Iterator[str]:
    for _, name, kind, held, _, key in rows.execute(f"PRAGMA table_info({table})"):
        yield f"{name.decode().lower()} {kind.decode().lower()} {held} {key}"


def _rows(rows: sqlite3.Connection, table: str) -> Iterator[str]:
    told = rows.execute(f"SELECT * FROM {table}")
    names = [column[0].lower() for column in told.description]
    silent = OF_NO_ACCOUNT.get(table, set())
    known = {ref for (ref,) in rows.execute("SELECT ref FROM vault_person")} if table == "consent_agreement" else set()
    for row in told:
        values = {name: value for name, value in zip(names, row, strict=True) if name not in silent}
        if table == "statement_version" and isinstance(values["source"], bytes):
            # What does not change the statement, such as a remark in its file, is no part of it.
            whole = loads(values["source"]).statement
            values["source"] = digest(whole) if whole else None
        if table == "consent_agreement" and values["person"] not in known:
            # Nobody but the person can tell any more what was committed to.
            del values["receipt"], values["digests"]
        yield repr(values)

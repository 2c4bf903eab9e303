"""Someone with every right on a site's databases, for whom triggers are no obstacle."""

import json
import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.support.site import Running

Ask = Callable[..., list[Any]]

ROOMS = ("collection", "consent", "ledger", "statement", "use", "vault")

_A_TIME = re.compile(r"\d{4}(-\d\d-\d\d \d\d:)")


@contextmanager
def asking(directory: Path, which: str = "database") -> Iterator[Ask]:
    """Asks the rows' database, or `keys_database`, anything: ``ask("… %s", value)``. No trigger is in the way."""
    with connected(directory, which) as ask:
        if configured(directory)[which] != "sqlite":
            ask("SET session_replication_role = replica")
            yield ask
            return
        triggers = ask("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in triggers:
            ask(f"DROP TRIGGER {name}")
        yield ask
        for _, statement in triggers:
            ask(statement)


@contextmanager
def changed_entry(site: Running, index: int) -> Iterator[None]:
    """One bit of the ledger entry at `index` is another one, until the end."""
    with asking(site.directory) as ask:
        ((data,),) = ask('SELECT data FROM ledger_entry WHERE "index" = %s', index)
        ask('UPDATE ledger_entry SET data = %s WHERE "index" = %s', other(data), index)
    yield
    with asking(site.directory) as ask:
        ask('UPDATE ledger_entry SET data = %s WHERE "index" = %s', bytes(data), index)


@contextmanager
def missing_entry(site: Running, index: int) -> Iterator[None]:
    """The ledger entry at `index` is gone, until the end."""
    with asking(site.directory) as ask:
        ((data, leaf),) = ask('SELECT data, leaf FROM ledger_entry WHERE "index" = %s', index)
        ask('DELETE FROM ledger_entry WHERE "index" = %s', index)
    yield
    with asking(site.directory) as ask:
        ask('INSERT INTO ledger_entry ("index", data, leaf) VALUES (%s, %s, %s)', index, bytes(data), bytes(leaf))


def ask_politely(site: Running, question: str) -> list[Any]:
    """What the database answers to somebody who leaves the triggers where they are."""
    with connected(site.directory) as ask:
        return ask(question)


def other(value: Any) -> Any:
    """Another value of the same kind, whatever database it came from."""
    if isinstance(value, bytes | memoryview):
        middle = len(value) // 2
        return bytes(value[:middle]) + bytes([value[middle] ^ 1]) + bytes(value[middle + 1 :])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1009
    if isinstance(value, datetime):
        return value + timedelta(days=1)
    return _other_text(value) if isinstance(value, str) else _other_json(value)


def _other_text(text: str) -> str:
    if text.startswith(("{", "[")):
        return _other_json(json.loads(text))
    if _A_TIME.match(text):
        return _A_TIME.sub(r"2019\1", text)
    return text[:-1] + ("a" if text[-1:] != "a" else "b")


def _other_json(value: Any) -> str:
    return json.dumps({**value, "other": "0" * 64} if isinstance(value, dict) else [*value, "other"])


@contextmanager
def connected(directory: Path, which: str = "database") -> Iterator[Ask]:
    """The same for somebody who leaves the triggers where they are."""
    database = configured(directory)[which]
    if database == "sqlite":
        file = directory / {"database": "troth.sqlite3", "keys_database": "keys.sqlite3"}[which]
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as rows:
            yield lambda question, *values: rows.execute(question.replace("%s", "?"), values).fetchall()
    else:
        with psycopg.connect(database, autocommit=True) as connection:
            yield lambda question, *values: _fetched(connection.execute(question, values))


def _fetched(cursor: psycopg.Cursor[Any]) -> list[Any]:
    return cursor.fetchall() if cursor.description else []


def configured(directory: Path) -> dict[str, Any]:
    """What `troth.toml` says of the store."""
    store: dict[str, Any] = tomllib.loads((directory / "troth.toml").read_text("utf-8"))["store"]
    return store


def kept(value: Any) -> Any:
    """The same value, as a database takes it again."""
    return json.dumps(value) if isinstance(value, dict | list) else value


def columns(directory: Path) -> dict[str, tuple[str, ...]]:
    """Every table of a room in the rows' database, with its columns."""
    with connected(directory) as ask:
        if configured(directory)["database"] == "sqlite":
            tables = ask("SELECT name FROM sqlite_master WHERE type = 'table'")
            read = [(table, row[1]) for (table,) in tables for row in ask(f"PRAGMA table_info({table})")]
        else:
            read = ask("SELECT table_name, column_name FROM information_schema.columns ORDER BY ordinal_position")
    found: dict[str, tuple[str, ...]] = {}
    for table, column in read:
        if table.partition("_")[0] in ROOMS:
            found[table] = (*found.get(table, ()), column)
    return found

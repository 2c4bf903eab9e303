"""Someone with every right on a site's database, for whom triggers are no obstacle."""

import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from tests.support.site import Running

Ask = Callable[[str, Sequence[Any]], list[Any]]


@contextmanager
def changed_entry(site: Running, index: int) -> Iterator[None]:
    """One bit of the ledger entry at `index` is another one, until the end."""
    with _asking(site) as ask:
        ((data,),) = ask('SELECT data FROM ledger_entry WHERE "index" = %s', [index])
        altered = bytes([data[0], data[1] ^ 1]) + bytes(data[2:])
        ask('UPDATE ledger_entry SET data = %s WHERE "index" = %s', [altered, index])
    yield
    with _asking(site) as ask:
        ask('UPDATE ledger_entry SET data = %s WHERE "index" = %s', [bytes(data), index])


@contextmanager
def missing_entry(site: Running, index: int) -> Iterator[None]:
    """The ledger entry at `index` is gone, until the end."""
    with _asking(site) as ask:
        ((data, leaf),) = ask('SELECT data, leaf FROM ledger_entry WHERE "index" = %s', [index])
        ask('DELETE FROM ledger_entry WHERE "index" = %s', [index])
    yield
    with _asking(site) as ask:
        ask('INSERT INTO ledger_entry ("index", data, leaf) VALUES (%s, %s, %s)', [index, bytes(data), bytes(leaf)])


def ask_politely(site: Running, question: str) -> list[Any]:
    """What the database answers to somebody who leaves the triggers where they are."""
    with _connected(site) as ask:
        return ask(question, [])


@contextmanager
def _asking(site: Running) -> Iterator[Ask]:
    with _connected(site) as ask:
        if _database(site) == "sqlite":
            triggers = ask("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", [])
            for name, _ in triggers:
                ask(f"DROP TRIGGER {name}", [])
            yield ask
            for _, statement in triggers:
                ask(statement, [])
        else:
            ask("ALTER TABLE ledger_entry DISABLE TRIGGER USER", [])
            yield ask
            ask("ALTER TABLE ledger_entry ENABLE TRIGGER USER", [])


@contextmanager
def _connected(site: Running) -> Iterator[Ask]:
    database = _database(site)
    if database == "sqlite":
        with closing(sqlite3.connect(site.directory / "troth.sqlite3", timeout=30, isolation_level=None)) as rows:
            yield lambda question, values: rows.execute(question.replace("%s", "?"), values).fetchall()
    else:
        with psycopg.connect(database, autocommit=True) as connection:
            yield lambda question, values: _fetched(connection.execute(question, values))


def _fetched(cursor: psycopg.Cursor[Any]) -> list[Any]:
    return cursor.fetchall() if cursor.description else []


def _database(site: Running) -> str:
    configuration = tomllib.loads((site.directory / "troth.toml").read_text("utf-8"))
    name: str = configuration["store"]["database"]
    return name

"""What the disk gives: how long one durable commit takes, of which every unit of work needs one."""

import sqlite3
import time
from pathlib import Path
from statistics import median

from bench.table import Row

_TIMES = 200


def rows(directory: Path) -> list[Row]:
    """A commit of one row to each of two databases, kept as an installation keeps its rows and its keys."""
    databases = [_database(directory / name) for name in ("keys.sqlite3", "rows.sqlite3")]
    taken = []
    for number in range(_TIMES):
        for database in databases:
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO kept VALUES (?)", [b"%0100d" % number])
        begun = time.perf_counter()
        for database in databases:
            database.execute("COMMIT")
        taken.append((time.perf_counter() - begun) * 1000)
    for database in databases:
        database.close()
    taken.sort()
    figure = f"{median(taken):.2f} ms, p99 {taken[_TIMES * 99 // 100]:.1f} ms"
    return [Row("two durable commits, rows and keys, on this disk", figure)]


def _database(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE kept (value BLOB)")
    return database

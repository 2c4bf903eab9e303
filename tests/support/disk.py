"""What a site has on disk, and how to show that something refused is not among it."""

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from tests.support.databases import SERVER
from tests.support.outsider import Log
from tests.support.site import Running

# Between the time of day and what a file system writes beside a file.
CLOCKS_DIFFER_BY = 1.0


def files(site: Running) -> set[Path]:
    """The sealed files that the site keeps."""
    return set(_below(site.directory / "files"))


def traces(site: Running, *words: str, since: float = 0) -> dict[str, list[str]]:
    """Everything of the site on disk in which one of `words` stands: rows, logs of the database, files, output.

    What was last written before `since` is not read again: nothing that was typed later can stand in it.
    """
    found: dict[str, list[str]] = {}
    for file in _everything(site):
        try:
            if file.stat().st_mtime < since:
                continue
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # a database may finish a file of its own meanwhile
        for word in words:
            if any(word.encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
                found.setdefault(word, []).append(str(file))
    return found


@contextmanager
def nothing_kept(client: httpx.Client, site: Running, *typed: str) -> Iterator[None]:
    """What happens inside leaves no entry in the ledger, no file, and `typed` nowhere on disk."""
    since = time.time() - CLOCKS_DIFFER_BY
    log, kept = Log(client, site), files(site)
    before = log.settled()
    yield
    assert log.since(before) == []
    assert files(site) == kept
    assert traces(site, *typed, since=since) == {}


def _everything(site: Running) -> Iterator[Path]:
    yield site.output
    yield from _below(site.directory)
    if SERVER in os.environ:
        yield from _of_server(site)


def _of_server(site: Running) -> Iterator[Path]:
    """Everything of the database server but the databases of other sites."""
    configuration = (site.directory / "troth.toml").read_text("utf-8")
    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SHOW data_directory").fetchone()
        question = "SELECT oid::text FROM pg_database WHERE position(datname IN %s) = 0"
        others = {oid for (oid,) in connection.execute(question, [configuration])}
    assert row
    data = Path(row[0])
    yield from _below(data, without={data / "base" / oid for oid in others})


def _below(directory: Path, *, without: Collection[Path] = ()) -> Iterator[Path]:
    # A directory that goes while it is being looked through is passed over.
    for place, within, names in os.walk(directory):
        within[:] = [name for name in within if Path(place, name) not in without]
        yield from (file for name in names if (file := Path(place, name)).is_file())

"""A PostgreSQL server of a test's own, to be killed. Unlike the one that all tests share, it keeps what it says."""

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from subprocess import SubprocessError
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.support.databases import SETTINGS, Databases, started
from tests.support.waiting import until

# Recovery syncs the whole file system with one call, and not each of a thousand files by itself: as safe, and quicker.
QUICK = "recovery_init_sync_method = syncfs\n"


class Server:
    """One server and the databases made on it."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._uri: str = server.get_uri()

    def fresh(self) -> Databases:
        """Databases nobody has used."""
        return Databases(self._created(), self._created())

    def kill_backend(self, databases: Databases) -> None:
        """Kills one process that serves these databases: the server ends all the others and recovers by itself."""
        names = [urlsplit(uri).path[1:] for uri in databases]
        with self._connected() as connection:
            question = "SELECT pid FROM pg_stat_activity WHERE datname = ANY(%s) AND backend_type = 'client backend'"
            backends = [pid for (pid,) in connection.execute(question, [names])]
        os.kill(secrets.choice(backends), signal.SIGKILL)

    def stop_at_once(self) -> None:
        """Immediate shutdown: nothing is finished, nothing written; what was committed is in its log."""
        process = self._server.get_postmaster_info().process
        os.kill(process.pid, signal.SIGQUIT)
        until(lambda: not process.is_running(), "the end of the database server")

    def start(self) -> None:
        """Starts again and recovers."""
        until(self._started, "the start of the database server")

    @contextmanager
    def away(self) -> Iterator[None]:
        """It is shut down at once, and started at the end."""
        self.stop_at_once()
        try:
            yield
        finally:
            self.start()

    def _started(self) -> bool:
        # It waits for ten seconds at most, which a busy machine may exceed.
        with suppress(SubprocessError, AssertionError):
            self._server.ensure_postgres_running()
            return True
        return False

    def _created(self) -> str:
        name = f"troth_{secrets.token_hex(6)}"
        with self._connected() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return urlsplit(self._uri)._replace(path=f"/{name}").geturl()

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._uri, autocommit=True)


@contextmanager
def own_server() -> Iterator[Server]:
    """A server that is there until the end and then gone with all that it held."""
    server = started(SETTINGS + QUICK)
    try:
        yield Server(server)
    finally:
        server.cleanup()

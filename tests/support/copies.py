"""An installation at rest, and a copy of it to be altered, verified, and made anew for the next test."""

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.support import tampering
from tests.support.databases import SERVER
from tests.support.verifying import Answer, Verifier

STORES = {"database": "troth.sqlite3", "keys_database": "keys.sqlite3"}


class Copy:
    """A copy of the installation `original`, which nobody serves; it stands in `directory`."""

    def __init__(self, original: Path, directory: Path) -> None:
        self.original = original
        self.directory = directory
        copied(original, directory)
        self._verifier = Verifier(directory)
        self._altered: set[str] = set()

    def renew(self) -> None:
        """Makes the copy again what the original is."""
        for name in self._altered - STORES.keys():
            shutil.rmtree(self.directory / name)
            shutil.copytree(self.original / name, self.directory / name)
        for which in self._altered & STORES.keys():
            _put(self.original, self.directory, which)
        self._altered.clear()

    def altering(self, which: str = "database") -> AbstractContextManager[tampering.Ask]:
        """Somebody at work on one of the copy's databases."""
        self._altered.add(which)
        return tampering.asking(self.directory, which)

    def asking(self, which: str = "database") -> AbstractContextManager[tampering.Ask]:
        """Somebody who leaves the triggers where they are, unless they ask for that."""
        self._altered.add(which)
        return tampering.connected(self.directory, which)

    def altering_files(self, name: str) -> Path:
        """One of the copy's directories, for somebody at work there."""
        self._altered.add(name)
        return self.directory / name

    def put_back(self, which: str, older: Path) -> None:
        """Puts a database of the installation `older` in the place of the copy's own."""
        self._altered.add(which)
        _put(older, self.directory, which)

    def verify(self, *arguments: object) -> Answer:
        """What `troth verify` answers; it never falls over."""
        answer = self._verifier(*arguments)
        assert answer.status in (0, 1), answer.errors
        assert "Traceback" not in answer.errors, answer.errors
        return answer

    def is_found(self, *names: str, by: tuple[object, ...] = ()) -> None:
        """Verification fails and says all that `names` says."""
        answer = self.verify(*by)
        said = answer.output + answer.errors
        assert answer.status == 1, said
        assert [name for name in names if name not in said] == [], said

    def verifies(self, *arguments: object) -> None:
        """Verification finds nothing."""
        answer = self.verify(*arguments)
        assert (answer.status, answer.errors) == (0, ""), answer.output + answer.errors

    def close(self) -> None:
        """Nobody verifies any more."""
        self._verifier.close()


def copied(original: Path, directory: Path) -> None:
    """Makes `directory` a copy of the installation `original`, with databases of its own."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(original, directory)
    settings = (directory / "troth.toml").read_text("utf-8")
    for which in STORES:
        name = tampering.configured(original)[which]
        if name != "sqlite":
            parts = urlsplit(name)
            settings = settings.replace(name, parts._replace(path=f"{parts.path}_{directory.name}").geturl())
    (directory / "troth.toml").write_text(settings, "utf-8")
    for which in STORES:
        _put(original, directory, which)


def _put(original: Path, directory: Path, which: str) -> None:
    """Puts the database of `original` in the place of that of `directory`."""
    name, own = tampering.configured(original)[which], tampering.configured(directory)[which]
    if name == "sqlite":
        for file in directory.glob(f"{STORES[which]}*"):
            file.unlink()
        for file in original.glob(f"{STORES[which]}*"):
            shutil.copy(file, directory)
        return
    copy, template = (sql.Identifier(urlsplit(one).path.strip("/")) for one in (own, name))
    with psycopg.connect(os.environ[SERVER], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(copy, template))

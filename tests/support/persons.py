"""Somebody whose information a site holds, and everything of them that a disk could give away."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support import points
from tests.support.points import described, submission
from tests.support.site import Running
from tests.support.tampering import connected

POINT, CONTENT = "support", b"CONTENT OF SOMEBODY'S LOG "


@dataclass(frozen=True)
class Somebody:
    """Their reference, the record and receipt of what they gave, and the words in it."""

    person: str
    record: str
    receipt: str
    words: tuple[str, ...]

    @property
    def address(self) -> str:
        """The address they gave."""
        return self.words[1]


def somebody(client: httpx.Client, site: Running) -> Somebody:
    """A new person gives everything that support asks for, a file with it."""
    mark = secrets.token_hex(8)
    words = (f"Quixwood {mark}", f"{mark}@example.com", f"the otter {mark} sleeps", f"file {mark}")
    asked = described(client, site, POINT)
    given = points.answers(asked["shown"])
    given.fields |= {"name": words[0], "email": words[1], "message": words[2]}
    given.files["log-file"] = (f"{mark}.log", CONTENT * 4000 + words[3].encode(), "text/plain")
    told = points.taken(points.post(client, site, POINT, submission(asked, given), given.files))
    record = told["receipt"].rstrip("/").rpartition("/")[2]
    return Somebody(told["person"], record, told["receipt"], words)


def marks(directory: Path, one: Somebody) -> dict[str, bytes]:
    """What is held of `one` in the databases: the look-up index, the wrapped key, each sealed value, by what it is."""
    found = {}
    with connected(directory) as ask:
        for name, value in ask("SELECT field, sealed FROM vault_sealed WHERE person = %s", one.person):
            found[f"value {name}"] = bytes(value)[:48]
        for (index,) in ask('SELECT "index" FROM vault_lookup WHERE person = %s', one.person):
            found["index"] = bytes(index)
    with connected(directory, "keys_database") as ask:
        for (wrapped,) in ask("SELECT wrapped FROM vault_personkey WHERE person = %s", one.person):
            if wrapped:
                found["key"] = bytes(wrapped)
    return found


def stands(directory: Path, found: dict[str, bytes]) -> dict[str, list[str]]:
    """In which files of `directory` each of these stands, or most of it."""
    where: dict[str, list[str]] = {}
    for file in sorted(one for one in directory.rglob("*") if one.is_file()):
        content = b""
        with suppress(FileNotFoundError):  # swept at this moment
            content = file.read_bytes()
        for name, mark in found.items():
            if mark[:16] in content or mark[-16:] in content:
                where.setdefault(name, []).append(str(file.relative_to(directory)))
    return where


def files_of(directory: Path, one: Somebody) -> list[str]:
    """The references of the files that values of `one` name."""
    with connected(directory) as ask:
        return [ref for (ref,) in ask("SELECT file FROM vault_sealed WHERE person = %s AND file <> ''", one.person)]

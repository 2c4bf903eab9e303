"""Everything that a site keeps, read from its databases and its directory by somebody who uses none of its code."""

import json
import sqlite3
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg

from tests.support import points

CHUNK, TAG = 64 * 1024, 16


class Agreement(NamedTuple):
    """The row of one submission."""

    record: str
    person: str
    digests: dict[str, str]
    leaf: bytes


@dataclass
class Kept:
    """The rows of one moment, and the files beside them."""

    agreements: dict[str, Agreement]
    sealed: dict[str, dict[str, bytes]]
    choices: Counter[str]
    entries: dict[bytes, dict[str, Any]]
    sent: dict[str, bytes]
    people: set[str]
    found_by_address: set[str]
    keys: set[str]
    named_files: set[str]
    files: dict[str, int]

    def halves(self) -> list[str]:
        """Everything of which one part is there and another is not."""
        return [*self._of_submissions(), *self._of_entries(), *self._of_people(), *self._of_files()]

    def _of_submissions(self) -> Iterator[str]:
        for record, one in self.agreements.items():
            held = self.sealed.get(record, {}).keys()
            if held != one.digests.keys():
                yield f"{record}: its values are not those that were agreed on: {sorted(held)}, {sorted(one.digests)}"
            entry = self.entries.get(one.leaf)
            if entry is None:
                yield f"{record}: no entry tells of it"
            elif (sorted(one.digests), len(entry["choices"])) != (entry["fields"], self.choices[record]):
                yield f"{record}: its entry tells of other fields or choices"
        for what, records in (("values", self.sealed), ("choices", self.choices), ("a key", self.sent)):
            yield from (f"{record}: {what}, and no agreement" for record in records.keys() - self.agreements.keys())

    def _of_entries(self) -> Iterator[str]:
        agreed = {one.leaf for one in self.agreements.values()}
        collected = {leaf for leaf, entry in self.entries.items() if entry["kind"] == "collected"}
        yield from (f"entry {leaf.hex()}: no agreement" for leaf in collected - agreed)
        for record, leaf in self.sent.items():
            if record in self.agreements and self.agreements[record].leaf != leaf:
                yield f"{record}: its idempotency key answers with another entry"

    def _of_people(self) -> Iterator[str]:
        agreed = {one.person for one in self.agreements.values()}
        yield from (f"person {ref}: agreed to nothing" for ref in self.people - agreed)
        yield from (f"person {ref}: agreed, and is not there" for ref in agreed - self.people)
        yield from (f"person {ref}: has no key" for ref in self.people - self.keys)
        yield from (f"person {ref}: is found, and is not there" for ref in self.found_by_address - self.people)

    def _of_files(self) -> Iterator[str]:
        whole = len(points.PDF) + TAG * (1 + len(points.PDF) // CHUNK)
        for ref in self.named_files:
            if self.files.get(ref) != whole:
                yield f"file {ref}: a value names it, and {self.files.get(ref)} of its {whole} bytes are there"

    def of_nobody(self) -> set[str]:
        """Files that no value names."""
        return self.files.keys() - self.named_files


def kept(directory: Path) -> Kept:
    """What the installation in `directory` keeps now, whether somebody serves it or nobody does."""
    with _reading(directory, "database", "troth.sqlite3") as ask:
        agreements = [
            Agreement(record, person, json.loads(digests), bytes(leaf))
            for record, person, digests, leaf in ask(
                "SELECT record, person, CAST(digests AS text), leaf FROM consent_agreement"
            )
        ]
        sealed: dict[str, dict[str, bytes]] = defaultdict(dict)
        for record, name, value in ask("SELECT record, field, sealed FROM vault_sealed"):
            sealed[record][name] = bytes(value)
        standing = [*ask("SELECT leaf, data FROM ledger_entry"), *ask("SELECT leaf, data FROM ledger_pending")]
        assert len({bytes(leaf) for leaf, _ in standing}) == len(standing), "an entry stands twice"
        found = Kept(
            agreements={one.record: one for one in agreements},
            sealed=dict(sealed),
            choices=Counter(record for (record,) in ask("SELECT record FROM consent_choice")),
            entries={bytes(leaf): json.loads(bytes(data)) for leaf, data in standing},
            sent={record: bytes(leaf) for record, leaf in ask("SELECT record, leaf FROM collection_sent")},
            people={ref for (ref,) in ask("SELECT ref FROM vault_person")},
            found_by_address={ref for (ref,) in ask("SELECT person FROM vault_lookup")},
            keys=set(),
            named_files={ref for (ref,) in ask("SELECT file FROM vault_sealed WHERE file <> ''")},
            files={},
        )
    with _reading(directory, "keys_database", "keys.sqlite3") as ask:
        found.keys = {ref for (ref,) in ask("SELECT person FROM vault_personkey")}
    found.files = {one.name: one.stat().st_size for one in (directory / "files").glob("*/*")}
    return found


@contextmanager
def _reading(directory: Path, setting: str, file: str) -> Iterator[Any]:
    """Asks one database as it is at one moment."""
    name = tomllib.loads((directory / "troth.toml").read_text("utf-8"))["store"][setting]
    if name == "sqlite":
        uri = f"file:{quote(str(directory / file))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None)) as rows:
            rows.execute("BEGIN")
            yield lambda question: rows.execute(question).fetchall()
    else:
        with psycopg.connect(name) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda question: connection.execute(question).fetchall()

"""A site in which everything has happened that can: two versions, submissions with files and choices, some over.

It is at rest: nobody serves it any more.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support import forked, points, versions
from tests.support.copies import copied
from tests.support.databases import Databases
from tests.support.outsider import Log
from tests.support.site import Running, http
from tests.support.tampering import connected
from tests.support.waiting import until

# Asks for a file; offers a choice; is kept for no time at all.
POINTS = ("support", "newsletter", "quote")
WAVES = 3


@dataclass(frozen=True)
class Submission:
    """Where one submission stands."""

    record: str
    person: str
    index: int
    leaf: bytes


@dataclass(frozen=True)
class Lived:
    """The installation's directory and an older copy of it, every checkpoint it signed by size, and its submissions.

    These are by point, the oldest first.
    """

    directory: Path
    older: Path
    checkpoints: dict[int, str]
    submissions: dict[str, list[Submission]]

    @property
    def newest(self) -> str:
        """The last checkpoint it signed."""
        return self.checkpoints[max(self.checkpoints)]

    def named(self, which: int = -1) -> dict[str, object]:
        """The submission `which` of each point by the point's name, and the size of the log."""
        return {point: made[which] for point, made in self.submissions.items()} | {"size": max(self.checkpoints)}


def lived(directory: Path, databases: Databases, *, killed: bool = False) -> Lived:
    """Founds a site, lets all this happen, and stops it; or kills it, so that its databases are as they were in use."""
    example = directory / "example"
    example.mkdir(parents=True)
    (example / "statement.yaml").write_bytes(versions.statement(_keep_no_quote))
    site = Running.new(str(example), directory / "site", databases)
    site.stop()
    settings = site.directory / "troth.toml"
    settings.write_text(f"retention_every = 1\n{settings.read_text('utf-8')}", "utf-8")
    forked.settle(site.directory)
    records: dict[str, list[str]] = {point: [] for point in POINTS}
    for wave in range(WAVES):
        try:
            site.start()
            _live(site, wave, records)
        finally:
            site.stop()
        if wave == 0:
            copied(site.directory, directory / "older")
            versions.publish(site, _another, "today")
    if killed:
        _one_more(site)
    copied(site.directory, directory / "rest")
    site.close()
    return _read(directory, records)


def _one_more(site: Running) -> None:
    """Somebody gives something, and the server is killed before its clean-up empties the databases' logs again."""
    settings = site.directory / "troth.toml"
    settings.write_text(settings.read_text("utf-8").replace("retention_every = 1\n", ""), "utf-8")
    rounds = site.printed().count("retention finished")
    site.start()
    until(lambda: site.printed().count("retention finished") > rounds, "the first clean-up")
    with http() as client:
        points.receipt(client, points.taken(points.give(client, site, "newsletter"))["receipt"])
    site.kill()


def _keep_no_quote(plain: dict[str, Any]) -> None:
    for purpose in ("prepare-quote", "prefill"):
        plain["purposes"][purpose]["retention"] = "P0D"


def _another(plain: dict[str, Any]) -> None:
    _keep_no_quote(plain)
    versions.reword(2)(plain)


def _live(site: Running, wave: int, records: dict[str, list[str]]) -> None:
    with http() as client:
        for point in POINTS:
            records[point].append(_given(client, site, point, f"{point}-{wave}"))
        until(lambda: _expired(client, site) == wave + 1, "what is over ends")


def _given(client: httpx.Client, site: Running, point: str, key: str) -> str:
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"])
    body = points.submission(asked, given)
    answer = points.post(client, site, point, body, given.files, Idempotency_Key=key * 3)
    record: str = points.taken(answer)["receipt"].rstrip("/").rpartition("/")[2]
    return record


def _expired(client: httpx.Client, site: Running) -> int:
    return sum(entry["persons"] for entry in Log(client, site).entries() if entry["kind"] == "expired")


def _read(directory: Path, records: dict[str, list[str]]) -> Lived:
    with connected(directory / "site") as ask:
        found = {
            record: Submission(record, person, index, bytes(leaf))
            for record, person, index, leaf in ask(
                'SELECT record, person, "index", consent_agreement.leaf FROM consent_agreement'
                " JOIN ledger_entry ON ledger_entry.leaf = consent_agreement.leaf"
            )
        }
        checkpoints = dict(ask("SELECT size, note FROM ledger_checkpoint"))
    submissions = {point: [found[one] for one in told] for point, told in records.items()}
    return Lived(directory / "rest", directory / "older", checkpoints, submissions)

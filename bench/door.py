"""The doors: whole submissions, sealed, recorded and durable, and pages, against an empty Django view."""

import itertools
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from bench import load
from bench.load import Taken
from bench.table import Row, told
from bench.watched import run
from tests.support import databases
from tests.support.site import TROTH, Running

CONNECTIONS, SECONDS, ROUNDS = 32, 4, 4
MORE = 100_000
_POINT = "/api/v1/collect/newsletter"


def rows(directory: Path) -> list[Row]:
    """`POST /api/v1/collect/newsletter` with two fields and one choice, on both databases, and the statement page."""
    with _postgresql(), served(directory / "sqlite") as sqlite:
        resting = _memory(sqlite)
        with served(directory / "postgresql", "postgresql") as postgresql:
            doors = _measured(sqlite, postgresql)
        return [*doors, Row.within("server at rest, just started", resting, 120, "MB"), *_grown(sqlite)]


@dataclass
class Door:
    """Something to send to, and what it did in each round."""

    send: Callable[[], Taken]
    rounds: list[Taken] = field(default_factory=list)

    def over(self, floor: "Door") -> float:
        """The median of the ratios, round by round: a noisy minute slows both."""
        return median(ours.per_second / bare.per_second for ours, bare in zip(self.rounds, floor.rounds, strict=True))

    @property
    def whole(self) -> Taken:
        return sum(self.rounds[1:], self.rounds[0])


def _measured(sqlite: Running, postgresql: Running) -> list[Row]:
    empty = Door(nothing)
    taken, also = Door(_submitting(sqlite)), Door(_submitting(postgresql))
    page = Door(lambda: sent(sqlite.port, itertools.repeat(load.get("/privacy/", host(sqlite)))))
    for number in range(ROUNDS + 1):
        told(f"       doors, round {number} of {ROUNDS}")
        for door in (empty, taken, also, page):
            door.rounds.append(door.send())
    for door in (empty, taken, also, page):
        del door.rounds[0]  # everything was new in that one
        assert len(door.whole.statuses) == 1, door.whole.statuses
    against, what = f"empty view {empty.whole.per_second:,.0f}/s", "submission taken, durable"
    busy = f"{empty.whole.busy:.0%} of a core at the empty view, {taken.whole.busy:.0%} at submissions"
    return [
        Row.compared(f"{what}, SQLite", f"{taken.whole.per_second:,.0f}/s", against, taken.over(empty), 0.4),
        Row.within(f"{what}, SQLite, p99", taken.whole.p99, 50, "ms", f"empty view {empty.whole.p99:.0f} ms"),
        Row.compared(f"{what}, PostgreSQL", f"{also.whole.per_second:,.0f}/s", against, also.over(empty), 0.3),
        Row(f"{what}, PostgreSQL, p99", f"{also.whole.p99:.0f} ms", f"empty view {empty.whole.p99:.0f} ms"),
        Row.compared("statement page", f"{page.whole.per_second:,.0f}/s", against, page.over(empty)),
        Row("what the load itself takes", busy),
    ]


def _grown(site: Running) -> list[Row]:
    """Memory and rate as the store grows, then how fast all of it verifies."""
    told(f"       {MORE:,} more submissions")
    requests = _submissions(site)
    held, before = _size(site), _memory(site)
    tenth = MORE // 10
    parts = [load.run(site.port, requests, connections=CONNECTIONS, answers=tenth) for _ in range(10)]
    assert set(sum(parts[1:], parts[0]).statuses) == {b"201"}
    after, first, last = _memory(site), parts[0].per_second, parts[-1].per_second
    return [
        Row(f"server after {MORE:,} more submissions", f"{after:.0f} MB", f"{before:.0f} MB after {held:,}",
            after / before, "at most 1.05", after / before <= 1.05),
        Row(f"submission taken, the last of {held + MORE:,}", f"{last:,.0f}/s", f"{first:,.0f}/s after {held:,}",
            last / first),
        *_verified(site),
    ]  # fmt: skip


def _verified(site: Running) -> Iterator[Row]:
    for how, where in (("--data", str(site.directory)), ("--url", site.url)):
        told(f"       troth verify {how}")
        seconds, size = run([str(TROTH), "verify", how, where]).seconds, _size(site)
        yield Row(f"`troth verify {how}` of {size:,} entries", f"{seconds:.1f} s, {size / seconds:,.0f}/s")


def nothing() -> Taken:
    """The empty view, begun anew so that it has as many threads as there are connections, like the door beside it.

    Once threads were idle for a while they end, and with two of them left an empty view does nearly twice as many:
    they do not get in each other's way. A door where everybody waits for a commit needs one for each.
    """
    with _floor() as port:
        requests = itertools.repeat(load.get("/", "127.0.0.1"))
        load.run(port, requests, connections=CONNECTIONS, seconds=1)
        return sent(port, requests)


def sent(port: int, requests: Iterator[bytes]) -> Taken:
    return load.run(port, requests, connections=CONNECTIONS, seconds=SECONDS)


def _submitting(site: Running) -> Callable[[], Taken]:
    requests = _submissions(site)
    return lambda: sent(site.port, requests)


_numbers = itertools.count(10_000_000)


def _submissions(site: Running) -> Iterator[bytes]:
    """One request after the other, each of somebody new. All are of one length, so that only a number is put in."""
    shown = json.loads(fetched(f"{site.url}{_POINT}"))["digest"]
    body = {
        "fields": {"email": "person########@example.com", "name": "Lin Mei-hua"},
        "choices": {"newsletter": True},
        "language": "en",
        "shown": shown,
    }
    before, after = load.post(_POINT, host(site), json.dumps(body).encode()).split(b"########")
    return (b"%b%d%b" % (before, number, after) for number in _numbers)


def host(site: Running) -> str:
    return f"127.0.0.1:{site.port}"


def _size(site: Running) -> int:
    return int(fetched(f"{site.url}/log/checkpoint").split(b"\n")[1])


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        found: bytes = answer.read()
    return found


def _memory(site: Running) -> float:
    """Resident memory in MB of everything the server runs, shared pages counted once."""
    time.sleep(2)  # what the last answers held is let go
    own = [one for one in psutil.process_iter(["cmdline"]) if str(site.directory) in (one.info["cmdline"] or [])]
    every = {one.pid: one for process in own for one in (process, *process.children(recursive=True))}
    return float(sum(one.memory_full_info().pss for one in every.values())) / 1e6


@contextmanager
def served(directory: Path, kind: str = "sqlite", example: str = "infortrend") -> Iterator[Running]:
    site = Running.new(example, directory, databases.fresh(kind))
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def _postgresql() -> Iterator[None]:
    stop = databases.start(durable=True)
    try:
        yield
    finally:
        stop()


@contextmanager
def _floor() -> Iterator[int]:
    port = 18765
    process = subprocess.Popen([sys.executable, "-m", "bench.floor", str(port)])
    try:
        for _ in range(100):
            time.sleep(0.1)
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/")
            except OSError:
                continue
            break
        yield port
    finally:
        process.terminate()
        process.wait()

"""Recording a choice: durable and in the ledger, beside an empty view and c15t's backend on SQLite, in turns.

`npm ci` in bench/c15t installs that; without it there is no figure to set ours against.
"""

import itertools
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import load
from bench.door import ROUNDS, Door, fetched, host, nothing, sent, served
from bench.table import Row, told
from tests.support.site import Running, free_port

_CHOICES: Final = "/api/v1/choices"
_SUBJECTS: Final = "/api/c15t/subjects"
_PEER: Final = Path(__file__).parent / "c15t"
_WITHIN: Final = 30


def rows(directory: Path) -> list[Row]:
    """`POST /api/v1/choices` of one server process, 32 connections, as pages send it."""
    with served(directory / "sqlite") as site, _peer(directory / "c15t.sqlite3") as port:
        ours, theirs = _choices(site), _subjects(port)
        empty, choice = Door(nothing), Door(lambda: sent(site.port, ours))
        peer = Door(lambda: sent(port, theirs))
        for number in range(ROUNDS + 1):
            told(f"       choices, round {number} of {ROUNDS}")
            for door in (empty, choice, peer):
                door.rounds.append(door.send())
    for door in (empty, choice, peer):
        del door.rounds[0]  # everything was new in that one
        assert len(door.whole.statuses) == 1, door.whole.statuses
    what, figure = "choice recorded, durable, SQLite", f"{choice.whole.per_second:,.0f}/s"
    bare, other = (f"{one.whole.per_second:,.0f}/s" for one in (empty, peer))
    return [
        Row.compared(what, figure, f"empty view {bare}", choice.over(empty), 0.4),
        Row.compared(what, figure, f"c15t's backend {other}", choice.over(peer), 8),
        Row.within(f"{what}, p99", choice.whole.p99, 50, "ms", f"c15t's backend {peer.whole.p99:.0f} ms"),
    ]


def _choices(site: Running) -> Iterator[bytes]:
    """A choice as a page sends it, over and over: each is one of its own."""
    asked = json.loads(fetched(f"{site.url}{_CHOICES}"))
    body = {"choices": {one["id"]: True for one in asked["purposes"]}, "digest": asked["digest"], "language": "en"}
    return itertools.repeat(load.post(_CHOICES, host(site), json.dumps(body).encode()))


def _subjects(port: int) -> Iterator[bytes]:
    """A choice as c15t's script sends it, each of somebody new; its references know no zero."""
    body = {
        "type": "cookie_banner",
        "subjectId": "sub_########",
        "domain": "example.com",
        "preferences": {"necessary": True, "measurement": True, "marketing": False},
        "givenAt": int(time.time() * 1000),
    }
    before, after = load.post(_SUBJECTS, f"127.0.0.1:{port}", json.dumps(body).encode()).split(b"########")
    numbers = (f"{number:08d}".replace("0", "x").encode() for number in itertools.count(10_000_000))
    return (before + number + after for number in numbers)


@contextmanager
def _peer(file: Path) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(["node", "server.mjs", str(port), str(file)], cwd=_PEER)
    try:
        end = time.monotonic() + _WITHIN
        while not listens(port):
            assert process.poll() is None, "c15t's backend did not start: run `npm ci` in bench/c15t"
            assert time.monotonic() < end
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

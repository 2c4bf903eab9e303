"""Beacons, beside an empty view in turns; and what counting visits costs the pages themselves."""

import itertools
import json
import os
import sys
from pathlib import Path

from bench import load
from bench.door import ROUNDS, Door, host, nothing, sent, served
from bench.table import Row, told
from bench.watched import run
from tests.support.beacons import FIREFOX
from tests.support.site import Running
from tests.support.tampering import connected


def rows(directory: Path) -> list[Row]:
    """`POST /visit` of one server process, 32 connections, as pages send it; then pages with and without counting."""
    with served(directory / "sqlite", example="synology-2006") as site:
        beacons = itertools.repeat(_beacon(site))
        empty, beacon = Door(nothing), Door(lambda: sent(site.port, beacons))
        for number in range(ROUNDS + 1):
            told(f"       beacons, round {number} of {ROUNDS}")
            for door in (empty, beacon):
                door.rounds.append(door.send())
    taken = sum(len(one.latencies) for one in beacon.rounds)
    with connected(site.directory) as ask:
        ((kept,),) = ask("SELECT COUNT(*) FROM visits_seen")
    for door in (empty, beacon):
        del door.rounds[0]  # everything was new in that one
        assert len(door.whole.statuses) == 1, door.whole.statuses
    assert b"204" in beacon.whole.statuses
    what, bare = "beacon taken", f"empty view {empty.whole.per_second:,.0f}/s"
    ratios = [a.per_second / b.per_second for a, b in zip(beacon.rounds, empty.rounds, strict=True)]
    against = f"{bare}; {min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds"
    return [
        Row.compared(what, f"{beacon.whole.per_second:,.0f}/s", against, beacon.over(empty), 0.8),
        Row(f"{what}, p99", f"{beacon.whole.p99:.0f} ms", f"empty view {empty.whole.p99:.0f} ms"),
        Row("beacons taken that became visits", f"{kept / taken:.0%}", f"{taken:,} in all"),
        _pages(site),
    ]


def _beacon(site: Running) -> bytes:
    """A beacon as a page of the site sends it."""
    body = json.dumps({"kind": "view", "page": "/products/", "referrer": f"{site.url}/"}).encode()
    line, rest = load.post("/visit", host(site), body).split(b"\r\n", 1)
    return b"\r\n".join((line, f"Origin: {site.url}".encode(), f"User-Agent: {FIREFOX}".encode(), rest))


def _pages(site: Running) -> Row:
    environment = {**os.environ, "TROTH_DATA": str(site.directory), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    said = json.loads(run([sys.executable, "-m", "bench.passing"], environment).printed)
    bare = f"{said['page']:.2f} ms a page; {said['least']:+.1f} to {said['most']:+.1f} % in {said['rounds']} rounds"
    return Row.within("page: processor time more when visits are counted", said["more"], 10, "%", bare)

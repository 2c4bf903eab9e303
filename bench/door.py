"""The collection door: whole submissions, sealed, recorded and durable, against an empty Django view."""

import itertools
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench import load
from bench.table import Row
from tests.support.site import Running

CONNECTIONS, SECONDS = 32, 8
_POINT = "/api/v1/collect/newsletter"


def rows() -> list[Row]:
    """`POST /api/v1/collect/newsletter` with two fields and one choice on SQLite, and the page it belongs to."""
    from tests.support import databases  # noqa: PLC0415 - brings PostgreSQL along

    with tempfile.TemporaryDirectory() as directory, _floor() as port:
        site = Running.new("infortrend", Path(directory) / "site", databases.fresh("sqlite"))
        try:
            memory = _memory(site)
            floor = load.run(port, itertools.repeat(load.get("/")), connections=CONNECTIONS, seconds=SECONDS)
            page = load.run(
                site.port, itertools.repeat(_get("/privacy/", site)), connections=CONNECTIONS, seconds=SECONDS
            )
            taken = load.run(site.port, _submissions(site), connections=CONNECTIONS, seconds=SECONDS)
            assert set(taken.statuses) == {"201"}, taken.statuses
        finally:
            site.close()
    against = f"empty view {floor.per_second:,.0f}/s"
    return [
        Row(
            "submission taken, durable, SQLite",
            f"{taken.per_second:,.0f}/s, p99 {taken.p99:.0f} ms",
            against,
            taken.per_second / floor.per_second,
            "0.4, p99 under 50 ms",
        ),
        Row("statement page", f"{page.per_second:,.0f}/s", against, page.per_second / floor.per_second),
        Row("server at rest", f"{memory:.0f} MB", wanted="under 120 MB"),
    ]


def _get(path: str, site: Running) -> bytes:
    return load.get(path).replace(b"Host: 127.0.0.1", f"Host: 127.0.0.1:{site.port}".encode())


def _submissions(site: Running) -> Iterator[bytes]:
    with urllib.request.urlopen(f"{site.url}{_POINT}") as answer:  # noqa: S310 - our own server
        shown = json.load(answer)["digest"]
    body = {
        "fields": {"email": "", "name": "Lin Mei-hua"},
        "choices": {"newsletter": True},
        "language": "en",
        "shown": shown,
    }
    for number in itertools.count():
        body["fields"]["email"] = f"person{number}@example.com"
        yield load.post(_POINT, json.dumps(body).encode())


def _memory(site: Running) -> float:
    """Resident memory in MB of everything the server runs, shared pages counted once."""
    process = next(one for one in psutil.process_iter() if str(site.directory) in " ".join(one.cmdline()))
    return float(sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)])) / 1e6


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

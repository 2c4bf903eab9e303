"""Somebody who uses a site like everybody, while others do to it whatever they can think of."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support import points
from tests.support.kept import kept
from tests.support.outsider import PLAIN_POINT, Log
from tests.support.site import Running, http

# Whoever waits for longer gives up.
PATIENCE = 60.0
PAUSE = 0.05


class Visited:
    """A site in use: what was taken meanwhile, by the visitor and, where the test notes it, by others."""

    def __init__(self, site: Running, what: str) -> None:
        self.site, self.what = site, what
        self.taken = set[str]()
        self.others = 0
        self.waited = list[float]()
        self.wrong = list[Exception]()
        self.over = threading.Event()

    def visit(self) -> None:
        """Sends valid submissions until it is over; each must be taken, within the time that people wait."""
        try:
            with http() as client:
                client.timeout = httpx.Timeout(PATIENCE)
                asked = points.described(client, self.site, PLAIN_POINT)
                while not self.over.wait(PAUSE):
                    body = points.submission(asked, points.answers(asked["shown"], optional=False))
                    begun = time.perf_counter()
                    answer = points.post(client, self.site, PLAIN_POINT, body)
                    self.waited.append(time.perf_counter() - begun)
                    self.taken.add(points.taken(answer)["entry"]["leaf"])
        except Exception as error:  # noqa: BLE001 - raised again where the test can see it
            self.wrong.append(error)

    def told(self) -> str:
        """What `pytest -s` prints."""
        waited = sorted(one * 1000 for one in self.waited)
        middle, late, last = (f"{waited[int(len(waited) * part)]:.0f}" for part in (0.5, 0.99, 0.9999))
        return f"{self.what}: {len(waited)} submissions of a visitor, p50 {middle}, p99 {late}, at most {last} ms"


@contextmanager
def visited(site: Running, what: str) -> Iterator[Visited]:
    """What happens inside breaks nothing: a visitor is served all the while, and what was taken is all that is kept."""
    with http() as client:
        log, printed = Log(client, site), len(site.printed())
        before, left = log.settled(), kept(site.directory).of_nobody()
        found = Visited(site, what)
        thread = threading.Thread(target=found.visit, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.over.set()
            thread.join()
        if found.wrong:
            raise found.wrong[0]
        assert found.waited
        print(f"\n{found.told()}")  # noqa: T201 - for whoever runs pytest -s
        witness = 1
        log.settled()
        entered = {hashlib.sha256(b"\0" + data).hexdigest() for data in log.raw(before)}
        assert found.taken <= entered
        assert len(entered) == len(found.taken) + found.others + witness
        assert kept(site.directory).of_nobody() <= left
        said = site.printed()[printed:]
        assert not [line for line in said.splitlines() if "Traceback" in line or "unexpected" in line]

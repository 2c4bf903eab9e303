"""Security: what was acknowledged is not lost, not even when the server is killed at once."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import points
from tests.support.outsider import Log
from tests.support.site import Running, http, troth


def proved(client: httpx.Client, taken: dict[str, Any], directory: Path) -> None:
    """The receipt of a submission is there and verifies."""
    file = directory / "receipt.json"
    answer = points.receipt(client, taken["receipt"])
    file.write_bytes(answer.content)
    assert troth("verify", "--receipt", file).startswith("Verified: ")
    assert json.loads(answer.content)["opening"]["record"]["person"] == taken["person"]


@pytest.mark.promise("P44")
def test_an_answer_outlives_the_server(
    client: httpx.Client, new_site: Callable[[str], Running], tmp_path: Path
) -> None:
    """Killed right after it answered, and started again, the site still has the submission and proves it."""
    own = new_site("infortrend")
    for _ in range(3):
        taken = points.taken(points.give(client, own, "information"))
        own.kill()
        own.start()
        Log(client, own).index(taken["entry"]["leaf"])
        proved(client, taken, tmp_path)


@pytest.mark.promise("P44")
def test_a_file_outlives_the_server(client: httpx.Client, new_site: Callable[[str], Running], tmp_path: Path) -> None:
    """A document that came along is there as well, whole."""
    own = new_site("infortrend")
    taken = points.taken(points.give(client, own, "job-application"))
    own.kill()
    (file,) = [one for one in (own.directory / "files").rglob("*") if one.is_file()]
    assert file.stat().st_size == len(points.PDF) + 16
    own.start()
    proved(client, taken, tmp_path)


@pytest.mark.promise("P44")
def test_killed_while_many_send(client: httpx.Client, new_site: Callable[[str], Running], tmp_path: Path) -> None:
    """Killed while many people send: whoever was told that theirs arrived finds it there."""
    own = new_site("infortrend")
    asked = points.described(client, own, "information")
    told: list[dict[str, Any]] = []
    killing = threading.Lock()

    def send(_: int) -> None:
        with http() as other:
            try:
                while len(told) < 400:
                    given = points.answers(asked["shown"], optional=False)
                    answer = points.post(other, own, "information", points.submission(asked, given))
                    if answer.status_code == 201:
                        told.append(answer.json())
                    if len(told) >= 40 and killing.acquire(blocking=False):
                        own.kill()
            except httpx.TransportError:
                return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(send, range(4)))
    assert len(told) >= 40
    own.start()
    log = Log(client, own)
    for taken in told:
        log.index(taken["entry"]["leaf"])
    proved(client, told[-1], tmp_path)

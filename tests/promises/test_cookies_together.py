"""Many who choose at once: each choice is recorded whole or refused alone, and what was answered outlives a kill."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import NewSite
from tests.support import choices
from tests.support.outsider import Log
from tests.support.site import Running, http, troth
from tests.support.waiting import until

PEOPLE, TIMES = 12, 8
FEWEST, MOST = 40, 4000


def together(run: Any) -> list[Any]:
    """What `run` answers each of many people, who begin at the same moment."""
    gate = threading.Barrier(PEOPLE)

    def begin(number: int) -> Any:
        with http() as client:
            gate.wait()
            return run(client, number)

    with ThreadPoolExecutor(PEOPLE) as threads:
        return list(threads.map(begin, range(PEOPLE)))


@pytest.mark.promise("P36")
def test_one_that_is_refused_spoils_no_other(client: httpx.Client, synology: Running) -> None:
    """Each is answered for itself: what it chose, in place of its own choice before, or why it is not taken."""
    digest = choices.asked(client, synology)["digest"]
    wrong: tuple[dict[str, Any], ...] = (
        {"digest": "0" * 16},
        {"language": "fr"},
        {"choices": {"sell-everything": True}},
        {"choices": {"remember-settings": "yes"}},
    )
    log = Log(client, synology)
    before = log.settled()

    def choose(own: httpx.Client, number: int) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        said = {"remember-settings": number % 2 == 0}
        for time in range(TIMES):
            sound = {"digest": digest, "reference": told[-1]["reference"] if told else ""}
            if (number + time) % 3:
                answer = choices.send(own, synology, said, **sound)
                assert answer.status_code == 201, answer.text
                told.append(answer.json())
                assert told[-1]["cookie"].endswith(f".remember-settings={number % 2 == 0:d}")
            else:
                bad = {**sound, **wrong[(number + time) // 3 % len(wrong)]}
                answer = choices.send(own, synology, bad.pop("choices", said), **bad)
                assert answer.status_code in (400, 409, 422), answer.text
                assert "set-cookie" not in answer.headers
        return told

    told = together(choose)
    taken = [one for own in told for one in own]
    assert len({one["reference"] for one in taken}) == len(taken)
    for one in taken:
        log.index(one["entry"]["leaf"])
    assert len([one for one in log.since(before) if one["kind"] == "chosen"]) == len(taken)
    for own in told:
        for earlier, later in pairwise(own):
            until(lambda later=later: client.get(later["receipt"]).status_code == 200, "the receipt of a choice")
            receipt = client.get(later["receipt"]).json()["receipt"]
            assert receipt["dct:replaces"] == earlier["reference"][: choices.REF]


@pytest.mark.promise("P36", "P44")
def test_killed_while_many_choose(new_site: NewSite, tmp_path: Path) -> None:
    """Killed while many choose: whoever was told that their choice is kept finds it, proved, and all of it verifies."""
    site = new_site("synology-2006")
    with http() as client:
        digest = choices.asked(client, site)["digest"]
        told: list[dict[str, Any]] = []
        killing = threading.Lock()

        def choose(own: httpx.Client, _number: int) -> None:
            try:
                while len(told) < MOST:
                    answer = choices.send(own, site, {"remember-settings": True}, digest=digest)
                    if answer.status_code == 201:
                        told.append(answer.json())
                    if len(told) >= FEWEST and killing.acquire(blocking=False):
                        site.kill()
            except httpx.TransportError:
                return

        together(choose)
        assert len(told) >= FEWEST
        site.start()
        for one in told:
            until(lambda one=one: client.get(one["receipt"]).status_code == 200, "the receipt of a choice")
            assert client.get(one["receipt"]).json()["receipt"]["dct:identifier"] == one["reference"][: choices.REF]
        file = tmp_path / "receipt.json"
        file.write_bytes(client.get(told[-1]["receipt"]).content)
        assert troth("verify", "--receipt", file).startswith("Verified: ")
    site.stop()
    assert troth("verify", "--data", site.directory).startswith("Verified: ")

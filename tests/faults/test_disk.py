"""Where nothing can be written, nothing is taken: refused by name, and taken again once it can."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.support import disks
from tests.support.crowd import FILE, IN_WORDS, Crowd, Sent
from tests.support.databases import Databases
from tests.support.disks import Disk
from tests.support.documents import Document
from tests.support.site import Failed, Running, http, troth
from tests.support.told import Told
from tests.support.waiting import until

ROUNDS = 2
PATHS = ("/", "/privacy/", "/collect/", "/collect/information/", "/log/checkpoint")
NOT_STORED, NOT_KEPT = "ledger.not-stored", "vault.not-kept"

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("sqlite")]


@pytest.fixture(params=disks.kinds())
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """Each kind of disk that this machine can show."""
    with disks.disk(request.param, tmp_path / "site") as made:
        yield made


@pytest.fixture
def site(disk: Disk, tmp_path: Path) -> Iterator[Running]:  # noqa: ARG001 - stands there first
    """A site on that disk; it must verify in the end."""
    running = Running.new("infortrend", tmp_path / "site", Databases())
    yield running
    running.close()


def refused(sent: list[Sent], *codes: str) -> bool:
    """Whether each of `codes` was said to somebody."""
    return {one.code for one in sent} >= set(codes)


def keeps_its_token(sent: Sent) -> bool:
    """A form that comes back because it could not be stored is still the same one, which counts once."""
    if sent.form is None or sent.answer is None or sent.code != IN_WORDS:
        return True
    return Document(sent.answer).hidden["token"] == sent.form.hidden["token"]


@pytest.mark.promise("P44")
def test_nothing_more_can_be_written(site: Running, disk: Disk) -> None:
    """Submissions and files are refused by name, pages are shown; with room again, all goes on without a new start."""
    started = site.processes()
    crowd, told = Crowd(site), Told(site)
    for _ in range(ROUNDS):
        assert crowd.gets_through()
        receipt = crowd.sent[0].record
        crowd.start()
        disk.exhaust(site)
        until(partial(refused, crowd.sent, NOT_STORED, NOT_KEPT, IN_WORDS), "a refusal of each kind")
        with http() as client:
            assert {path: client.get(site.url + path).status_code for path in PATHS} == dict.fromkeys(PATHS, 200)
            assert client.get(f"{site.url}/receipts/{receipt}/").status_code == 200
        disk.relieve(site)
        until(crowd.gets_through, "a submission that is taken again")
        sent = crowd.stop()
        assert all(map(keeps_its_token, sent))
        new = told.note(sent, crowd.checkpoint)
        assert told.refused.keys() <= {NOT_STORED, NOT_KEPT, IN_WORDS}
        standing = told.hold(new)
        assert not standing.of_nobody()
        assert troth("verify", "--data", site.directory).startswith("Verified: ")
    assert site.processes() == started


@pytest.mark.promise("P44")
def test_killed_when_nothing_can_be_written(site: Running, disk: Disk) -> None:
    """Killed on a full disk and started there, it serves or says why it does not; with room, all is there."""
    crowd, told = Crowd(site), Told(site)
    crowd.start()
    disk.exhaust(site)
    until(partial(refused, crowd.sent, NOT_STORED, NOT_KEPT), "a refusal of each kind")
    site.kill()
    sent = crowd.stop()
    with suppress(Failed):
        site.start()
    said = site.printed()
    assert "Traceback" not in said, said[-4000:]
    site.kill()
    disk.relieve(site)
    site.start()
    told.hold(told.note(sent, crowd.checkpoint))


@pytest.mark.promise("P44")
def test_the_directory_cannot_be_written(tmp_path: Path) -> None:
    """A server refuses by name to start where it cannot write, and files where it cannot write them any more."""
    site = Running.new("infortrend", tmp_path / "site", Databases())
    site.stop()
    site.through = (*site.through, *(disks.AS_OTHERS if os.geteuid() == 0 else ()))
    with disks.unwritable(site.directory), pytest.raises(Failed, match=r"troth: entry\.unwritable: "):
        site.start()
    site.start()
    crowd, told = Crowd(site), Told(site)
    with disks.unwritable(site.directory / "files"), http() as client:
        sent = crowd.made(FILE)
        sent.send(client, site)
        assert (sent.status, sent.code) == (503, NOT_KEPT)
        assert crowd.gets_through(), "what comes without a file is taken"
    told.hold(told.note([sent, *crowd.stop()]))
    site.close()

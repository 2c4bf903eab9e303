"""Killed at any moment, a site has everything that it acknowledged, and nothing of which only a part is there."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support import versions
from tests.support.crowd import Crowd, chance
from tests.support.databases import Databases
from tests.support.forked import run
from tests.support.kept import kept
from tests.support.site import EXAMPLES, Failed, Running, troth
from tests.support.told import Told
from tests.support.waiting import until

# One installation lives through at least so many rounds, and is shared by at most a fortieth of all.
FEWEST, SITES = 5, 40
# How often it is killed while nobody sends, and while it starts.
AT_REST, STARTING = 0.1, 0.25


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Divides the rounds of a run among installations, so that workers can share them."""
    if "rounds" in metafunc.fixturenames:
        wanted: int = metafunc.config.getoption("--rounds")
        each = max(FEWEST, wanted // SITES)
        parts = [min(each, wanted - done) for done in range(0, wanted, each)]
        metafunc.parametrize("rounds", parts, ids=[f"{number}-of-{len(parts)}" for number in range(1, len(parts) + 1)])


@pytest.mark.timeout(900)
@pytest.mark.promise("P44")
def test_killed_at_any_moment(new_site: Callable[[str], Running], rounds: int) -> None:
    """Killed while many send, while it starts or at rest: after each start the ledger verifies, all is proved."""
    site = new_site("infortrend")
    crowd, told = Crowd(site), Told(site)
    for _ in range(rounds):
        if chance.random() > AT_REST:
            crowd.start()
        time.sleep(chance.uniform(0.05, 0.5))
        site.kill()
        sent = crowd.stop()
        _start(site)
        told.hold(told.note(sent, crowd.checkpoint))
        until(lambda: not kept(site.directory).of_nobody(), "that files which nobody names are swept")
        assert troth("verify", "--data", site.directory).startswith("Verified: ")


def _start(site: Running) -> None:
    """Starts; now and then it is killed before it is ready, and started again."""
    while chance.random() < STARTING:
        site.begin()
        time.sleep(chance.uniform(0.0, 0.4))
        site.kill()
    site.start()


@pytest.mark.promise("P44")
def test_what_answers_is_killed_alone(new_site: Callable[[str], Running]) -> None:
    """When the process that answers is killed and not the one that watches it, another takes its place by itself."""
    site = new_site("infortrend")
    crowd, told = Crowd(site), Told(site)
    _, worker = site.processes()
    crowd.start()
    time.sleep(chance.uniform(0.05, 0.3))
    os.kill(worker, signal.SIGKILL)
    sent = crowd.stop()
    until(site.is_ready, "another process that answers")
    assert worker not in site.processes()
    told.hold(told.note(sent, crowd.checkpoint))


@pytest.mark.promise("P44")
def test_it_ends_however_often_it_is_told(new_site: Callable[[str], Running]) -> None:
    """Told to end again and again while it ends, the process that answers keeps nobody waiting for good."""
    site = new_site("infortrend")
    first, worker = site.processes()
    os.kill(first, signal.SIGTERM)
    until(lambda: not _told(worker), "the end of the process that answers")
    assert site.stop() == 0


def _told(process: int) -> bool:
    """Whether it was there to be told to end, a thousand times in a row."""
    with suppress(ProcessLookupError):
        for _ in range(1000):
            os.kill(process, signal.SIGTERM)
            time.sleep(0)
        return True
    return False


@pytest.mark.promise("P53")
def test_killed_while_it_publishes(new_site: Callable[[str], Running]) -> None:
    """A version whose publishing was cut short was published whole or not at all, and can be published then."""
    site = new_site("infortrend")
    for number in (2, 3):
        file = site.directory / "next.yaml"
        file.write_bytes(versions.statement(versions.reword(number)))
        command = ("publish", file, "--effective", "today", "--data", site.directory)
        run(*command, within=chance.uniform(0.0, 0.5))
        published = [entry for entry in kept(site.directory).entries.values() if entry["kind"] == "published"]
        if len(published) < number:
            assert troth(*command).startswith(f"Version {number} ")
        else:
            with pytest.raises(Failed, match=r"statement\.unchanged"):
                troth(*command)
        assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
def test_killed_while_it_is_founded(tmp_path: Path, store: Callable[[], Databases]) -> None:
    """What was cut short before it was an installation is none, and its keys are not replaced in silence."""
    rows, keys = store()
    directory, again = tmp_path / "site", tmp_path / "again"
    options = ("--from", EXAMPLES / "infortrend", "--database", rows, "--keys-database", keys)
    run("init", directory, *options, within=chance.uniform(0.0, 0.3))
    if (directory / "troth.toml").exists():
        (directory / "troth.toml").unlink()
        with pytest.raises(Failed, match=r"troth: entry\.occupied: "):
            troth("init", directory, *options)
    troth("init", again, *options)
    publishing = ("publish", again / "statement.yaml", "--effective", "today", "--data", again)
    for _ in range(3):
        run(*publishing, within=chance.uniform(0.0, 0.5))

    def is_published() -> bool:
        # What a killed one had begun may go on for a moment in the database, and be in the way.
        try:
            troth(*publishing)
        except Failed as failed:
            return "statement.unchanged" in str(failed)
        return True

    until(is_published, "a publishing that is not cut short")
    assert troth("verify", "--data", again).startswith("Verified: 1 of 1 ")

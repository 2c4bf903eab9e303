"""A directory that is copied while its server runs: the copy verifies, or what is wrong with it is named."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.crowd import FILE, Crowd, chance
from tests.support.forked import run
from tests.support.kept import kept
from tests.support.site import Running, http
from tests.support.told import Told
from tests.support.waiting import until

ROUNDS = 4
ROWS, KEYS, FILES = "troth.sqlite3", "keys.sqlite3", "files"
DATABASES = (ROWS, KEYS)

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("sqlite")]


def verified(copy: Path, remembered: str = "") -> bool:
    """Whether the copy verifies and goes on from what somebody remembered; what is wrong with it has a name."""
    known = copy.with_suffix(".checkpoint")
    known.write_text(remembered, "utf-8")
    done = run("verify", "--data", copy, *(("--remembered", known) if remembered else ()))
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout.startswith("Verified: ") == (done.returncode == 0)
    assert done.returncode == 0 or "NOT verified" in done.stdout or done.stderr.startswith("troth: "), done.stderr
    return done.returncode == 0


def slowly_copied(original: Path, copy: Path) -> None:
    """Copies file by file, in any order and with pauses, as many large files are copied."""
    files = [one for one in original.rglob("*") if one.is_file()]
    chance.shuffle(files)
    for number, file in enumerate(files):
        to = copy / file.relative_to(original)
        to.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copy2(file, to)
        if number % 8 == 0:
            time.sleep(chance.uniform(0, 0.05))


def backed_up(site: Running, copy: Path, *parts: str) -> None:
    """Copies some parts of a running site in this order, each as it is at one moment."""
    for part in parts:
        if part not in DATABASES:
            shutil.copytree(site.directory / part, copy / part)
            continue
        with closing(sqlite3.connect(site.directory / part)) as from_here, closing(sqlite3.connect(copy / part)) as to:
            from_here.backup(to)


def begun(site: Running, copy: Path) -> Path:
    """A directory with all of a site that does not change while it runs."""
    copy.mkdir()
    shutil.copytree(site.directory / "keys", copy / "keys")
    shutil.copy(site.directory / "troth.toml", copy)
    return copy


@pytest.mark.promise("P44")
def test_copied_as_it_is(new_site: Callable[[str], Running], tmp_path: Path) -> None:
    """A copy of the files of a running site verifies only if all is there that was acknowledged and placed before."""
    site = new_site("infortrend")
    crowd, told = Crowd(site), Told(site)
    for number in range(ROUNDS):
        crowd.start()
        until(lambda: crowd.checkpoint, "a checkpoint")
        checkpoint, copy = crowd.checkpoint, tmp_path / f"copy-{number}"
        slowly_copied(site.directory, copy)
        told.hold(told.note(crowd.stop(), crowd.checkpoint))
        if verified(copy, checkpoint):
            standing = kept(copy)
            assert not (halves := standing.halves()), "\n".join(halves)
            assert len(standing.entries) >= int(checkpoint.split("\n")[1])


@pytest.mark.promise("P44")
def test_copied_in_the_right_order(new_site: Callable[[str], Running], tmp_path: Path) -> None:
    """Rows first, then keys, then files: such a copy holds all that was acknowledged before, and verifies always."""
    site = new_site("infortrend")
    crowd, told = Crowd(site), Told(site)
    for number in range(ROUNDS):
        assert crowd.gets_through()
        crowd.start()
        copy = begun(site, tmp_path / f"copy-{number}")
        checkpoint, before = crowd.checkpoint, set(told.records)
        backed_up(site, copy, ROWS, KEYS, FILES)
        told.hold(told.note(crowd.stop(), crowd.checkpoint))
        assert verified(copy, checkpoint)
        assert before <= kept(copy).agreements.keys()


@pytest.mark.promise("P44")
def test_copied_in_the_wrong_order(new_site: Callable[[str], Running], tmp_path: Path) -> None:
    """A copy whose keys or files are older than its rows lacks some of them, and says so."""
    site = new_site("infortrend")
    crowd = Crowd(site)
    for first in (KEYS, FILES):
        copy = begun(site, tmp_path / f"copy-{first}")
        backed_up(site, copy, first)
        with http() as client:
            late = crowd.made(FILE)
            late.send(client, site)
            assert late.record
        backed_up(site, copy, *({ROWS, KEYS, FILES} - {first}))
        assert not verified(copy)

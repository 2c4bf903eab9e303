"""Killed at any step, erasing, backing up, putting back and exchanging keys are finished by the next start or run."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import persons
from tests.support.copies import copied
from tests.support.crowd import chance
from tests.support.databases import Databases
from tests.support.persons import Somebody, somebody
from tests.support.site import Failed, Running, http, troth
from tests.support.stopping import killed_at, steps

pytestmark = pytest.mark.timeout(900)
# Of the rounds of a run each command takes its share.
SHARE = 5


@dataclass(frozen=True)
class Before:
    """An installation at rest, somebody who stays and somebody who goes, and a backup in which both are."""

    site: Running
    kept: Somebody
    gone: Somebody
    marks: dict[str, bytes]
    backup: Path
    keys: tuple[object, ...]
    token: str

    def again(self, name: str) -> Path:
        """A copy of the installation to try something on."""
        directory = self.site.directory.with_name(name)
        copied(self.site.directory, directory)
        return directory


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, store: Callable[[], Databases]) -> Iterator[Before]:
    """What every round begins with."""
    site = Running.new("infortrend", tmp_path_factory.mktemp("custody") / "site", store())
    with http() as client:
        kept, gone = somebody(client, site), somebody(client, site)
    site.stop()
    told = troth("token", "new", "--purpose", "newsletter", "--data", site.directory).split()
    backup = site.directory.with_name("backup")
    keys = ("--with-keys", backup.with_suffix(".keys"), "--recovery-key", backup.with_suffix(".key"))
    troth("backup", backup, "--data", site.directory, *keys)
    yield Before(site, kept, gone, persons.marks(site.directory, gone), backup, keys, told[1].rstrip(","))
    site.close()


def moments(rounds: int, total: int) -> list[int]:
    """At which steps a command is killed: at every one, or at as many as there are rounds for."""
    return sorted(chance.sample(range(1, total + 1), min(total, max(1, rounds // SHARE))))


def serves(directory: Path, before: Before) -> None:
    """The installation starts by itself, whoever stays is there, and all of it verifies."""
    site = Running(directory, before.site.port)
    site.start()
    with http() as client:
        assert client.get(before.kept.receipt).status_code == 200
    site.leave()
    assert troth("verify", "--data", directory).startswith("Verified: ")
    assert persons.marks(directory, before.kept).keys() >= {"index", "key", "value email"}


@pytest.mark.promise("P49")
def test_killed_while_it_erases(rounds: int, before: Before) -> None:
    """An erasure that was cut short was not begun, or is finished by the next start; asked for again, it is done."""
    erase = ("erase", before.gone.person, "--data")
    for step in moments(rounds, steps(*erase, before.again("counted"))):
        directory = before.again("erased")
        killed_at(step, *erase, directory)
        serves(directory, before)
        assert persons.marks(directory, before.gone).keys() in ({}.keys(), before.marks.keys())
        troth(*erase, directory)
        assert persons.stands(directory, before.marks) == {}
        assert troth("verify", "--data", directory).startswith("Verified: ")


@pytest.mark.promise("P44")
def test_killed_while_it_exchanges_keys(rounds: int, before: Before) -> None:
    """An exchange of keys that was cut short is finished by the next start, and the old key opens nothing any more."""
    rotate = ("keys", "rotate", "--data")
    old = (before.site.directory / "keys" / "key-encryption.key").read_bytes()
    for step in moments(rounds, steps(*rotate, before.again("counted"))):
        directory = before.again("rotated")
        killed_at(step, *rotate, directory)
        serves(directory, before)
        troth(*rotate, directory)
        serves(directory, before)
        file = directory / "keys" / "key-encryption.key"
        assert [one.name for one in file.parent.iterdir() if one.read_bytes() == old] == []
        file.write_bytes(old)
        with pytest.raises(Failed, match=r"troth: vault\.foreign-key: "):
            troth("backup", directory.with_name("never"), "--data", directory)


@pytest.mark.promise("P44")
def test_killed_while_it_backs_up(rounds: int, before: Before) -> None:
    """A backup that was cut short is none, and is made by the same command; the installation has not changed."""
    made, directory = before.site.directory.with_name("made"), before.again("backed-up")
    keys = ("--with-keys", made.with_name("made.keys"), "--recovery-key", made.with_name("made.key"))
    backup = ("backup", made, "--data", directory, *keys)
    total = steps(*backup)
    for step in moments(rounds, total):
        shutil.rmtree(made, ignore_errors=True)
        if killed_at(step, *backup) and not made.exists():
            cut = made.with_name("made.part")
            if not (cut / "manifest").exists():
                with pytest.raises(Failed, match=r"troth: entry\.not-a-backup: "):
                    troth("restore", cut, "--data", directory)
            troth(*backup)
        assert not made.with_name("made.part").exists()
        told = json.loads(troth("restore", made, "--data", directory, "--json"))
        assert told["entries"] > 0
        serves(directory, before)


@pytest.mark.promise("P49")
def test_killed_while_it_puts_back(rounds: int, before: Before) -> None:
    """A restoring that was cut short is finished by the same command; until then nothing starts on half a store."""
    directory = before.again("counted")
    troth("person", "restrict", before.kept.person, "--data", directory)
    troth("token", "end", before.token, "--data", directory)
    troth("erase", before.gone.person, "--data", directory)
    restore = ("restore", before.backup, "--data")
    erased = directory.with_name("erased-first")
    copied(directory, erased)
    for step in moments(rounds, steps(*restore, directory)):
        shutil.rmtree(directory)
        copied(erased, directory)
        if killed_at(step, *restore, directory) and (directory / "restoring").exists():
            for command in (
                ("serve", "--data", directory, "--port", before.site.port),
                ("verify", "--data", directory),
            ):
                with pytest.raises(Failed, match=r"troth: entry\.not-restored: "):
                    troth(*command)
        told = json.loads(troth(*restore, directory, "--json"))
        assert (told["erased_again"], told["wished_again"]) == (1, 1)
        assert [one["state"] for one in json.loads(troth("token", "list", "--json", "--data", directory))] == ["ended"]
        serves(directory, before)
        assert persons.marks(directory, before.gone) == {}
        assert persons.stands(directory, before.marks) == {}


@pytest.mark.promise("P44")
def test_killed_while_it_puts_back_from_before_an_exchange(rounds: int, before: Before) -> None:
    """A backup with the keys from before an exchange is put back and sealed under those of today, whenever it stops."""
    directory = before.again("counted")
    troth("keys", "rotate", "--data", directory)
    troth("erase", before.gone.person, "--data", directory)
    restore = ("restore", before.backup, *before.keys, "--data")
    exchanged, old = directory.with_name("exchanged-first"), persons.marks(before.site.directory, before.kept)
    copied(directory, exchanged)
    for step in moments(rounds, steps(*restore, directory)):
        shutil.rmtree(directory)
        copied(exchanged, directory)
        killed_at(step, *restore, directory)
        troth(*restore, directory)
        serves(directory, before)
        assert persons.stands(directory, {**before.marks, **{name: old[name] for name in old if name != "index"}}) == {}

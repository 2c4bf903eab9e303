"""Keys are exchanged: everything is sealed anew, nothing is lost, and the keys from before open nothing any more."""

import json
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support import persons, points
from tests.support.forked import run
from tests.support.persons import somebody
from tests.support.site import Failed, Running, troth

NewSite = Callable[[str], Running]


def rotated(site: Running) -> dict[str, int]:
    """Exchanges the keys while the site is not served; answers what the command says."""
    site.stop()
    told: dict[str, int] = json.loads(troth("keys", "rotate", "--data", site.directory, "--json"))
    site.start()
    return told


def with_keys(site: Running, name: str) -> tuple[object, ...]:
    """The options that copy keys as well."""
    beside = site.directory.parent
    return "--with-keys", beside / name, "--recovery-key", beside / "recovery.key"


@pytest.mark.promise("P44")
def test_everything_is_sealed_anew(client: httpx.Client, new_site: NewSite) -> None:
    """Each person has a new key, and each value and file is sealed under it; what stood before is in no file."""
    site = new_site("infortrend")
    people = [somebody(client, site) for _ in range(3)]
    marks = [persons.marks(site.directory, one) for one in people]
    files = [persons.files_of(site.directory, one) for one in people]
    assert rotated(site)["persons"] == len(people)
    for one, before, old in zip(people, marks, files, strict=True):
        after = persons.marks(site.directory, one)
        assert after.keys() == before.keys()
        assert [name for name, mark in before.items() if name != "index" and after[name] == mark] == []
        before.pop("index")
        assert persons.stands(site.directory, before) == {}
        assert [name for name in old if list((site.directory / "files").rglob(name))] == []
        points.receipt(client, one.receipt)
    again = points.taken(points.give(client, site, "information", email=people[0].address))
    assert again["person"] == people[0].person
    assert rotated(site)["persons"] == len(people)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
def test_a_backup_from_before_opens_with_its_own_keys(client: httpx.Client, new_site: NewSite) -> None:
    """A backup from before an exchange is refused without the keys it was made with, and put back with them."""
    site = new_site("infortrend")
    kept, gone = somebody(client, site), somebody(client, site)
    made = site.directory.with_name("backup")
    troth("backup", made, "--data", site.directory, *with_keys(site, "then.keys"))
    marks = persons.marks(site.directory, kept)
    rotated(site)
    troth("erase", gone.person, "--data", site.directory)
    troth("backup", site.directory.with_name("later"), "--data", site.directory, *with_keys(site, "now.keys"))
    site.stop()
    for options in ((), with_keys(site, "now.keys")):
        with pytest.raises(Failed, match=r"troth: vault\.not-together: "):
            troth("restore", made, "--data", site.directory, *options)
    told = troth("restore", made, "--data", site.directory, *with_keys(site, "then.keys"))
    assert "Erased again: 1." in told
    assert persons.marks(site.directory, gone) == {}
    site.start()
    points.receipt(client, kept.receipt)
    after = persons.marks(site.directory, kept)
    assert [name for name in marks if name != "index" and after[name] == marks[name]] == []
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
def test_not_under_a_server(client: httpx.Client, new_site: NewSite) -> None:
    """While a site is served its keys are not exchanged, and nothing of it changes."""
    site = new_site("infortrend")
    one = somebody(client, site)
    marks = persons.marks(site.directory, one)
    with pytest.raises(Failed, match=r"troth: entry\.taken: "):
        troth("keys", "rotate", "--data", site.directory)
    assert persons.marks(site.directory, one) == marks


@pytest.mark.promise("P44")
def test_what_was_altered_stays_found(client: httpx.Client, new_site: NewSite) -> None:
    """A value and a file that were altered before an exchange do not stop it, and are found after it as before it."""
    site = new_site("infortrend")
    one = somebody(client, site)
    points.receipt(client, one.receipt)
    site.stop()
    file = next((site.directory / "files").rglob(persons.files_of(site.directory, one)[0]))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    troth("keys", "rotate", "--data", site.directory)
    with pytest.raises(Failed, match=r"The file `log-file` of entry \d+ was altered"):
        troth("verify", "--data", site.directory)
    file.write_bytes(whole)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


def _ran(environment: dict[str, str], *arguments: object) -> str:
    done = run(*arguments, **environment)
    return f"{done.stdout}{done.stderr}"


@pytest.mark.promise("P44")
def test_a_key_from_elsewhere(client: httpx.Client, new_site: NewSite) -> None:
    """A key that the environment holds is exchanged for the next one there, and whoever set it is told what to do."""
    site = new_site("infortrend")
    one = somebody(client, site)
    points.receipt(client, one.receipt)
    site.stop()
    file: Path = site.directory / "keys" / "key-encryption.key"
    old, new = file.read_text("ascii").strip(), b64encode(os.urandom(32)).decode()
    file.unlink()
    rotate, verify = ("keys", "rotate", "--data", site.directory), ("verify", "--data", site.directory)
    held = {"TROTH_KEY_ENCRYPTION_KEY": old}
    assert "Put the new one into TROTH_KEY_ENCRYPTION_KEY_NEXT" in _ran(held, *rotate)
    assert "persons: 1" in _ran({**held, "TROTH_KEY_ENCRYPTION_KEY_NEXT": new}, *rotate)
    assert "vault.foreign-key" in _ran(held, *verify)
    assert "Verified: " in _ran({**held, "TROTH_KEY_ENCRYPTION_KEY": new}, *verify)
    file.write_text(new + "\n", "ascii")
    file.chmod(0o600)
    site.start()
    points.receipt(client, one.receipt)

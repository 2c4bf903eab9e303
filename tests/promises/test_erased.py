"""A person who wants to be forgotten is: at once, for good, in older backups too, with a certificate to prove it."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support import disk, persons, points
from tests.support.outsider import Log
from tests.support.persons import somebody
from tests.support.site import Failed, Running, troth

NewSite = Callable[[str], Running]


def erased(site: Running, person: str) -> Path:
    """Erases somebody; answers the file of the certificate."""
    file = site.directory.with_name(f"{person}.json")
    file.write_text(troth("erase", person, "--data", site.directory, "--json"), "utf-8")
    return file


@pytest.mark.promise("P49")
def test_nothing_of_an_erased_person_is_left(client: httpx.Client, new_site: NewSite) -> None:
    """Erased while the site is served, somebody is found in no file of it: no word, no address, no index, no key."""
    site = new_site("infortrend")
    gone, kept = somebody(client, site), somebody(client, site)
    marks, files = persons.marks(site.directory, gone), persons.files_of(site.directory, gone)
    assert {"index", "key", "value email", "value log-file"} <= marks.keys()
    erased(site, gone.person)
    assert disk.traces(site, *gone.words) == {}
    assert persons.stands(site.directory, marks) == {}
    assert [name for name in files if list((site.directory / "files").rglob(name))] == []
    assert persons.marks(site.directory, gone) == {}
    assert client.get(gone.receipt.rstrip("/") + ".json").status_code == 410
    points.receipt(client, kept.receipt)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P49")
def test_the_search_finds_who_was_not_erased(client: httpx.Client, new_site: NewSite) -> None:
    """What is held of somebody is found on disk by the same search, as long as it is held."""
    site = new_site("infortrend")
    one = somebody(client, site)
    marks = persons.marks(site.directory, one)
    site.stop()
    if (site.directory / "troth.sqlite3").exists():
        assert persons.stands(site.directory, marks).keys() == marks.keys()


@pytest.mark.promise("P49")
def test_the_certificate_is_proved_from_outside(client: httpx.Client, new_site: NewSite) -> None:
    """Anybody can check the certificate against the log's own key; the log itself names nobody."""
    site = new_site("infortrend")
    one, log = somebody(client, site), Log(client, site)
    certificate = erased(site, one.person)
    key = client.get(f"{site.url}/log/vkey").text.strip()
    assert troth("verify", "--receipt", certificate, "--vkey", key).startswith("Verified: ")
    assert one.person in certificate.read_text("utf-8")
    entries = [entry for entry in log.entries() if entry["kind"] == "erased"]
    assert len(entries) == 1
    assert one.person not in json.dumps(log.entries())
    certificate.write_text(certificate.read_text("utf-8").replace(one.person, "a" * 35), "utf-8")
    with pytest.raises(Failed):
        troth("verify", "--receipt", certificate, "--vkey", key)


@pytest.mark.promise("P49")
def test_erased_once(client: httpx.Client, new_site: NewSite) -> None:
    """Asked for again, an erasure is the one that was done; the same address is somebody new afterwards."""
    site = new_site("infortrend")
    one = somebody(client, site)
    first, again = (json.loads(erased(site, one.person).read_text("utf-8")) for _ in range(2))
    assert first["entry"] == again["entry"]
    new = points.taken(points.give(client, site, "information", email=one.address))
    assert new["person"] != one.person
    with pytest.raises(Failed, match=r"troth: vault\.no-such-person: "):
        troth("erase", "nobody", "--data", site.directory)

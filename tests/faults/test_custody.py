"""Backups, erasures and restoring while much happens: many send, the clock goes back, nothing more can be written."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.support import documents, persons, points
from tests.support.copies import Copy
from tests.support.crowd import Crowd
from tests.support.forked import TROTH, own_environment, run
from tests.support.kept import kept
from tests.support.persons import somebody
from tests.support.site import Failed, Running, troth
from tests.support.told import Told
from tests.support.waiting import WITHIN, until

NewSite = Callable[[str], Running]
# No file may become larger: enough to begin, too little to finish.
LIMITED = ("prlimit", "--fsize=30000")

pytestmark = pytest.mark.timeout(600)


def backup(site: Running, name: str = "backup") -> Path:
    """A backup of the site, beside it."""
    directory = site.directory.with_name(name)
    troth("backup", directory, "--data", site.directory)
    return directory


@pytest.mark.promise("P44")
def test_backed_up_while_many_send(new_site: NewSite, client: httpx.Client) -> None:
    """Made while many send and somebody is erased, a backup has all that was acknowledged before, and verifies."""
    site = new_site("infortrend")
    gone = somebody(client, site)
    crowd, told = Crowd(site), Told(site)
    crowd.start()
    until(lambda: crowd.checkpoint, "a checkpoint")
    before = {one.record for one in list(crowd.sent) if one.record}
    with ThreadPoolExecutor() as threads:
        erasing = threads.submit(troth, "erase", gone.person, "--data", site.directory)
        made = backup(site)
        erasing.result()
    sent = crowd.stop()
    site.stop()
    troth("restore", made, "--data", site.directory)
    standing = kept(site.directory)
    assert before <= standing.agreements.keys()
    assert gone.person not in standing.people
    site.start()
    assert told.note(sent[:0]) == []
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P49")
def test_erased_by_several_at_once(new_site: NewSite, client: httpx.Client) -> None:
    """Two who erase the same person at the same moment are told of one and the same erasure, while it is verified."""
    site = new_site("infortrend")
    people = [somebody(client, site) for _ in range(3)]
    erase = ("erase", "--data", site.directory, "--json")
    with ThreadPoolExecutor() as threads:
        verified = threads.submit(troth, "verify", "--data", site.directory)
        answers = [threads.submit(troth, *erase, one.person) for one in people for _ in range(2)]
        entries = [json.loads(answer.result())["entry"] for answer in answers]
        assert verified.result().startswith("Verified: ")
    assert len(set(entries)) == len(people)
    for one in people:
        assert persons.marks(site.directory, one) == {}


@pytest.mark.promise("P44", "P49")
def test_erased_while_a_file_comes_in(new_site: NewSite, client: httpx.Client) -> None:
    """What sweeps the files of somebody erased leaves alone a file that the server is taking in at that moment."""
    site = new_site("infortrend")
    gone = somebody(client, site)
    page = documents.opened(client, documents.address_of(site, "support"))
    given = points.answers(points.described(client, site, "support")["shown"])
    log = {name: (called, b"one line of it\n" * 40_000, kind) for name, (called, _, kind) in given.files.items()}
    sent = documents.request(client, page, documents.typed(given), log)
    whole, arrived = sent.read(), Event()

    def slowly() -> Iterator[bytes]:
        yield whole[:-9]
        assert arrived.wait(WITHIN)
        yield whole[-9:]

    with ThreadPoolExecutor() as threads:
        answer = threads.submit(client.post, page.url, content=slowly(), headers=sent.headers)
        until(lambda: kept(site.directory).of_nobody(), "that the file is on its way")
        troth("erase", gone.person, "--data", site.directory)
        arrived.set()
    assert answer.result().status_code == 303, answer.result().text
    points.receipt(client, site.url + answer.result().headers["location"])
    assert not kept(site.directory).of_nobody()


@pytest.mark.promise("P49")
def test_erased_and_backed_up_while_keys_are_exchanged(new_site: NewSite, client: httpx.Client) -> None:
    """Whatever else is asked for while keys are exchanged is done or refused by name, and nobody erased comes back."""
    site = new_site("infortrend")
    kept, *people = [somebody(client, site) for _ in range(4)]
    site.stop()
    at = ("--data", site.directory)
    made = [site.directory.with_name(f"backup-{number}") for number in range(4)]
    recovery = site.directory.with_name("recovery.key")
    keys = [("--with-keys", one.with_suffix(".keys"), "--recovery-key", recovery) for one in made]
    commands = [("keys", "rotate"), *(("erase", one.person) for one in people), ("keys", "rotate")]
    backups = [("backup", one, *options) for one, options in zip(made, keys, strict=True)]
    with ThreadPoolExecutor() as threads:
        answers = [threads.submit(attempted, *command, *at) for command in (*commands, *backups)]
        told = [answer.result() for answer in answers]
    # Who read the old key a moment before the exchange finds that it is not the store's any more.
    assert set(told) <= {"", "vault.rotating", "vault.foreign-key", "entry.taken"}
    for one in people:
        troth("erase", one.person, *at)
        assert persons.marks(site.directory, one) == {}
    assert troth("verify", *at).startswith("Verified: ")
    troth("keys", "rotate", *at)
    for directory, options in zip(made, keys, strict=True):
        assert directory.exists() == options[1].exists()
        if directory.exists():
            troth("restore", directory, *options, *at)
            assert troth("verify", *at).startswith("Verified: ")
            for one in people:
                assert persons.marks(site.directory, one) == {}
    site.start()
    points.receipt(client, kept.receipt)


def attempted(*arguments: object) -> str:
    """Runs the command; answers by which code it was refused, or nothing."""
    try:
        troth(*arguments)
    except Failed as failed:
        return str(failed).rpartition("troth: ")[2].partition(": ")[0]
    return ""


# What a room would do that hands somebody's address to a recipient.
_USE = """
import sys
from pathlib import Path
from troth.entry.commands import installed
installed(Path(sys.argv[1]))
from troth import clock
from troth.use.actions import open_values
from troth.use.gates import Wanted
wanted = Wanted("affiliates-marketing", recipient=sys.argv[3])
values = open_values([sys.argv[2]], wanted, ("email",), service="infortrend", by="a test", at=clock.now())
assert values.plain[sys.argv[2]]["email"]
"""


@pytest.mark.promise("P49")
def test_who_used_it_is_to_be_told(new_site: NewSite, client: httpx.Client) -> None:
    """The ledger names the recipients who used what was held of somebody erased, also once a backup was put back."""
    site = new_site("infortrend")
    asked = points.described(client, site, "promotional-mail")
    given = points.answers(asked["shown"])
    parties = ("infortrend-europe", "infortrend-japan")
    given.choices = {f"affiliates-marketing.{party}": True for party in parties}
    person = points.taken(points.post(client, site, "promotional-mail", points.submission(asked, given)))["person"]
    made = backup(site)
    for party in (*parties, parties[0]):
        subprocess.run([sys.executable, "-c", _USE, site.directory, person, party], check=True, env=own_environment())
    assert f"are to be told: {', '.join(parties)}." in troth("erase", person, "--data", site.directory)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")
    site.stop()
    assert "uses 3." in troth("restore", made, "--data", site.directory)
    verified = troth("verify", "--data", site.directory)
    assert verified.startswith("Verified: ")
    assert "uses 3." in verified
    certificate = json.loads(troth("erase", person, "--data", site.directory, "--json"))
    assert json.loads(certificate["entry"])["recipients"] == list(parties)
    site.start()


@pytest.mark.promise("P49")
def test_the_clock_is_set_back(new_site: NewSite, client: httpx.Client) -> None:
    """Erased after a backup by a clock that was set back, which says that it was before, somebody stays erased."""
    site = new_site("infortrend")
    gone = somebody(client, site)
    given = json.loads(points.receipt(client, gone.receipt).json()["entry"])
    made = backup(site)
    clock = site.directory.with_suffix(".clock")
    clock.write_text(str(-10 * 24 * 3600.0), "ascii")
    erase = ("erase", gone.person, "--data", site.directory, "--json")
    told = json.loads(run(*erase, program="tests.support.shifted", SHIFTED=str(clock)).stdout)
    assert json.loads(told["entry"])["at"] < given["at"]
    site.stop()
    assert "Erased again: 1." in troth("restore", made, "--data", site.directory)
    assert persons.marks(site.directory, gone) == {}


def limited(*arguments: object) -> str:
    """Runs the command where no file may grow far; answers what it says of that."""
    done = subprocess.run([*LIMITED, TROTH, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stderr.startswith("troth: "), done.stderr
    return done.stderr


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_nothing_more_can_be_written(new_site: NewSite, client: httpx.Client) -> None:
    """On a full disk a backup is refused and leaves nothing; a restoring goes on once there is room."""
    site = new_site("infortrend")
    one, *_ = [somebody(client, site) for _ in range(5)]
    points.receipt(client, one.receipt)
    site.stop()
    never = site.directory.with_name("never")
    limited("backup", never, "--data", site.directory)
    assert not list(never.parent.glob("never*"))
    made = backup(site)
    limited("restore", made, "--data", site.directory)
    troth("restore", made, "--data", site.directory)
    site.start()
    points.receipt(client, one.receipt)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P49")
def test_altered_erasures_are_found(new_site: NewSite, client: httpx.Client, tmp_path: Path) -> None:
    """Whoever takes an erasure back, in any of its rows, is found; so is who alters what a restoring has kept."""
    site = new_site("infortrend")
    kept_one, gone = somebody(client, site), somebody(client, site)
    points.receipt(client, gone.receipt)
    made = backup(site)
    troth("erase", gone.person, "--data", site.directory)
    site.stop()
    troth("restore", made, "--data", site.directory)
    copy, (person, record) = Copy(site.directory, tmp_path / "copy"), (gone.person, kept_one.record)
    moved = "UPDATE vault_erasure SET at = %s WHERE person = %s"
    told = "UPDATE vault_erasure SET recipients = %s WHERE person = %s"
    key = "UPDATE vault_personkey SET wrapped = %s WHERE person = %s"
    for which, name, question, *values in (
        ("database", "Persons of whom nothing is left", "DELETE FROM vault_erasure WHERE person = %s", person),
        ("database", "was changed", moved, "2026-01-01 00:00:00+00:00", person),
        ("database", "was changed", "UPDATE vault_erasure SET person = %s", record),
        ("database", "tells of this person's erasure", "UPDATE vault_erasure SET leaf = %s", b"x" * 32),
        ("database", "was changed", told, '["x"]', person),
        ("database", "is known", "UPDATE vault_person SET ref = %s", person),
        ("keys_database", "was altered", key, b"x" * 64, person),
        ("database", "its agreement is gone", "DELETE FROM consent_agreement WHERE record = %s", record),
        ("database", "accounts for", "DELETE FROM vault_sealed WHERE record = %s", record),
    ):
        with copy.altering(which) as ask:
            ask(question, *values)
        copy.is_found(name)
        copy.renew()
    copy.verifies()
    copy.close()

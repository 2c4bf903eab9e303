"""Backups hold no key and everything else; put back, whoever was erased since stays erased, and the log goes on."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support import me, persons, points, versions
from tests.support.asking import Asking, wishes
from tests.support.clocks import Clock
from tests.support.databases import Databases
from tests.support.documents import Document
from tests.support.outsider import Log
from tests.support.persons import somebody
from tests.support.site import EXAMPLES, Failed, Running, troth
from tests.support.versions import NOTICE, keep_longer, publish

NewSite = Callable[[str], Running]


def backup(site: Running, name: str = "backup", *options: object) -> Path:
    """A backup of the site, beside it."""
    directory = site.directory.with_name(name)
    troth("backup", directory, "--data", site.directory, *options)
    return directory


def with_keys(site: Running) -> tuple[object, ...]:
    """The options that copy keys as well."""
    beside = site.directory.parent
    return "--with-keys", beside / "keys.sealed", "--recovery-key", beside / "recovery.key"


def put_back(site: Running, directory: Path, *options: object) -> dict[str, object]:
    """Puts a backup back into the site, which is not served meanwhile."""
    site.stop()
    done: dict[str, object] = json.loads(troth("restore", directory, "--data", site.directory, "--json", *options))
    site.start()
    return done


def beside(site: Running, store: Callable[[], Databases]) -> Path:
    """A new installation for the same address, with keys of its own."""
    rows, keys = store()
    directory = site.directory.with_name("new")
    stores = ("--database", rows, "--keys-database", keys)
    troth("init", directory, "--from", EXAMPLES / "infortrend", "--url", site.url, *stores)
    return directory


@pytest.mark.promise("P44")
def test_a_backup_holds_no_key_and_no_word(client: httpx.Client, new_site: NewSite) -> None:
    """Made while the site is served, a backup holds neither what was typed nor any key; with keys, they are sealed."""
    site = new_site("infortrend")
    one = somebody(client, site)
    marks = persons.marks(site.directory, one)
    made = backup(site, "backup", *with_keys(site))
    secrets = {file.name: file.read_bytes().strip() for file in (site.directory / "keys").iterdir()}
    words = {word: word.encode() for word in one.words}
    for place in (made, site.directory.parent):
        if place != made:
            sealed = site.directory.parent / "keys.sealed"
            held = {"key": marks["key"], **secrets, **words}
            assert [name for name, secret in held.items() if secret in sealed.read_bytes()] == []
        else:
            assert persons.stands(made, {"key": marks["key"], **secrets, **words}) == {}
    assert [file for file in made.rglob("*") if file.stat().st_mode & 0o077] == []


@pytest.mark.promise("P44")
def test_what_was_there_is_there_again(client: httpx.Client, new_site: NewSite) -> None:
    """Everything given before the backup is there again, and proved; what came later is lost, and said to be."""
    site = new_site("infortrend")
    before = somebody(client, site)
    points.receipt(client, before.receipt)
    made = backup(site)
    later = somebody(client, site)
    points.receipt(client, later.receipt)
    newest = client.get(f"{site.url}/log/checkpoint").text
    put_back(site, made)
    points.receipt(client, before.receipt)
    assert client.get(later.receipt).status_code == 404
    assert "restored" in [entry["kind"] for entry in Log(client, site).entries()]
    remembered = site.directory.with_name("checkpoint")
    remembered.write_text(newest, "utf-8")
    for source in (("--data", site.directory), ("--url", site.url)):
        assert troth("verify", *source, "--remembered", remembered).startswith("Verified: ")
    assert points.taken(points.give(client, site, "information", email=before.address))["person"] == before.person


@pytest.mark.promise("P49")
def test_an_older_backup_brings_nobody_back(client: httpx.Client, new_site: NewSite) -> None:
    """Put back after somebody was erased, an older backup leaves nothing of them in any file, nor findable."""
    site = new_site("infortrend")
    gone, kept = somebody(client, site), somebody(client, site)
    marks = persons.marks(site.directory, gone)
    made = backup(site)
    certificate = json.loads(troth("erase", gone.person, "--data", site.directory, "--json"))
    assert put_back(site, made)["erased_again"] == 1
    assert persons.stands(site.directory, {**marks, **{word: word.encode() for word in gone.words}}) == {}
    assert persons.marks(site.directory, gone) == {}
    assert json.loads(troth("erase", gone.person, "--data", site.directory, "--json"))["entry"] == certificate["entry"]
    assert points.taken(points.give(client, site, "information", email=gone.address))["person"] != gone.person
    points.receipt(client, kept.receipt)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


def agreed(client: httpx.Client, site: Running, point: str, *choices: str) -> str:
    """Somebody who said yes to `choices` at a point."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"])
    given.choices = dict.fromkeys(choices, True)
    person: str = points.taken(points.post(client, site, point, points.submission(asked, given), given.files))["person"]
    return person


@pytest.mark.promise("P16")
def test_what_was_taken_back_stays_taken_back(client: httpx.Client, new_site: NewSite) -> None:
    """Put back, an older backup takes no withdrawal, objection or ended token with it; what is lost is said."""
    site = new_site("infortrend")
    mind, other, gone = (agreed(client, site, "newsletter", "newsletter") for _ in range(3))
    buyer = agreed(client, site, "order")
    wishes(site, other, "withdraw", "newsletter")
    kept, ended = (Asking.new(client, site, "newsletter", "prevent-fraud") for _ in range(2))
    assert kept.may(mind, "newsletter", "email") == ended.may(gone, "newsletter", "email") == ["email"]
    made = backup(site)
    for wish in ("withdraw", "agree", "withdraw"):
        wishes(site, mind, wish, "newsletter")
        wishes(site, other, {"withdraw": "agree", "agree": "withdraw"}[wish], "newsletter")
    wishes(site, buyer, "object", "purpose.prevent-fraud")
    wishes(site, gone, "restrict")
    troth("token", "end", ended.ref, "--data", site.directory)
    later = Asking.new(client, site, "newsletter")
    troth("erase", gone, "--data", site.directory)
    lost = agreed(client, site, "newsletter", "newsletter")
    wishes(site, lost, "withdraw", "newsletter")
    site.stop()
    told = troth("restore", made, "--data", site.directory)
    assert "Erased again: 1. Wishes noted again: 8." in told
    assert "lost when a backup was put back: submissions 1, wishes 1." in told
    site.start()
    assert kept.why_not(mind, "newsletter", "email")["code"] == "consent-missing"
    assert later.may(other, "newsletter", "email") == ["email"]
    assert kept.why_not(buyer, "prevent-fraud", "email")["code"] == "objected"
    assert kept.why_not(gone, "newsletter", "email")["code"] == "person-unknown"
    assert kept.why_not(lost, "newsletter", "email")["code"] == "person-unknown"
    points.refused(ended.post({"questions": []}), 401, "use.token-refused")
    verified = troth("verify", "--data", site.directory)
    assert verified.startswith("Verified: ")
    assert "submissions 1, wishes 1." in verified


@pytest.mark.promise("P16")
def test_what_is_said_after_a_restore_is_said_last(client: httpx.Client, new_site: NewSite) -> None:
    """Whoever says yes or no again after a backup was put back is heard, however much was lost between."""
    site = new_site("infortrend")
    email = points.address()
    asked = points.described(client, site, "newsletter")

    def sends(*choices: str) -> str:
        given = points.answers(asked["shown"])
        given.fields["email"] = email
        given.choices = dict.fromkeys(choices, True)
        sent = points.post(client, site, "newsletter", points.submission(asked, given), given.files)
        person: str = points.taken(sent)["person"]
        return person

    person = sends()
    asking = Asking.new(client, site, "newsletter")
    made = backup(site)
    for _ in range(3):
        agreed(client, site, "newsletter")
    wishes(site, person, "agree", "newsletter")
    for _ in range(2):
        put_back(site, made)
        assert asking.may(person, "newsletter", "email") == ["email"]
        assert sends() == person
        assert asking.may(person, "newsletter", "email") == []
        wishes(site, person, "agree", "newsletter")
        assert asking.may(person, "newsletter", "email") == ["email"]
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
def test_back_and_forth(client: httpx.Client, new_site: NewSite) -> None:
    """Backups are put back one after the other, older, newer and older again; each time all of it is told."""
    site = new_site("infortrend")
    first, gone = somebody(client, site), somebody(client, site)
    older = backup(site, "older")
    second, later = somebody(client, site), somebody(client, site)
    troth("erase", gone.person, "--data", site.directory)
    wishes(site, first.person, "restrict")
    newer = backup(site, "newer")
    troth("erase", later.person, "--data", site.directory)
    wishes(site, first.person, "restrict", "--take-back")
    for made, there, wished in ((older, [first], 2), (newer, [first, second], 1), (older, [first], 2)):
        told = put_back(site, made)
        assert told["wished_again"] == wished
        assert troth("verify", "--data", site.directory).startswith("Verified: ")
        for one in there:
            points.receipt(client, one.receipt)
        assert persons.marks(site.directory, gone) == persons.marks(site.directory, later) == {}
        somebody(client, site)


@pytest.mark.promise("P54")
def test_a_password_that_was_removed_stays_removed(client: httpx.Client, new_site: NewSite) -> None:
    """An older backup brings back no password to come in by: a code is what lets in."""
    site = new_site("infortrend")
    address, password = me.held(client, site), "some quite odd sentence"
    with closing(me.signed_in(site, address)) as own:
        page = Document(own.get(f"{site.url}/me/security/"))
        assert me.post(own, site, "/me/security/password/", page, password=password).status_code == 303
        made = backup(site)
        page = Document(own.get(f"{site.url}/me/security/"))
        assert me.post(own, site, "/me/security/password/remove/", page).status_code == 303
    put_back(site, made)
    page = Document(client.get(f"{site.url}/me/sign-in/"))
    answer = me.post(client, site, "/me/sign-in/password/", page, address=address, password=password)
    assert answer.status_code == 403
    me.sign_in(client, site, address)


@pytest.mark.promise("P54")
def test_a_yes_to_what_is_lost_is_none(client: httpx.Client, new_site: NewSite) -> None:
    """Who accepted a version that came after the backup has not accepted the other one that has its number now."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    asking = Asking.new(client, site, "answer-you")
    accepted = agreed(client, site, "support")
    made = backup(site)

    def change(plain: versions.Plain) -> None:
        plain["collection"]["support"]["required"]["message"] = ["support-you", "answer-you"]

    versions.publish(site, change, points.today() + versions.NOTICE)
    wishes(site, accepted, "accept", "2")
    site.stop()
    assert "versions of the statement 1" in troth("restore", made, "--data", site.directory)
    site.start()
    versions.publish(site, change, points.today() + versions.NOTICE + timedelta(days=1))
    clock.set(versions.NOTICE + timedelta(days=2))
    assert asking.why_not(accepted, "answer-you", "message")["under"] == "given"
    wishes(site, accepted, "accept", "2")
    assert asking.may(accepted, "answer-you", "message") == ["message"]
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P49")
def test_a_new_installation_learns_who_was_erased(
    client: httpx.Client, new_site: NewSite, store: Callable[[], Databases]
) -> None:
    """With all keys from their copy and the log from a site, all is put back elsewhere, but those who were erased."""
    site = new_site("infortrend")
    gone, kept = somebody(client, site), somebody(client, site)
    marks = persons.marks(site.directory, gone)
    made = backup(site, "backup", *with_keys(site))
    troth("erase", gone.person, "--data", site.directory)
    new = beside(site, store)
    with pytest.raises(Failed, match=r"troth: entry\.later-unknown: "):
        troth("restore", made, "--data", new, *with_keys(site))
    told = troth("restore", made, "--data", new, *with_keys(site), "--ledger", site.url)
    assert "Erased again: 1." in told
    site.stop()
    assert persons.stands(new, marks) == {}
    other = Running(new, site.port)
    other.start()
    points.receipt(client, kept.receipt)
    assert points.taken(points.give(client, other, "information", email=kept.address))["person"] == kept.person
    assert (new / "keys" / "dkim.key").read_bytes() == (site.directory / "keys" / "dkim.key").read_bytes()
    other.close()


@pytest.mark.promise("P44")
def test_all_is_lost_but_backup_and_keys(
    client: httpx.Client, new_site: NewSite, store: Callable[[], Databases]
) -> None:
    """When nothing else is left, backup and keys are enough, once somebody says that nothing else is left."""
    site = new_site("infortrend")
    kept = somebody(client, site)
    made = backup(site, "backup", *with_keys(site))
    site.stop()
    new = beside(site, store)
    with pytest.raises(Failed, match=r"troth: entry\.foreign-backup: "):
        troth("restore", made, "--data", new, "--ledger", "lost")
    troth("restore", made, "--data", new, *with_keys(site), "--ledger", "lost")
    other = Running(new, site.port)
    other.start()
    points.receipt(client, kept.receipt)
    other.close()


def _changed(directory: Path, name: str) -> None:
    file = next(directory.rglob(name))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.promise("P44")
def test_an_altered_backup_is_refused(client: httpx.Client, new_site: NewSite) -> None:
    """A backup in which anything is gone or changed, or that was never finished, is refused; nothing is touched."""
    site = new_site("infortrend")
    one = somebody(client, site)
    points.receipt(client, one.receipt)
    made = backup(site)
    site.stop()
    file = persons.files_of(site.directory, one)[0]
    refusals = {
        "vault_sealed.jsonl": "entry.altered-backup",
        "ledger_entry.jsonl": "entry.altered-backup",
        "files.jsonl": "entry.altered-backup",
        file: "entry.altered-backup",
        "manifest": "entry.foreign-backup",
    }
    for name, code in refusals.items():
        copy = made.with_name("copy")
        shutil.copytree(made, copy)
        _changed(copy, name)
        with pytest.raises(Failed, match=f"troth: {code}: "):
            troth("restore", copy, "--data", site.directory)
        next(copy.rglob(name)).unlink()
        with pytest.raises(Failed, match=r"troth: entry\.(altered-backup|not-a-backup): "):
            troth("restore", copy, "--data", site.directory)
        shutil.rmtree(copy)
    site.start()
    points.receipt(client, one.receipt)


@pytest.mark.promise("P44")
def test_a_foreign_backup_is_refused(client: httpx.Client, new_site: NewSite) -> None:
    """A backup of another installation is refused, whatever keys come with it, and so is a copy that does not open."""
    site, foreign = new_site("infortrend"), new_site("infortrend")
    somebody(client, site)
    made = backup(foreign, "foreign", *with_keys(foreign))
    site.stop()
    with pytest.raises(Failed, match=r"troth: entry\.foreign-backup: "):
        troth("restore", made, "--data", site.directory)
    with pytest.raises(Failed, match=r"troth: vault\.foreign-key: "):
        troth("restore", made, "--data", site.directory, *with_keys(foreign))
    wrong = site.directory.with_name("wrong.key")
    shutil.copy(site.directory / "keys" / "look-up.key", wrong)
    keys = with_keys(foreign)[1]
    with pytest.raises(Failed, match=r"troth: vault\.not-together: "):
        troth("restore", made, "--data", site.directory, "--with-keys", keys, "--recovery-key", wrong)
    site.start()


@pytest.mark.promise("P44")
def test_nothing_is_put_back_under_a_server(client: httpx.Client, new_site: NewSite) -> None:
    """While a server runs, nothing is put back; a backup does not go where something is."""
    site = new_site("infortrend")
    one = somebody(client, site)
    made = backup(site)
    with pytest.raises(Failed, match=r"troth: entry\.taken: "):
        troth("restore", made, "--data", site.directory)
    with pytest.raises(Failed, match=r"troth: entry\.occupied: "):
        backup(site)
    points.receipt(client, one.receipt)


@pytest.mark.promise("P53")
def test_what_was_retracted_stays_retracted(client: httpx.Client, new_site: NewSite) -> None:
    """A version that was retracted after the backup does not come to life again with it."""
    site = new_site("infortrend")
    somebody(client, site)
    publish(site, keep_longer, points.today() + NOTICE)
    made = backup(site)
    troth("retract", 2, "--data", site.directory)
    put_back(site, made)
    assert "It never was in force" in client.get(f"{site.url}/privacy/versions/2/").text
    assert f"{site.url}/privacy/versions/1/diff/2/" not in client.get(f"{site.url}/").text
    assert troth("verify", "--data", site.directory).startswith("Verified: ")

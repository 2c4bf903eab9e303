"""Mail that comes back, and complaints: no advertising goes there any more, and nobody brings it about for another."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.support import letters, points, signed
from tests.support.asking import Asking
from tests.support.clocks import Clock
from tests.support.inbound import (
    BOUNCES,
    PRIVACY,
    Receiving,
    Subscriber,
    bounce,
    complaint,
    mail,
    requests_of,
    subscriber,
)
from tests.support.site import troth
from tests.support.tampering import connected
from tests.support.waiting import until


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, store: Any) -> Iterator[Receiving]:
    """A site that takes reports in, of this module's own."""
    with Receiving.new(tmp_path_factory.mktemp("returned"), store()) as made:
        yield made


@pytest.fixture
def one(client: httpx.Client, inbox: Receiving) -> Subscriber:
    """Somebody who said yes to everything that a subscription asks."""
    return subscriber(client, inbox.site)


def why(inbox: Receiving, address: str) -> str | None:
    """Why no advertising goes to an address; empty as long as it does, None when nothing was noted of it."""
    ref = inbox.verp(address).partition("+")[2].partition(".")[0]
    with connected(inbox.site.directory) as ask:
        found = ask("SELECT why FROM vault_unwanted WHERE address_ref = %s", ref)
    return str(found[0][0]) if found else None


def may_send(client: httpx.Client, inbox: Receiving, person: str) -> bool:
    """Whether the newsletter may go to somebody."""
    return Asking.new(client, inbox.site, "newsletter").may(person, "newsletter", "email") == ["email"]


HARD = ("5.1.1", "5.1.2", "5.2.1", "5.0.0", "5.4.4")
SOFT = ("4.4.7", "5.2.2", "4.2.2", "5.3.4")
POLICY = ("5.7.1", "5.7.26", "4.7.0")


@pytest.mark.promise("P39")
def test_what_comes_back_for_good(inbox: Receiving) -> None:
    """No such mailbox: no advertising goes there any more. Something that passes is counted; a policy is our fault."""
    for status in (*HARD, *SOFT, *POLICY):
        address = points.address()
        inbox.bring(bounce(status), inbox.verp(address), path="")
        assert why(inbox, address) == ("bounced" if status in HARD else "" if status in SOFT else None), status
    delayed = points.address()
    inbox.bring(bounce("4.4.1", "delayed"), inbox.verp(delayed).upper(), path="")
    assert why(inbox, delayed) is None
    assert "look at SPF, DKIM and DMARC" in inbox.site.printed()


@pytest.mark.promise("P39")
def test_what_came_back_leaves_out_of_the_next_issue(client: httpx.Client, tmp_path: Any, store: Any) -> None:
    """An issue has a return path of its address. If it comes back, none goes there until they confirm anew."""
    with Receiving.new(tmp_path, store()) as inbox:
        site, server = inbox.site, inbox.server
        site.stop()
        clock = Clock(site)
        site.start()
        address, _ = letters.subscribed(client, site, server)
        other, _ = letters.subscribed(client, site, server)
        letters.send(site, letters.issue(site))
        (letter,) = letters.issues(server, address)
        assert server.path_of(letter) == inbox.verp(address)
        inbox.bring(bounce("5.1.1"), server.path_of(letter), path="")
        assert letters.send(site, letters.issue(site))["left out"] == {"unwanted": 1}
        assert (len(letters.issues(server, address)), len(letters.issues(server, other))) == (1, 2)
        clock.set(timedelta(days=1, minutes=1))
        signed.give(client, site, "newsletter", address, "newsletter")
        until(lambda: len(letters.asked(server, address)) == 2, "another question")
        letters.confirm(client, server, address)
        assert why(inbox, address) is None
        letters.send(site, letters.issue(site))
        assert (len(letters.issues(server, address)), len(letters.issues(server, other))) == (2, 3)


@pytest.mark.promise("P39")
def test_unsubscribing_by_mail(client: httpx.Client, inbox: Receiving) -> None:
    """The address for mail in `List-Unsubscribe` ends it, from whatever mailbox; one made up ends nothing."""
    site, server = inbox.site, inbox.server
    address, person = letters.subscribed(client, site, server)
    letters.send(site, letters.issue(site))
    (letter,) = letters.issues(server, address)
    to, _, subject = (
        letter["List-Unsubscribe"].split(",")[1].strip("<> ").removeprefix("mailto:").partition("?subject=")
    )
    assert to == PRIVACY
    inbox.bring(mail("else@example.com", "", subject.replace("%20", " ")[:-3]))
    assert may_send(client, inbox, person)
    for _ in range(2):
        inbox.bring(mail("else@example.com", "", subject.replace("%20", " ")))
    assert not may_send(client, inbox, person)
    assert requests_of(inbox, person) == []
    letters.send(site, letters.issue(site))
    assert letters.issues(server, address) == [letter]


@pytest.mark.promise("P39")
def test_a_complaint_is_an_objection(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """Who complains to their provider gets no more advertising, and all they had agreed to of it is taken back."""
    assert may_send(client, inbox, one.person)
    inbox.bring(complaint(inbox.verp(one.address), one.address), BOUNCES)
    assert why(inbox, one.address) == "complained"
    assert not may_send(client, inbox, one.person)
    assert [(row["asked"], row["state"]) for row in requests_of(inbox, one.person)] == [("stop-marketing", "done")]


@pytest.mark.promise("P39")
def test_a_complaint_that_names_nobody(inbox: Receiving, one: Subscriber) -> None:
    """A provider that hides the address is believed for the return path; who it was is not guessed."""
    inbox.bring(complaint(inbox.verp(one.address), "hidden@example.com"), PRIVACY)
    assert why(inbox, one.address) == "complained"
    other = points.address()
    inbox.bring(complaint(inbox.verp(other), other, "not-spam"), PRIVACY)
    assert why(inbox, other) is None


def forged(inbox: Receiving, address: str) -> dict[str, str]:
    """Return paths that were not signed here for this address."""
    local, _, domain = inbox.verp(address).rpartition("@")
    mine = inbox.verp("forger@attacker.example").rpartition("@")[0]
    return {
        "another signature": f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}",
        "another's signature": f"{local.rpartition('.')[0]}.{mine.rpartition('.')[2]}@{domain}",
        "no signature": f"{local.rpartition('.')[0]}@{domain}",
        "cut short": f"{local[:-3]}@{domain}",
        "another domain": f"{local}@attacker.example",
        "another name": f"x{local}@{domain}",
    }


@pytest.mark.promise("P39")
def test_forged_return_paths_are_refused(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """A return path that was not signed here is no address of ours, and in a report it says nothing."""
    for name, path in forged(inbox, one.address).items():
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            inbox.bring(bounce("5.1.1"), path, path="")
        inbox.bring(complaint(path, one.address), PRIVACY)
        inbox.bring(complaint(path, one.address), BOUNCES)
        assert (why(inbox, one.address), name) == (None, name)
    # A report to the privacy address, in which no return path of ours stands, is of some other mail.
    inbox.bring(bounce("5.1.1"), PRIVACY, path="")
    assert why(inbox, one.address) is None
    assert may_send(client, inbox, one.person)


@pytest.mark.promise("P39")
def test_a_letter_to_a_return_path_is_no_report(inbox: Receiving, one: Subscriber) -> None:
    """What is no report, such as a notice that somebody is away, is taken, and nothing comes of it."""
    inbox.bring(
        mail(one.address, "I am away.", "Out of office", Auto_Submitted="auto-replied"), inbox.verp(one.address)
    )
    assert why(inbox, one.address) is None
    assert requests_of(inbox, one.person) == []
    assert inbox.letters(one.address) == []


@pytest.mark.promise("P39")
def test_it_outlives_erasure_as_a_hash(inbox: Receiving, one: Subscriber) -> None:
    """Once somebody is erased it still holds that no advertising goes there, and nothing leads to the address."""
    inbox.bring(bounce("5.1.1"), inbox.verp(one.address), path="")
    troth("erase", one.person, "--data", inbox.site.directory)
    assert why(inbox, one.address) == "bounced"


@pytest.mark.promise("P39")
def test_so_often_for_the_time_being_is_for_good(tmp_path: Any, store: Any) -> None:
    """Five failures over some days end it; many at once are one. What somebody unknown wrote goes after half a year."""
    with Receiving.new(tmp_path, store()) as inbox:
        inbox.site.stop()
        clock = Clock(inbox.site)
        inbox.site.start()
        address, unknown = points.address(), points.address()
        inbox.bring(mail(unknown, "Please delete my data"))
        for number in range(8):
            inbox.bring(bounce("4.4.7") + b"%d" % number, inbox.verp(address), path="")
        for day in range(1, 5):
            assert why(inbox, address) == ""
            clock.set(timedelta(days=day))
            inbox.bring(bounce("4.4.7"), inbox.verp(address), path="")
        assert why(inbox, address) == "bounced"
        (row,) = requests_of(inbox, "")
        ref = row["request"]
        assert "Please delete my data" in troth("requests", "show", ref, "--data", inbox.site.directory)
        clock.set(timedelta(days=181))
        inbox.site.restart()
        until(lambda: not _cases(inbox), "no case any more")
        assert "Please delete my data" not in troth("requests", "show", ref, "--data", inbox.site.directory)


def _cases(inbox: Receiving) -> list[Any]:
    with connected(inbox.site.directory) as ask:
        return ask('SELECT request FROM control_mailed WHERE "case"')

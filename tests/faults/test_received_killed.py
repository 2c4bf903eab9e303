"""Killed while it takes mail, a site has every mail that it said it had, once, and the others come again."""

import smtplib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import imap, points
from tests.support.crowd import chance
from tests.support.inbound import Receiving, Subscriber, listed, mail, requests_of, subscriber
from tests.support.site import troth
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)
# Of the rounds of a run each takes its share.
SHARE = 5
LATEST = 0.4
AT_ONCE = 4


@pytest.fixture
def box() -> Iterator[imap.Box]:
    """A mailbox of this machine."""
    with imap.served() as made:
        yield made


@pytest.fixture
def inbox(tmp_path: Path, store: Any, box: imap.Box) -> Iterator[Receiving]:
    """A site that takes mail from a mail server and out of the mailbox."""
    how = {"host": "127.0.0.1", "user": imap.USER, "every": 1, "port": box.port, "security": "none"}
    with Receiving.new(tmp_path, store(), imap=how) as made:
        yield made


def brought(inbox: Receiving, one: Subscriber, content: bytes, taken: list[Subscriber]) -> None:
    """Brings one mail; notes it if it was said to be taken."""
    with suppress(smtplib.SMTPException, OSError):
        inbox.bring(content)
        taken.append(one)


@pytest.mark.promise("P42")
def test_killed_while_it_takes_mail(rounds: int, client: httpx.Client, inbox: Receiving) -> None:
    """What was answered with 250 is there after the kill; brought again, as it would be, each mail is one request."""
    for _ in range(max(2, rounds // SHARE)):
        people = [subscriber(client, inbox.site) for _ in range(AT_ONCE)]
        mails = {one: mail(one.address, f"Please delete my data. {chance.random()}") for one in people}
        taken: list[Subscriber] = []
        until(inbox.listens, "a listener")
        bringing = [
            threading.Thread(target=brought, args=(inbox, one, content, taken)) for one, content in mails.items()
        ]
        for thread in bringing:
            thread.start()
        threading.Event().wait(chance.uniform(0, LATEST))
        inbox.site.kill()
        for thread in bringing:
            thread.join()
        inbox.site.start()
        assert [one for one in taken if len(requests_of(inbox, one.person)) != 1] == []
        for content in mails.values():
            inbox.bring(content)
        assert [len(requests_of(inbox, one.person)) for one in people] == [1] * AT_ONCE
        for one in people:
            inbox.letter_to(one.address)
    assert troth("verify", "--data", inbox.site.directory).startswith("Verified: ")
    # A letter that the site was killed in the midst of is sent again, and is the same one.
    written = {to: {one["Message-ID"] for one in inbox.letters(to)} for to in {one["To"] for one in inbox.server.taken}}
    assert {to: len(answers) for to, answers in written.items() if len(answers) > 1} == {}


@pytest.mark.promise("P42")
def test_killed_while_it_looks_into_a_mailbox(
    rounds: int, client: httpx.Client, inbox: Receiving, box: imap.Box
) -> None:
    """Every mail of the mailbox is taken in the end, and none of them twice, whenever the site is killed."""
    people = []
    for _ in range(max(2, rounds // SHARE)):
        some = [subscriber(client, inbox.site) for _ in range(AT_ONCE)]
        people += some
        for one in some:
            box.put(mail(one.address, f"What do you have about me? {chance.random()}"))
        threading.Event().wait(chance.uniform(0.5, 0.5 + 2 * LATEST))
        inbox.site.kill()
        inbox.site.start()
    until(lambda: all(one.flags for one in box.mails.values()), "a mark on every mail")
    assert [len(requests_of(inbox, one.person)) for one in people] == [1] * len(people)
    assert troth("verify", "--data", inbox.site.directory).startswith("Verified: ")


@pytest.mark.promise("P42")
@pytest.mark.usefixtures("sqlite")
def test_a_store_that_cannot_keep_it(inbox: Receiving) -> None:
    """While the store cannot keep anything, a mail is answered with 451, and taken when it comes again."""
    content, before = mail(points.address(), "Hello"), len(listed(inbox))
    holding = sqlite3.connect(inbox.site.directory / "troth.sqlite3", isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        inbox.bring(content)
    holding.execute("ROLLBACK")
    holding.close()
    inbox.bring(content)
    assert len(listed(inbox)) == before + 1
    assert troth("verify", "--data", inbox.site.directory).startswith("Verified: ")

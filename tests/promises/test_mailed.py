"""Writing to the privacy address is enough to ask, to correct or to stop; and nobody does it in another's name."""

import json
import re
import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import inbound, me, points
from tests.support.asking import Asking
from tests.support.documents import Document
from tests.support.inbound import PRIVACY, Receiving, Subscriber, listed, mail, requests_of, subscriber
from tests.support.site import troth
from tests.support.waiting import until


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, store: Any) -> Iterator[Receiving]:
    """A site that takes mail in, of this module's own."""
    directory = tmp_path_factory.mktemp("inbound")
    with Receiving.new(directory, store(), trusted=inbound.TRUSTED, dkim="dkim-keys.txt") as made:
        made.publish_key("example.com", made.site.directory / "dkim-keys.txt")
        yield made


@pytest.fixture
def one(client: httpx.Client, inbox: Receiving) -> Subscriber:
    """Somebody who said yes to everything that a subscription asks."""
    return subscriber(client, inbox.site)


def may_send(client: httpx.Client, inbox: Receiving, person: str) -> bool:
    """Whether the newsletter may go to somebody."""
    return Asking.new(client, inbox.site, "newsletter").may(person, "newsletter", "email") == ["email"]


def press(client: httpx.Client, inbox: Receiving, link: str) -> httpx.Response:
    """Presses the button of the page behind a link."""
    page = Document(client.get(inbox.site.url + link))
    return client.post(inbox.site.url + link, data=page.hidden, headers={"Origin": inbox.site.url})


@pytest.mark.promise("P42")
def test_stop_is_asked_about_and_done(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """Who writes "stop" is asked at their own address whether it was them; the button does it, once."""
    inbox.bring(mail(one.address, "STOP\n\nSent from my telephone"))
    (waiting,) = requests_of(inbox, one.person)
    assert (waiting["asked"], waiting["state"], waiting["due"]) == ("stop-marketing", "open", waiting["received"][:10])
    letter = inbox.letter_to(one.address)
    assert "To get no more advertising" in letter.get_content()
    assert (letter["Auto-Submitted"], inbox.server.path_of(letter)) == ("auto-replied", "<>")
    link = inbox.link_in(letter)
    assert client.get(inbox.site.url + link).status_code == 200
    assert may_send(client, inbox, one.person)
    answer = press(client, inbox, link)
    assert answer.status_code == 200, answer.text
    assert "no more advertising" in Document(answer).text
    assert not may_send(client, inbox, one.person)
    assert requests_of(inbox, one.person)[0]["state"] == "done"
    me.refused(client.get(inbox.site.url + link), 410, "control.link-over")


@pytest.mark.promise("P42")
def test_erasing_by_mail(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """Who writes "delete my data" and confirms it is erased, as on their own pages, with a certificate."""
    inbox.bring(mail(one.address, "Please delete my data.\n\nRegards"))
    letter = inbox.letter_to(one.address)
    answer = press(client, inbox, inbox.link_in(letter))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/me/erased/{one.person}/")
    assert "Everything is erased" in client.get(inbox.site.url + answer.headers["location"]).text
    (done,) = requests_of(inbox, one.person)
    assert (done["asked"], done["state"]) == ("erase", "done")
    shown = json.loads(troth("requests", "show", done["request"], "--json", "--data", inbox.site.directory))
    assert shown[0]["words"] == ""


@pytest.mark.promise("P42")
def test_a_copy_by_mail(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """Who asks what is held of them, and confirms it, finds it on their own pages; then the request ends."""
    inbox.bring(mail(one.address, "Hello,\nwhat do you have about me?"))
    answer = press(client, inbox, inbox.link_in(inbox.letter_to(one.address)))
    assert answer.status_code == 200
    until(lambda: requests_of(inbox, one.person)[0]["state"] == "done", "a package that answers the request")


@pytest.mark.promise("P42")
def test_correcting_by_mail(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """What is to be put right waits for people, who read it; it has the clock of any other request."""
    inbox.bring(mail(one.address, "My name is misspelled: it is Lin Mei-Hwa."))
    answer = press(client, inbox, inbox.link_in(inbox.letter_to(one.address)))
    assert "People read what you wrote" in Document(answer).text
    (waiting,) = requests_of(inbox, one.person)
    assert (waiting["asked"], waiting["state"], waiting["law"]) == ("correct", "open", "gdpr")
    assert "it is Lin Mei-Hwa" in troth("requests", "show", waiting["request"], "--data", inbox.site.directory)


@pytest.mark.promise("P42")
def test_in_chinese(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """A mail in Chinese is understood, and asked about and confirmed in Chinese."""
    inbox.bring(mail(one.address, "您好，\n請不要再寄廣告信給我，謝謝。", "取消訂閱"))
    letter = inbox.letter_to(one.address)
    assert "不再收到廣告" in letter.get_content() or "廣告" in letter.get_content()
    link = inbox.link_in(letter)
    assert link.startswith("/zh-hant/me/mail/")
    answer = press(client, inbox, link)
    assert answer.status_code == 200
    assert 'lang="zh-Hant"' in answer.text


@pytest.mark.promise("P42")
@pytest.mark.parametrize("how", ["signature", "finding"])
def test_stop_from_a_verified_address(client: httpx.Client, inbox: Receiving, one: Subscriber, how: str) -> None:
    """What is signed by the domain that it comes from, stops at once; whose it is, is told, and may think again."""
    content = mail(one.address, "Unsubscribe me, please")
    if how == "signature":
        content = inbox.signed(content, "example.com")
    else:
        found = f"Authentication-Results: {inbound.TRUSTED}; dkim=pass header.d=example.com header.s=s1\n"
        content = found.encode() + content
    assert may_send(client, inbox, one.person)
    inbox.bring(content)
    assert not may_send(client, inbox, one.person)
    assert requests_of(inbox, one.person)[0]["state"] == "done"
    assert "it is done" in inbox.letter_to(one.address).get_content()


FORGED = {
    "signed by another": lambda inbox, content: inbox.signed(content, "attacker.example"),
    "signed and altered": lambda inbox, content: inbox.signed(content, "example.com").replace(b"Stop", b"STOP"),
    "found by another": lambda _, content: (
        b"Authentication-Results: mx.attacker.example; dkim=pass header.d=example.com\n" + content
    ),
    "found in words": lambda _, content: (
        b'Authentication-Results: mx.infortrend.com; dkim=fail reason="x; dkim=pass header.d=example.com"\n' + content
    ),
    "found below another": lambda _, content: (
        b"Authentication-Results: mx.attacker.example; dkim=none\n"
        b"Authentication-Results: mx.infortrend.com; dkim=pass header.d=example.com\n" + content
    ),
    "signed long ago": lambda inbox, content: inbox.signed(
        re.sub(rb"(?m)^Date: .*$", b"Date: Mon, 02 Mar 2020 10:00:00 +0000", content), "example.com"
    ),
}


@pytest.mark.promise("P42")
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_is_not_verified_is_asked_about(
    client: httpx.Client, inbox: Receiving, one: Subscriber, forge: Any
) -> None:
    """Another's signature, an altered mail, an old one, or words that look like a finding, vouch for nothing."""
    if "attacker.example" not in (inbox.site.directory / "dkim-keys.txt").read_text("utf-8"):
        inbox.publish_key("attacker.example", inbox.site.directory / "dkim-keys.txt")
    inbox.bring(forge(inbox, mail(one.address, "Stop")))
    assert requests_of(inbox, one.person)[0]["state"] == "open"
    assert may_send(client, inbox, one.person)
    assert inbox.link_in(inbox.letter_to(one.address))


@pytest.mark.promise("P42")
def test_a_forger_brings_about_one_letter(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """Whoever writes in somebody's name, again and again, has them asked once, and no more; then it is too much."""
    forged = [mail(f"Somebody Else <{one.address}>", f"Delete my data! {number}") for number in range(6)]
    for content in forged[:5]:
        inbox.bring(content, path="forger@attacker.example")
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        inbox.bring(forged[5], path="forger@attacker.example")
    letter = inbox.letter_to(one.address)
    assert "attacker" not in letter.as_string()
    other = points.address()
    inbox.bring(mail(other, "Who are you?"))
    inbox.letter_to(other)
    assert len(inbox.letters(one.address)) == 1
    assert may_send(client, inbox, one.person)
    assert {row["state"] for row in requests_of(inbox, one.person)} == {"open"}


@pytest.mark.promise("P42")
def test_the_letter_goes_to_the_address_on_file(inbox: Receiving, one: Subscriber) -> None:
    """A forger who writes the address with other letters has nothing sent to another mailbox."""
    inbox.bring(mail(one.address.upper(), "stop"))
    assert inbox.letter_to(one.address)["To"] == one.address
    assert inbox.letters(one.address.upper()) == []


@pytest.mark.promise("P42")
@pytest.mark.parametrize("written", ["LOCAL@xn--bcher-kva.example", "LOCAL@bücher.example"])
def test_addresses_of_any_letters(client: httpx.Client, inbox: Receiving, written: str) -> None:
    """A domain of other letters is the same however a mail program writes it."""
    local = points.address().partition("@")[0]
    points.taken(points.give(client, inbox.site, "newsletter", email=f"{local}@bücher.example"))
    sender = written.replace("LOCAL", local)
    content = mail("x@example.com", "Stop").replace(b"From: x@example.com", f"From: Lin <{sender}>".encode())
    inbox.bring(content)
    assert inbox.link_in(inbox.letter_to(f"{local}@xn--bcher-kva.example"))


@pytest.mark.promise("P42")
def test_pressed_twice_at_once(client: httpx.Client, inbox: Receiving, one: Subscriber) -> None:
    """Of two who press the same button in one moment one does it, and the other finds the link used."""
    inbox.bring(mail(one.address, "Stop"))
    link = inbox.link_in(inbox.letter_to(one.address))
    page = Document(client.get(inbox.site.url + link))
    sent = {"data": page.hidden, "headers": {"Origin": inbox.site.url}}
    with ThreadPoolExecutor(4) as pool:
        pressed = [pool.submit(client.post, inbox.site.url + link, **sent) for _ in range(4)]
        answers = sorted(done.result().status_code for done in pressed)
    assert answers == [200, 410, 410, 410]
    assert [row["state"] for row in requests_of(inbox, one.person)] == ["done"]


@pytest.mark.promise("P42")
@pytest.mark.parametrize("wrong", ["", "x", "IngiOg:1:x", "a:b:c:d"])
def test_made_up_links_confirm_nothing(client: httpx.Client, inbox: Receiving, wrong: str) -> None:
    """A link that was not made here, or was altered, is over."""
    answer = client.get(f"{inbox.site.url}/me/mail/{wrong or 'x' * 500}/")
    me.refused(answer, 410, "control.link-over")


@pytest.mark.promise("P42")
def test_somebody_unknown_is_told_how_to_ask(inbox: Receiving) -> None:
    """Of whom nothing is held is told so once, in the language of the mail; what they wrote waits for people."""
    known, unknown = len(listed(inbox)), points.address()
    inbox.bring(mail(unknown, "你們有我的哪些資料？"))
    letter = inbox.letter_to(unknown)
    assert "/zh-hant/me/" in letter.get_content()
    inbox.bring(mail(unknown, "What do you have about me?"))
    rows = listed(inbox)[known:]
    assert [(row["asked"], row["person"], row["state"]) for row in rows] == [("access", "", "open")] * 2
    assert "哪些資料" in troth("requests", "show", rows[0]["request"], "--data", inbox.site.directory)
    other = points.address()
    inbox.bring(mail(other, "Hello"))
    inbox.letter_to(other)
    assert len(inbox.letters(unknown)) == 1


MACHINES = {
    "out of office": {"Auto_Submitted": "auto-replied"},
    "bulk": {"Precedence": "bulk"},
    "a list": {"List_Id": "<everybody.example.com>"},
    "exchange": {"X_Auto_Response_Suppress": "All"},
}


@pytest.mark.promise("P42")
def test_machines_are_not_answered(client: httpx.Client, inbox: Receiving) -> None:
    """What a machine or a list has sent, and a mail without a return path, is answered by nobody."""
    people = {name: me.held(client, inbox.site) for name in (*MACHINES, "no path", "subject")}
    for name, headers in MACHINES.items():
        inbox.bring(mail(people[name], "Stop. I am away until Monday.", **headers))
    inbox.bring(mail(people["no path"], "Stop"), path="")
    inbox.bring(mail(people["subject"], "Stop", "Automatic reply: I am away"))
    other = points.address()
    inbox.bring(mail(other, "Hello"))
    inbox.letter_to(other)
    assert [name for name, address in people.items() if inbox.letters(address)] == []


@pytest.mark.promise("P42")
@pytest.mark.parametrize("to", [
    "somebody@infortrend.com", "privacy@example.org", "bounce+abc.aaaaaaaaaaaaaaaa@infortrend.com",
    "privacy%example.org@infortrend.com", "privacy",
])  # fmt: skip
def test_nothing_is_relayed(inbox: Receiving, to: str) -> None:
    """Mail for anybody but the declared addresses is refused by name before any of it is sent."""
    with inbox.connection() as lmtp:
        lmtp.ehlo()
        lmtp.mail("forger@attacker.example")
        assert lmtp.rcpt(to)[0] in (550, 553, 501)
        assert lmtp.rcpt(PRIVACY)[0] == 250
        assert lmtp.rcpt(PRIVACY)[0] == 452


def bombs() -> Iterator[tuple[str, bytes]]:
    """Mails that are made to cost whoever reads them."""
    head = f"From: x@example.com\nTo: {PRIVACY}\nSubject: x\n".encode()
    parts = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(500))
    yield "deep", head + parts
    yield "parts", head + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000
    yield "headers", head + b"X-One: y\n" * 5_000 + b"\nhello"
    yield "folded", head + b"Content-Type: text/plain" + b";\n a=b" * 5_000 + b"\n\nhello"
    yield "lines", head + b"\n" + b"x\n" * 300_000


@pytest.mark.promise("P42")
@pytest.mark.parametrize(("name", "content"), list(bombs()), ids=[name for name, _ in bombs()])
def test_bombs_are_refused(inbox: Receiving, name: str, content: bytes) -> None:
    """A mail that is deeper, longer or of more parts than any letter is refused for good."""
    before = len(listed(inbox))
    with pytest.raises(smtplib.SMTPDataError) as refused:
        inbox.bring(content)
    assert (refused.value.smtp_code, name) == (554, name)
    assert len(listed(inbox)) == before


@pytest.mark.promise("P42")
def test_ten_megabytes_and_no_more(inbox: Receiving) -> None:
    """A mail that says it is larger is refused before it is sent, and one that does not say so while it is."""
    large = mail("x@example.com", "x" * 70 + "\n") + b"y" * 70 * 0 + (b"z" * 76 + b"\r\n") * 140_000
    with inbox.connection() as lmtp:
        lmtp.ehlo()
        assert lmtp.mail("x@example.com", [f"size={len(large)}"])[0] == 552
    with inbox.connection() as lmtp:
        lmtp.ehlo()
        lmtp.mail("x@example.com")
        lmtp.rcpt(PRIVACY)
        code, _ = lmtp.data(large)
        assert code == 552


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_what_was_written_is_sealed(inbox: Receiving, one: Subscriber) -> None:
    """Words and files of a mail stand nowhere in clear; people who answer it open them; HTML comes without its tags."""
    from email import message_from_bytes, policy  # noqa: PLC0415 - here alone

    message = message_from_bytes(mail(one.address, "placeholder"), policy=policy.default)
    message.set_content("<p>My <b>otter</b> Quixwood sleeps<script>alert('Quixbad')</script><img src='https://x.example/Quixpixel'></p>",
                        subtype="html")  # fmt: skip
    message.add_attachment(b"CONTENT Quixfile" * 100, maintype="application", subtype="pdf", filename="../履歷.pdf")
    inbox.bring(message.as_bytes())
    unknown = points.address()
    inbox.bring(mail(unknown, "Somebody else's Quixwood"))
    row = requests_of(inbox, one.person)[0]
    (shown,) = json.loads(troth("requests", "show", row["request"], "--json", "--data", inbox.site.directory))
    assert shown["words"] == "My otter Quixwood sleeps"
    assert [(file["name"], file["size"]) for file in shown["files"]] == [("../履歷.pdf", 1600)]
    to = inbox.site.directory.with_name("opened.pdf")
    troth("requests", "file", row["request"], 1, "--to", to, "--data", inbox.site.directory)
    assert to.read_bytes() == b"CONTENT Quixfile" * 100
    inbox.letter_to(unknown)
    found = [
        (file.name, word)
        for file in [*(file for file in inbox.site.directory.rglob("*") if file.is_file()), inbox.site.output]
        for word in (b"Quixwood", b"Quixfile", b"Quixpixel", unknown.encode(), one.address.encode())
        if word in file.read_bytes()
    ]
    assert found == []


@pytest.mark.promise("P42")
def test_handed_over_again(inbox: Receiving, one: Subscriber) -> None:
    """A mail whose answer was lost on the way, and that comes again, is one request."""
    content = mail(one.address, "Please correct my address")
    inbox.bring(content)
    inbox.bring(b"Received: from somewhere else\n" + content)
    assert len(requests_of(inbox, one.person)) == 1


@pytest.mark.promise("P42")
def test_after_an_exchange_of_keys_and_an_older_backup(client: httpx.Client, tmp_path: Path, store: Any) -> None:
    """What was written opens under the new keys, and again once a backup is put back; links that were sent work."""
    with Receiving.new(tmp_path, store()) as inbox:
        where = ("--data", inbox.site.directory)
        one, other = subscriber(client, inbox.site), subscriber(client, inbox.site)
        backup = tmp_path / "backup"
        inbox.bring(mail(other.address, "Hello from the otter"))
        inbox.bring(mail(points.address(), "Hello from the badger"))
        inbox.bring(mail(one.address, "Unsubscribe"))
        link = inbox.link_in(inbox.letter_to(one.address))
        inbox.site.stop()
        troth("keys", "rotate", *where)
        troth("backup", backup, *where)
        inbox.site.start()
        inbox.bring(mail(points.address(), "Lost"))
        inbox.site.stop()
        troth("restore", backup, *where)
        assert troth("verify", *where).startswith("Verified: ")
        inbox.site.start()
        words = [troth("requests", "show", row["request"], *where) for row in listed(inbox)]
        assert ["otter" in words[0], "badger" in words[1], len(words)] == [True, True, 3]
        assert press(client, inbox, link).status_code == 200
        assert not may_send(client, inbox, one.person)

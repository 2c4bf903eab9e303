"""Mail that comes another way: out of a mailbox, by SMTP, through a socket. It is the same mail."""

import json
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import imap, points, smtp
from tests.support.forked import run
from tests.support.inbound import PRIVACY, Receiving, listed, mail, requests_of, subscriber
from tests.support.site import Failed, free_port, troth
from tests.support.waiting import until

IMAP = {"host": "127.0.0.1", "user": imap.USER, "every": 1}


@pytest.fixture(scope="module")
def box() -> Iterator[imap.Box]:
    """A mailbox without TLS, of this machine."""
    with imap.served() as made:
        yield made


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, store: Any, box: imap.Box) -> Iterator[Receiving]:
    """A site that looks into the mailbox."""
    directory = tmp_path_factory.mktemp("mailbox")
    settings = {**IMAP, "port": box.port, "security": "none"}
    with Receiving.new(directory, store(), imap=settings) as made:
        yield made


@pytest.fixture
def whole(box: imap.Box) -> imap.Box:
    """The mailbox as it is when nothing is wrong with it."""
    box.breaks_off_at, box.keywords, box.password = "", True, imap.PASSWORD
    return box


@pytest.mark.promise("P42")
def test_what_is_in_the_mailbox_is_taken_once(client: httpx.Client, inbox: Receiving, whole: imap.Box) -> None:
    """A mail in the mailbox becomes a request, is marked and stays there; a bomb beside it is marked as refused."""
    one = subscriber(client, inbox.site)
    bomb = whole.put(b"X: y\n" * 5000 + b"\nhello")
    large = whole.put(mail(points.address(), "x") + b"x" * 11_000_000)
    good = whole.put(mail(one.address, "Please correct my address."))
    until(lambda: good.flags, "a mark")
    assert (good.flags, bomb.flags, large.flags) == ({"TrothTook"}, {"TrothRefused"}, {"TrothRefused"})
    assert inbox.link_in(inbox.letter_to(one.address))
    looks = whole.looks
    until(lambda: whole.looks > looks + 2, "two more looks")
    assert len(requests_of(inbox, one.person)) == 1


@pytest.mark.promise("P42")
def test_cut_short_before_it_is_marked(client: httpx.Client, inbox: Receiving, whole: imap.Box) -> None:
    """The mailbox breaks off after a mail was kept and before it is marked: it is looked at again, and taken once."""
    one = subscriber(client, inbox.site)
    whole.breaks_off_at = "UID STORE"
    put = whole.put(mail(one.address, "Please correct my address."))
    until(lambda: requests_of(inbox, one.person), "a request")
    looks = whole.looks
    until(lambda: whole.looks > looks + 1, "another look")
    assert put.flags == set()
    inbox.site.kill()
    whole.breaks_off_at = ""
    inbox.site.start()
    until(lambda: put.flags, "a mark")
    assert len(requests_of(inbox, one.person)) == 1
    inbox.bring(put.content)
    assert len(requests_of(inbox, one.person)) == 1


@pytest.mark.promise("P42")
def test_a_mailbox_without_room_for_marks(client: httpx.Client, inbox: Receiving, whole: imap.Box) -> None:
    """Where nobody may put marks of their own, what was taken counts as seen."""
    one = subscriber(client, inbox.site)
    whole.keywords = False
    put = whole.put(mail(one.address, "Stop"))
    until(lambda: put.flags, "a mark")
    assert put.flags == {"\\Seen"}
    assert len(requests_of(inbox, one.person)) == 1


@pytest.mark.promise("P42")
def test_a_mailbox_that_lets_nobody_in(inbox: Receiving, whole: imap.Box) -> None:
    """The log says by name that the mailbox is closed, and not who wanted in; once it opens, it is looked into."""
    whole.password = "another one"
    until(lambda: "mail.mailbox-closed" in inbox.site.printed(), "a line of the log")
    assert f"{imap.USER} may not" not in inbox.site.printed()
    assert imap.PASSWORD not in inbox.site.printed()
    whole.password, looks = imap.PASSWORD, whole.looks
    until(lambda: whole.looks > looks, "a look")


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_password_that_others_can_read_is_not_used(inbox: Receiving) -> None:
    """The mailbox's password is its owner's alone, or `status` says so and nobody looks."""
    file = inbox.site.directory / "keys" / "imap.password"
    file.chmod(0o644)
    told = json.loads(run("status", "--data", inbox.site.directory, "--json").stdout)
    file.chmod(0o600)
    assert "mail.mailbox-closed" in [one["code"] for one in told["problems"]]
    assert imap.PASSWORD not in json.dumps(told)


@pytest.mark.promise("P43")
def test_a_mailbox_is_looked_into_over_tls(tmp_path: Path, store: Any, client: httpx.Client) -> None:
    """Over TLS the certificate is checked; a mailbox elsewhere in clear is refused in the settings."""
    with smtp.server(tmp_path) as certified, imap.served(certified.context()) as box:
        how = {**IMAP, "port": box.port}
        with Receiving.new(tmp_path, store(), imap=how) as inbox:
            one = subscriber(client, inbox.site)
            put = box.put(mail(one.address, "Stop"))
            until(lambda: put.flags, "a mark")
            inbox.site.stop()
            file = inbox.site.directory / "troth.toml"
            right = file.read_text("utf-8")
            wrong = right.replace(f"port = {box.port}", 'security = "none"').replace(
                'imap]\nhost = "127.0.0.1"', 'imap]\nhost = "imap.example.org"'
            )
            file.write_text(wrong, "utf-8")
            with pytest.raises(Failed, match=r"entry\.not-installed"):
                troth("status", "--data", inbox.site.directory)
            file.write_text(right, "utf-8")


@pytest.mark.promise("P42")
def test_by_smtp_and_through_a_socket(tmp_path: Path, store: Any, client: httpx.Client) -> None:
    """A mail server may speak SMTP, or come through a socket of this machine that nobody else may open."""
    port, path = free_port(), tmp_path / "mail.sock"
    with Receiving.new(tmp_path, store(), listen=f"smtp:127.0.0.1:{port}") as inbox:
        inbox.port = port
        one, other = subscriber(client, inbox.site), subscriber(client, inbox.site)
        until(inbox.listens, "a listener")
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
            server.sendmail("x@example.com", [PRIVACY], mail(one.address, "Stop"))
        assert [row["asked"] for row in requests_of(inbox, one.person)] == ["stop-marketing"]
        inbox.site.stop()
        file = inbox.site.directory / "troth.toml"
        file.write_text(file.read_text("utf-8").replace(f"smtp:127.0.0.1:{port}", f"lmtp:{path}"), "utf-8")
        inbox.site.start()
        until(path.exists, "a socket")
        assert path.stat().st_mode & 0o007 == 0
        with smtplib.LMTP(str(path)) as server:
            server.sendmail("x@example.com", [PRIVACY], mail(other.address, "Stop"))
        assert len(requests_of(inbox, other.person)) == 1
        inbox.site.kill()
        inbox.site.start()
        until(lambda: _answers(path), "a listener where one was killed")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as tried:
        return tried.connect_ex(str(path)) == 0


WRONG = {
    "an outside address": 'listen = "lmtp:0.0.0.0:2424"',
    "no protocol": 'listen = "127.0.0.1:2424"',
    "no address": 'addresses = ["privacy"]',
    "a return path that is too long": 'bounces = "mail-comes-back@example.org"',
    "a password": '[mail.inbound.imap]\nhost = "imap.example.org"\nuser = "x"\npassword = "secret"',
}


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_settings_that_would_not_do_are_refused(tmp_path: Path, wrong: str) -> None:
    """Nobody listens where others reach it unless the settings say so, and no password stands in them."""
    troth("init", tmp_path / "site")
    file = tmp_path / "site" / "troth.toml"
    mail_server = f'[mail]\nhost = "mail.example.org"\nsender = "{smtp.SENDER}"\n[mail.inbound]\n'
    file.write_text(f"{file.read_text('utf-8')}\n{mail_server}{wrong}\n", "utf-8")
    with pytest.raises(Failed, match=r"entry\.not-installed"):
        troth("status", "--data", tmp_path / "site")


@pytest.mark.promise("P42")
@pytest.mark.usefixtures("sqlite")
def test_nobody_else_listens_there(inbox: Receiving) -> None:
    """A port that somebody has is refused when the server starts, and says so."""
    other = inbox.site.directory.with_name("other")
    troth("init", other)
    file = other / "troth.toml"
    mail_server = f'[mail]\nhost = "mail.example.org"\nsender = "{smtp.SENDER}"\n'
    listen = f'{mail_server}[mail.inbound]\nlisten = "lmtp:127.0.0.1:{inbox.port}"\n'
    file.write_text(f"{file.read_text('utf-8')}\n{listen}", "utf-8")
    troth("publish", other / "statement.yaml", "--effective", "today", "--data", other)
    with pytest.raises(Failed, match=r"entry\.port-taken"):
        troth("serve", "--data", other, "--port", free_port())
    assert isinstance(listed(inbox), list)

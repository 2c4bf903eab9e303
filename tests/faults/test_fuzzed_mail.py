"""Whatever is brought to the listener is taken or refused by name; nothing breaks, and no word of it is told."""

import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.inbound import PRIVACY, Receiving, mail
from tests.support.site import troth

# A word that stands in every mail, and must stand in no line of the log.
MARK = "Quixwood"
some = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, store: Any) -> Iterator[Receiving]:
    """A site that takes mail in, of this module's own."""
    with Receiving.new(tmp_path_factory.mktemp("fuzzed"), store(), dkim="keys.txt", trusted="mx.example.org") as made:
        (made.site.directory / "keys.txt").write_text("s._domainkey.example.com v=DKIM1; p=x\n", "utf-8")
        yield made


NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "Reply-To",
    "Content-Disposition", "DKIM-Signature", "Authentication-Results", "Return-Path", "Auto-Submitted",
]  # fmt: skip
VALUES = [
    "x@example.com", "multipart/mixed; boundary=b", "message/rfc822", "text/html; charset=x", "base64", "v=1",
    "a@b, c@d",
    "v=1; a=rsa-sha256; d=example.com; s=s; h=from:date; bh=x; b=x", "mx.example.org; dkim=pass header.d=", "(" * 50,
    "=?utf-8?b?////?=", "multipart/report; report-type=feedback-report; boundary=b",
]  # fmt: skip
COMMANDS = [
    b"LHLO x", b"MAIL FROM:<a@example.com>", b"MAIL FROM:<>", f"RCPT TO:<{PRIVACY}>".encode(), b"DATA", b"RSET",
    b"RCPT TO:<@a,@b:c@d>", b"VRFY x", b"EXPN x", b"HELP", b"AUTH PLAIN AGEAYg==", b"STARTTLS", b".",
    b"MAIL FROM:<a@example.com> SIZE=99999999999", b"MAIL FROM:<x> BODY=8BITMIME SMTPUTF8",
]  # fmt: skip
lines = st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(VALUES), st.text(max_size=60))).map(": ".join)
bodies = st.lists(st.one_of(st.sampled_from(["--b", "--b--", "", "Stop", "<p>"]), st.text(max_size=80)), max_size=12)


@pytest.mark.promise("P42")
@some
@given(st.lists(lines, max_size=10), bodies)
def test_whatever_a_mail_is(inbox: Receiving, head: list[str], body: list[str]) -> None:
    """A mail of any headers and any parts is taken, or refused with 554; never does the site break."""
    content = "\r\n".join([*head, f"X-Mark: {MARK}", "", *body, MARK]).encode("utf-8", "replace")
    try:
        inbox.bring(content)
    except smtplib.SMTPDataError as error:
        # 500 is the server's for a line that is no line; 451 once so many came that the next ones have to wait.
        if error.smtp_code not in (554, 500, 451):
            raise
    _insist_on_unbroken(inbox)


@pytest.mark.promise("P42")
@some
@given(st.lists(st.one_of(st.sampled_from(COMMANDS), st.binary(max_size=40)), max_size=10))
def test_whatever_is_said(inbox: Receiving, said: list[bytes]) -> None:
    """Commands in any order, and what is none, leave a listener that listens."""
    with socket.create_connection(("127.0.0.1", inbox.port), 60) as talk:
        talk.sendall(b"\r\n".join([*said, b"QUIT", b""]))
        talk.shutdown(socket.SHUT_WR)
        while talk.recv(4096):
            pass
    _insist_on_unbroken(inbox)


@pytest.mark.promise("P42")
def test_it_still_takes_mail(inbox: Receiving) -> None:
    """After all of that a mail is taken or told to wait, and the installation verifies."""
    try:
        inbox.bring(mail("x@example.com", "Hello"))
    except smtplib.SMTPDataError as error:
        if error.smtp_code != 451:
            raise
    assert troth("verify", "--data", inbox.site.directory).startswith("Verified: ")


def _insist_on_unbroken(inbox: Receiving) -> None:
    printed = inbox.site.printed()
    assert [word for word in (MARK, '"level": "error"', "uncaught") if word in printed] == [], printed[-2000:]

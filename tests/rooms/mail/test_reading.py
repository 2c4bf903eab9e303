"""Mails as they are taken apart: whatever is in them, and no further than a letter goes."""

import email
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from troth.mail.inbound import bounds, reading, verp
from troth.mail.inbound.errors import Unreadable
from troth.mail.inbound.reports import Fate, report

KEY = b"k" * 32
BASE = "bounce@example.org"

headers = st.sampled_from([
    "From: a@example.com", 'From: "x" <a@example.com>, b@example.com', "From: ((((", "From: =?utf-8?q?=",
    "Subject: Stop",
    "Subject: =?big5?b?////?=", "Content-Type: text/plain; charset=", "Content-Type: text/html; charset=utf-16",
    "Content-Type: multipart/mixed; boundary=b", "Content-Type: multipart/mixed", "Content-Type: message/rfc822",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "Content-Type: message/delivery-status",
    "Content-Type: multipart/report; report-type=feedback-report; boundary=b", "Content-Type: message/feedback-report",
    "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: x-uuencode", "Content-Disposition: attachment",
    "Content-Disposition: attachment; filename*0*=utf-8''%e5; filename*1=x", "Auto-Submitted: auto-replied", "Date: x",
    "Message-ID: <", "Return-Path: <>", "To: p@example.org", "\tfolded", ": nothing", "Precedence: list",
    "Status: 5.1.1",
    "Action: failed", "Feedback-Type: abuse", "Original-Mail-From: <bounce+a.aaaaaaaaaaaaaaaa@example.org>",
])  # fmt: skip
bodies = st.one_of(
    st.binary(max_size=200), st.sampled_from([b"--b", b"--b--", b"\n\n", b"Stop", b"<p>hi", b"=?", b"begin 6 x"])
)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Something between a mail and noise."""
    pieces = []
    for _ in range(draw(st.integers(1, 5))):
        pieces.append("\n".join(draw(st.lists(headers, max_size=6))).encode() + b"\n\n")
        pieces += draw(st.lists(bodies, max_size=4))
    return draw(st.sampled_from([b"\n", b"\r\n"])).join(pieces)


@given(mails())
@example(b"")
@example(b"\n")
@example(b"From: a@b.c\nContent-Type: message/rfc822\n\n")
def test_whatever_comes(content: bytes) -> None:
    """Nothing breaks it: a mail is read, or refused by name; a report says something or nothing."""
    try:
        came = reading.read(content)
    except Unreadable:
        return
    assert len(came.text) <= reading.MOST_TEXT
    assert sum(len(one.content) for one in came.attachments) <= 2 * len(content) + 1000
    assert came.digest == reading.read(b"Received: x\n" + content).digest or content[:1] in (
        b" ",
        b"\t",
        b"\n",
        b"\r",
        b"",
    )


def letter(**said: str) -> bytes:
    message = EmailMessage()
    for name, value in {"From": "a@example.com", **said}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Stop")
    return message.as_bytes()


@pytest.mark.parametrize(("headers", "automatic", "unanswered"), [
    ({}, False, False), ({"Auto_Submitted": "no"}, False, False), ({"Auto_Submitted": "auto-generated"}, True, True),
    ({"Auto_Submitted": "auto-replied (vacation)"}, True, True), ({"Precedence": "Bulk"}, False, True),
    ({"List_Id": "x"}, False, True), ({"X_Auto_Response_Suppress": "All"}, False, True),
    ({"X_Autoreply": "yes"}, True, True),
    ({"Return_Path": "<>"}, True, True), ({"Subject": "Automatic reply: away"}, True, True),
    ({"Subject": "自動回覆：休假"}, True, True), ({"Subject": "Auto repair shop"}, False, False),
])  # fmt: skip
def test_what_machines_send(headers: dict[str, str], automatic: bool, unanswered: bool) -> None:
    """RFC 3834 and what others write in its place."""
    came = reading.read(letter(**headers))
    assert (came.automatic, came.unanswered) == (automatic, unanswered)


@pytest.mark.parametrize(("line", "sender"), [
    ("a@example.com", "a@example.com"), ("Lin <a@example.com>", "a@example.com"), ("a@example.com, b@example.com", ""),
    ('"a@example.com" <b@example.com>', "b@example.com"), ("nobody", ""), ("a@b@c", ""), ("<>", ""),
    ("=?utf-8?q?a=40example.com?= <b@example.com>", "b@example.com"),
])  # fmt: skip
def test_who_it_says_it_is_from(line: str, sender: str) -> None:
    """One address, or nobody."""
    assert reading.read(f"From: {line}\n\nStop".encode()).sender == sender
    assert reading.read(f"From: {line}\nFrom: c@example.com\n\nStop".encode()).sender == ""


def test_html_is_words() -> None:
    """Of HTML its words are left; not what runs, loads, is hidden in tags, or quotes others."""
    source = "<p>Stop</p><script>x</script><img src=//x><a href='javascript:y'>now</a><blockquote>delete</blockquote>"
    assert reading.cleaned(source) == "Stop\nnow"
    assert reading.cleaned("shallow" + "<div>" * 50_000 + "deep") == "shallow"


def test_bounds() -> None:
    """Just a letter is read, and one header more is not."""
    bounds.insist(b"X: y\n" * 250 + b"\nhello")
    with pytest.raises(Unreadable):
        bounds.insist(b"X: y\n" * 251 + b"\nhello")


@given(st.text(alphabet="234567abcdefghijklmnopqrstuvwxyz", min_size=32, max_size=32))
def test_return_paths(ref: str) -> None:
    """What was signed is known again, in whatever letters; nothing else is."""
    path = verp.verp(ref, KEY, BASE)
    assert len(path.partition("@")[0]) <= 64
    assert verp.address_ref_of(path, KEY, BASE) == verp.address_ref_of(f"<{path.upper()}>", KEY, BASE) == ref
    assert verp.address_ref_of(path, b"x" * 32, BASE) == ""
    assert verp.address_ref_of(path, KEY, "other@example.org") == ""
    assert verp.paths_in(f"Return-Path: <{path}>, x") == [path]


@given(st.text(max_size=80))
def test_no_other_text_is_a_return_path(text: str) -> None:
    """Nobody guesses one."""
    assert verp.address_ref_of(text, KEY, BASE) == ""


@pytest.mark.parametrize(("fields", "fate"), [
    ("Action: failed\nStatus: 5.1.1", Fate.HARD), ("Action: failed\nStatus: 4.4.7", Fate.SOFT),
    ("Action: failed\nStatus: 5.2.2 (full)", Fate.SOFT), ("Action: failed\nStatus: 5.7.1", Fate.POLICY),
    ("Action: delayed\nStatus: 4.4.7", None), ("Action: delivered\nStatus: 2.0.0", None), ("Status: 5.1.1", None),
    ("Action: failed", None),
])  # fmt: skip
def test_reports(fields: str, fate: Fate | None) -> None:
    """RFC 3464: what failed, and how."""
    content = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{fields}\n--b--\n"
    )
    found = report(email.message_from_string(content))
    assert found is not None
    assert found.fate == fate

"""Mail as it leaves: one header a line, one address, signed, and of its class."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.site import EXAMPLES
from troth.mail import composing, sheets, signing, tokens
from troth.mail.actions import post
from troth.mail.errors import NotOfItsClass, TokenRefused
from troth.mail.rules import Letter
from troth.mail.sending import Refused, mailbox, prepared
from troth.statement.loader import load

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
REF = "a" * 35
NASTY = "Lin\r\nBcc: everybody@example.com\r\n\r\n<script>"


@pytest.fixture(scope="module")
def sheet():
    """An issue of the first example, in English."""
    statement = load(EXAMPLES / "infortrend" / "statement.yaml").statement
    assert statement
    text = "mail: newsletter\n--- en\nsubject: For {name|you}\n\nHello {name|you}.\n.\n..\n"
    return sheets.Sheet(REF, composing.read(text), "en", statement)


def test_a_name_is_no_header_and_no_markup(sheet):
    """Whatever somebody gave as their name stands in one line of the subject, and is text in the HTML."""
    ready = sheet.ready(sheets.For(REF, REF, "a@example.com", NASTY), AT)
    read = message_from_bytes(sheets.plain(ready.headers, ready.body), policy=policy.default)
    assert read["Bcc"] is None
    assert read["Subject"] == "For Lin Bcc: everybody@example.com <script>"
    html = read.get_body(("html",))
    assert html
    assert "<script>" not in html.get_content()
    assert len(ready.headers) == len(read.items())


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nRCPT TO:<b@example.com>", "a@example.com>", "<a@example.com", "a b@example.com", "",
        "@example.com", "a@exa mple.com", "a\x00@example.com", '"a b"@example.com', "a@\u3002.example",
        "a@" + "ü" * 70 + ".example",
    ],
)  # fmt: skip
def test_what_is_more_than_an_address_is_given_to_nobody(address):
    with pytest.raises(Refused):
        mailbox(address)


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("a@example.com", "a@example.com"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("用戶@例子.example", "用戶@xn--fsqu00a.example"),
        ('"a.b"@example.com', '"a.b"@example.com'),
    ],
)
def test_an_address_is_known_to_mail_servers(address, known_as):
    assert mailbox(address) == known_as


@pytest.mark.parametrize("body", [b"x\r\n", b"x\r\n\r\n\r\n", b".\r\n..\r\n", b"x \t y\r\n"])
def test_what_is_signed_is_checked_by_others(body):
    """Dkimpy checks what was signed here, also a header in several lines; a changed or an added one does not pass."""
    signer = signing.Signer(rsa.generate_private_key(65537, 2048), "example.com", "troth")
    headers = [(b"From", b"a@example.com"), (b"Subject", b"a\r\n b"), (b"List-Unsubscribe", b"<x>,\r\n <y>")]
    above = signer.header(headers, body)
    whole = above + b"\r\n" + sheets.plain(headers, body)
    record = signing.said(signer.public).encode()

    def passes(mail):
        return dkim.verify(mail, dnsfunc=lambda _name, **_options: record)

    assert passes(whole)
    assert max(map(len, above.split(b"\r\n"))) < 998
    assert not passes(whole.replace(b"<y>", b"<z>"))
    assert not passes(whole.replace(b"List-Unsubscribe: ", b"Other: "))
    assert not passes(b"List-Unsubscribe: <z>\r\n" + whole)
    assert not passes(b"From: b@example.com\r\n" + whole)
    assert not passes(whole + b"more\r\n")


@pytest.mark.usefixtures("installation")
def test_tokens_say_nothing_and_cannot_be_made():
    token = tokens.sealed("unsubscribe", REF, "newsletter")
    assert REF not in token
    assert tokens.opened("unsubscribe", token, 2) == [REF, "newsletter"]
    for kind, wrong, parts in (
        ("confirm", token, 2), ("unsubscribe", token, 3), ("unsubscribe", token[1:], 2), ("unsubscribe", "ü", 2),
        ("unsubscribe", token + "A", 2), ("unsubscribe", "", 2),
    ):  # fmt: skip
        with pytest.raises(TokenRefused):
            tokens.opened(kind, wrong, parts)


@pytest.mark.parametrize("category", ["service", "change"])
def test_the_one_place_from_which_mail_leaves_looks_once_more(category):
    """Whoever made it, from whatever: what nobody can refuse does not leave with what is not its own."""
    for mark in ("promotion", "tracked-link", "pixel"):
        mail = sheets.Ready(category, "a@example.org", "b@example.com", [], b"", frozenset([mark]))
        with pytest.raises(NotOfItsClass):
            prepared(mail)


@pytest.mark.usefixtures("installation")
def test_a_letter_to_one_person_is_never_promotion():
    for letter in (
        Letter("b@example.com", "News", "Buy.", "promotional"),
        Letter("b@example.com", "Code", "See https://shop.example/?utm_source=code"),
        Letter("b@example.com", "Changes", "See https://shop.example/follow/abc", "change"),
    ):
        with pytest.raises(NotOfItsClass):
            post(REF, letter, until=AT, at=AT)

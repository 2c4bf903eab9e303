"""A site that takes mail in: the mail that people, machines and forgers hand over to it, and what it answers."""

import base64
import json
import re
import smtplib
import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, NamedTuple

import dkim
import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support import letters, points, smtp
from tests.support.databases import Databases
from tests.support.imap import PASSWORD as IMAP_PASSWORD
from tests.support.site import Running, free_port, troth
from tests.support.waiting import WITHIN, until
from troth.mail.inbound.verp import verp, verp_key
from troth.vault.rules import address_ref, look_up_index

PRIVACY = "privacy@infortrend.com"
BOUNCES = "bounce@infortrend.com"
TRUSTED = "mx.infortrend.com"
SELECTOR = "s1"
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/\S*/mail/\S+/)")


class Receiving:
    """A site that takes mail in by LMTP, and the mail server that it sends its letters to."""

    def __init__(self, site: Running, server: smtp.Server) -> None:
        self.site, self.server = site, server
        self.port = free_port()
        self._signing: dict[str, bytes] = {}

    @classmethod
    @contextmanager
    def new(cls, directory: Path, databases: Databases, **settings: Any) -> "Iterator[Receiving]":
        """A new site; its settings beyond those of every test stand in `settings`."""
        with smtp.server(directory) as server:
            site = Running.new("infortrend", directory / "site", databases)
            site.stop()
            one = cls(site, server)
            one.configure(**settings)
            server.start()
            site.start()
            yield one
            site.close()

    def configure(self, **settings: Any) -> None:
        """Has the site, which must not run, take mail in and send its letters."""
        self.server.serves(self.site)
        given = {"listen": f"lmtp:127.0.0.1:{self.port}", "bounces": BOUNCES, **settings}
        imap = given.pop("imap", {})
        lines = ["", "[mail.inbound]", *(_line(*one) for one in given.items())]
        if imap:
            lines += ["[mail.inbound.imap]", *(_line(*one) for one in imap.items())]
            password = self.site.directory / "keys" / "imap.password"
            password.write_text(IMAP_PASSWORD + "\n", "ascii")
            password.chmod(0o600)
        file = self.site.directory / "troth.toml"
        file.write_text(file.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
        tomllib.loads(file.read_text("utf-8"))

    def connection(self) -> smtplib.LMTP:
        """A mail server that brings mail."""
        until(self.listens, "a listener")
        return smtplib.LMTP("127.0.0.1", self.port, timeout=WITHIN)

    def bring(self, content: bytes, to: str = PRIVACY, path: str = "somebody@example.com") -> None:
        """Hands over one mail; raises what the listener refuses."""
        with self.connection() as lmtp:
            lmtp.sendmail(path, [to], re.sub(rb"\r?\n", b"\r\n", content))

    def letter_to(self, address: str, number: int = 0) -> EmailMessage:
        """The letter of this number to somebody, as soon as it came."""
        return until(lambda: self.letters(address)[number:], f"letter {number} to {address}")[0]

    def letters(self, address: str) -> list[EmailMessage]:
        """What was mailed to somebody, apart from questions whether a yes of theirs was theirs."""
        asked = letters.LINK
        return [
            one
            for one in self.server.letters(address)
            if one.is_multipart() or not any("/confirm/" in link for link in asked.findall(one.get_content()))
        ]

    def link_in(self, letter: EmailMessage, number: int = 0) -> str:
        """The path of a link that confirms something."""
        links: list[str] = _LINK.findall(letter.get_content())
        return links[number]

    def verp(self, address: str) -> str:
        """The return path of mail to `address`."""
        key = base64.b64decode((self.site.directory / "keys" / "look-up.key").read_bytes())
        return verp(address_ref(key, look_up_index(key, address)), verp_key(key), BOUNCES)

    def publish_key(self, domain: str, file: Path) -> None:
        """Makes a key that mail of `domain` is signed with, and publishes its public half in `file`."""
        key = rsa.generate_private_key(65537, 2048)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        self._signing[domain] = key.private_bytes(*form)
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        text = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{SELECTOR}._domainkey.{domain} {text}\n")

    def signed(self, content: bytes, domain: str) -> bytes:
        """`content` with the DKIM signature of `domain`."""
        plain = re.sub(rb"\r?\n", b"\r\n", content)
        headers = [b"from", b"to", b"date", b"subject"]
        signature = dkim.sign(plain, SELECTOR.encode(), domain.encode(), self._signing[domain], include_headers=headers)
        return bytes(signature) + plain

    def listens(self) -> bool:
        """Whether somebody answers there."""
        try:
            socket.create_connection(("127.0.0.1", self.port), WITHIN).close()
        except OSError:
            return False
        return True


def _line(name: str, value: object) -> str:
    return f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"'


def listed(inbox: Receiving) -> list[dict[str, Any]]:
    """Every request that came by mail, the last one last."""
    told = troth("requests", "list", "--all", "--json", "--data", inbox.site.directory)
    return sorted((row for row in json.loads(told) if row["door"] == "mail"), key=lambda row: row["received"])


def requests_of(inbox: Receiving, person: str) -> list[dict[str, Any]]:
    """The requests that came by mail in the name of one person."""
    return [row for row in listed(inbox) if row["person"] == person]


class Subscriber(NamedTuple):
    """Somebody who said yes to the newsletter: their address and their reference."""

    address: str
    person: str


def subscriber(client: httpx.Client, site: Running) -> Subscriber:
    """Somebody new who said yes to whatever a subscription asks."""
    asked = points.described(client, site, "newsletter")
    given = points.answers(asked["shown"])
    address = given.fields["email"] = points.address()
    told = points.taken(points.post(client, site, "newsletter", points.submission(asked, given), given.files))
    return Subscriber(address, told["person"])


def mail(sender: str, text: str, subject: str = "", **headers: str) -> bytes:
    """A mail as people write it; further headers are named with `_` for `-`."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, PRIVACY, subject
    message["Date"] = headers.pop("Date", format_datetime(datetime.now(UTC)))
    message["Message-ID"] = make_msgid(domain="example.com")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def bounce(status: str, action: str = "failed") -> bytes:
    """A report that a mail came back (RFC 3464)."""
    return _report(
        "delivery-status",
        f"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; x@example.com\n"
        f"Action: {action}\nStatus: {status}\n",
    )


def complaint(path: str, address: str, kind: str = "abuse") -> bytes:
    """A report that somebody complained (RFC 5965)."""
    return _report(
        "feedback-report",
        f"Feedback-Type: {kind}\nUser-Agent: Test/1\nVersion: 1\nOriginal-Mail-From: <{path}>\n"
        f"Original-Rcpt-To: <{address}>\n",
    )


def _report(kind: str, fields: str) -> bytes:
    return (
        f"From: MAILER-DAEMON@example.com\nTo: {BOUNCES}\nSubject: Report\nMessage-ID: {make_msgid()}\n"
        f"MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nA machine says this.\n--b\nContent-Type: message/{kind}\n\n{fields}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nSubject: News\n\n--b--\n"
    ).encode()

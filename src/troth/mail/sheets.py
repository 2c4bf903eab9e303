"""A mail as it leaves: an issue in one language with what stands around its words, filled in for each person."""

import binascii
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from html import escape
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from troth.mail import composing, rules, tokens
from troth.mail.composing import Composed
from troth.mail.inbound.verp import verp, verp_key
from troth.statement.model import Statement, say
from troth.vault.keys import look_up_key
from troth.vault.unwanted import address_ref

_END: Final = "https://unsubscribe.troth.invalid/"
_NAME: Final = re.compile(f"{composing.NAME_MARK}([0-9a-f]*)X")
_BLANK: Final = re.compile(f"https://{re.escape(composing.LINK_HOST)}/([0-9]+)|{_NAME.pattern}|{re.escape(_END)}")
_WIDTH: Final = 76


class Ready(NamedTuple):
    """A mail that may be handed over: its class, from and to whom, its headers and body, and what it carries."""

    category: str
    sender: str
    to: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    marks: frozenset[str] = frozenset()
    ends: bool = False


class For(NamedTuple):
    """Whom a mail is for: the mail's reference, the person's, their address and name, whether their links tell."""

    ref: str
    person: str
    address: str
    name: str = ""
    tracked: bool = False


class Nobody(str):
    """What stands where a name belongs that is not known."""

    __slots__ = ()


class Pieces:
    """A text with blanks, taken apart once."""

    def __init__(self, text: str, *, as_html: bool = False) -> None:
        self._plain, self._blanks, at = [], [], 0
        self._as_html = as_html
        for found in _BLANK.finditer(text):
            self._plain.append(text[at : found.start()])
            self._blanks.append(found[1] or (found[0] if found[2] is None else self._nobody(found[2])))
            at = found.end()
        self._last = text[at:]
        # Where a name belongs, what stands there for somebody whose name is not known.
        self.named = any(isinstance(blank, Nobody) for blank in self._blanks)

    def _nobody(self, said: str) -> "Nobody":
        text = bytes.fromhex(said).decode()
        return Nobody(escape(text) if self._as_html else text)

    def filled(self, values: Mapping[str, str], name: str = "") -> str:
        """The text with what belongs into its blanks."""
        name = escape(name) if self._as_html else name
        parts: list[str] = []
        for plain, blank in zip(self._plain, self._blanks, strict=True):
            parts += (plain, (name or blank) if isinstance(blank, Nobody) else values[blank])
        return "".join(parts) + self._last


class Sheet:
    """One issue in one language."""

    def __init__(self, ref: str, composed: Composed, language: str, statement: Statement) -> None:
        part = composed.parts[language]
        self.ref, self.marks, self._language = ref, composed.marks, language
        declared = statement.mail[composed.mail]
        self.category, self.purpose, self.clause = declared.category, declared.purpose, f"mail.{composed.mail}"
        subject = composing.named(part.subject)
        words = composing.Words(part)
        around = _around(words, subject, language, statement, self.category)
        self._html = Pieces(render_to_string("mail/issue.html", around), as_html=True)
        self._text = Pieces(render_to_string("mail/issue.txt", around))
        self._subject, self.links = Pieces(subject), words.links
        self._plain_links = {str(number): link for number, link in enumerate(self.links)}
        self._plain_links_escaped = {number: escape(link) for number, link in self._plain_links.items()}
        self._subject_once = b"" if self._subject.named else _header("Subject", self._subject.filled({}))
        sender = settings.TROTH_MAIL.sender if settings.TROTH_MAIL else statement.controller.email
        name = say(statement.controller.name, language)
        self.sender, self._domain = sender, sender.rpartition("@")[2]
        self._from = formataddr((name, sender), "utf-8").encode("ascii", "replace")
        self._boundary = f"=_{secrets.token_hex(12)}"
        self._privacy = statement.controller.email
        with translation.override(language.lower()):
            self._door = _door("unsubscribe")
            self._following = _door("follow")

    def words(self, whom: For) -> tuple[str, str, str]:
        """Subject, text and HTML as this person reads them."""
        name, values = " ".join(whom.name.split()), {_END: self._end(whom)}
        if whom.tracked:
            links: Mapping[str, str] = {number: self._followed(whom, number) for number in self._plain_links}
            escaped = links
        else:
            links, escaped = self._plain_links, self._plain_links_escaped
        html = self._html.filled({**values, **escaped}, name)
        return self._subject.filled(values, name), self._text.filled({**values, **links}, name), html

    def ready(self, whom: For, at: datetime) -> Ready:
        """The mail to this person."""
        subject, text, html = self.words(whom)
        headers = [
            (b"From", self._from),
            (b"To", whom.address.encode()),
            (b"Subject", self._subject_once or _header("Subject", subject)),
            (b"Date", _date(at.replace(microsecond=0))),
            (b"Message-ID", f"<{whom.ref}@{self._domain}>".encode()),
            (b"MIME-Version", b"1.0"),
            (b"Content-Type", f'multipart/alternative; boundary="{self._boundary}"'.encode()),
            (b"Auto-Submitted", b"auto-generated"),
        ]
        if self.category == rules.PROMOTIONAL:
            headers += self._list_headers(whom)
        marks = self.marks | {"tracked-link"} if whom.tracked else self.marks
        bounces = settings.TROTH_INBOUND.bounces
        sender = verp(address_ref(whom.address), verp_key(look_up_key()), bounces) if bounces else self.sender
        ends = self.category == rules.PROMOTIONAL
        return Ready(self.category, sender, whom.address, headers, self._body(text, html), marks, ends)

    def _list_headers(self, whom: For) -> list[tuple[bytes, bytes]]:
        token = self._token(whom)
        mailto = f"mailto:{self._privacy}?subject=unsubscribe%20{token}"
        return [
            (b"List-Unsubscribe", f"<{self._door(token)}>,\r\n <{mailto}>".encode()),
            (b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"),
        ]

    def _token(self, whom: For) -> str:
        return tokens.sealed("unsubscribe", whom.person, self.purpose)

    def _end(self, whom: For) -> str:
        return self._door(self._token(whom))

    def _followed(self, whom: For, number: str) -> str:
        return self._following(tokens.sealed("follow", self.ref, self._language, number, whom.person))

    def _body(self, text: str, html: str) -> bytes:
        parts = [
            f'--{self._boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{_lines(words)}\r\n"
            for kind, words in (("plain", text), ("html", html))
        ]
        return "".join([*parts, f"--{self._boundary}--\r\n"]).encode("ascii")


def _around(words: composing.Words, subject: str, language: str, statement: Statement, category: str) -> dict[str, Any]:
    with translation.override(language.lower()):
        return {
            "language": language, "subject": subject, "html": words.html, "text": words.text,
            "heading": not words.has_heading, "category": category, "end": _END,
            "name": say(statement.controller.name, language), "address": say(statement.controller.address, language),
            "preferences": settings.TROTH_URL + reverse("my-choices"),
            "statement": settings.TROTH_URL + reverse("statement"),
        }  # fmt: skip


def _door(name: str) -> Callable[[str], str]:
    """Makes addresses of one door."""
    begin, _, end = (settings.TROTH_URL + reverse(name, args=["TOKEN"])).partition("TOKEN")
    return lambda token: f"{begin}{token}{end}"


def _header(name: str, text: str) -> bytes:
    """`text` as a header says it (RFC 2047): no line of it is another header."""
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    charset = "us-ascii" if plain.isascii() else "utf-8"
    return Header(plain, charset, header_name=name).encode(linesep="\r\n").encode("ascii")


@lru_cache(4)
def _date(at: datetime) -> bytes:
    return format_datetime(at).encode("ascii")


def _lines(words: str) -> str:
    packed = binascii.b2a_base64(words.replace("\n", "\r\n").encode(), newline=False).decode("ascii")
    return "\r\n".join([packed[start : start + _WIDTH] for start in range(0, len(packed), _WIDTH)])


def sheets(ref: str, composed: Composed, statement: Statement) -> dict[str, Sheet]:
    """The issue in each language of the statement."""
    found: dict[str, Sheet] = {}
    for language in statement.languages:
        with translation.override(language.lower()):
            found[language] = Sheet(ref, composed, language, statement)
    return found


def plain(pairs: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes:
    """A mail as it goes over the wire."""
    return b"".join([name + b": " + value + b"\r\n" for name, value in pairs]) + b"\r\n" + body

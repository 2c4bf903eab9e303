"""A mail as it is read: who it says it is from, its words, its attachments, and whether a machine sent it. Pure.

Nothing of what a mail says is believed here.
"""

import codecs
import email
import html
import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256
from typing import Final, NamedTuple

from troth.mail.inbound import bounds
from troth.mail.inbound.reports import Report, report

MOST_TEXT: Final = 20_000
_MOST_DECODED: Final = 256 * 1024
_MOST_TAGS: Final = 5_000
_MOST_COMMENTS: Final = 10
_MOST_SUBJECT: Final = 300
_MOST_ADDRESS: Final = 254
_MOST_NAME: Final = 150
_ONCE: Final = ("message-id", "from", "date", "subject")
_BULK: Final = ("bulk", "junk", "list", "auto_reply")
_LISTED: Final = ("list-id", "list-unsubscribe", "list-post", "x-auto-response-suppress", "feedback-id")
_ANSWERED: Final = ("x-autoreply", "x-autorespond", "x-auto-reply")
# Of those that decode bytes to text, the ones that take no longer for more than the text is long.
_CHARSETS: Final = re.compile(
    r"utf-?(8|16|32)|ascii|iso-?8859|iso-?2022|windows|cp\d|big5|gb|euc|shift_jis|koi8|mac|johab|tis|hz|utf-?7"
)
_AWAY = re.compile(
    r"^\s*(auto(matic)?[ -]?(reply|response|antwort)?\b\s*:|automatic reply|auto-?reply|out of (the )?office|autoreply"
    r"|自動回覆|自动回复|自動答覆|休假中|不在辦公室)",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"<\s*(br|/p|/div|/li|/tr|/h[1-6]|hr)\b", re.IGNORECASE)
_BLANK = re.compile(r"\n[ \t]*(\n[ \t]*){2,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Attachment(NamedTuple):
    """A file that came with a mail: what it calls itself, and its bytes."""

    name: str
    kind: str
    content: bytes


class Came(NamedTuple):
    """A mail that came in.

    `sender` is the one address that it says it is from, empty when it does not name just one. `automatic`: a machine
    sent it in answer to something, so that it is no letter; `unanswered`: nobody waits for an answer. `digest` is the
    same each time that the same mail is handed over, whatever way it came.
    """

    sender: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    automatic: bool
    unanswered: bool
    report: Report | None
    digest: bytes
    recipients: tuple[str, ...]
    path: str | None
    content: bytes


def read(content: bytes, path: str | None = None, recipients: tuple[str, ...] = ()) -> Came:
    """Takes a mail apart; raises :class:`Unreadable` when it is made to cost more than any letter.

    `path` is the return path it was sent with, `recipients` whom it was sent to; where no server says so, its own
    headers do.
    """
    bounds.insist(content)
    message = email.message_from_bytes(content)
    parts = _parts(message)
    if path is None:
        path = _headers(message, "return-path")[0].strip().strip("<>") if "return-path" in message else None
    subject = _words(message, "subject")[:_MOST_SUBJECT]
    listed = any(name in message for name in _LISTED) or _first(message, "precedence").lower() in _BULK
    automatic = _is_automatic(message, subject, path)
    return Came(
        sender=_sender(message),
        subject=subject,
        text=_text(parts),
        attachments=tuple(_attachments(parts)),
        automatic=automatic,
        unanswered=automatic or listed,
        report=report(message),
        digest=_digest(message, content),
        recipients=recipients or tuple(_named(message)),
        path=path,
        content=content,
    )


def _parts(message: Message) -> list[Message]:
    """The parts that hold something, those of a mail inside another apart."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < bounds.MOST_PARTS:
        part = waiting.pop(0)
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            waiting[:0] = [one for one in payload if isinstance(one, Message)]
        else:
            found.append(part)
    return found


def _text(parts: list[Message]) -> str:
    """What is to be read: what is plain if there is any, else what is left of HTML when everything active is gone."""
    for kind in ("text/plain", "text/html"):
        said = [_decoded(one) for one in parts if one.get_content_type() == kind and not _is_attached(one)]
        if kind == "text/html":
            said = [cleaned(one) for one in said]
        if text := _CONTROLS.sub("", "\n\n".join(said)).replace("\r\n", "\n").strip():
            return text[:MOST_TEXT]
    return ""


def cleaned(source: str) -> str:
    """The text of `source`, which is HTML: no tag, no script, no address that anything is loaded from, no quotation."""
    import nh3

    # What was opened and never closed takes its square to clean.
    few = "<".join(source[:_MOST_DECODED].split("<")[:_MOST_TAGS])
    broken = _BREAKS.sub(lambda found: f"\n{found[0]}", few)
    plain = nh3.clean(broken, tags=set(), attributes={}, clean_content_tags={"script", "style", "blockquote", "title"})
    return _BLANK.sub("\n\n", html.unescape(plain)).strip()


def _decoded(part: Message) -> str:
    payload = _bytes(part)[:_MOST_DECODED]
    charset = str(part.get_content_charset() or "utf-8")
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):  # a name may hold what no name of a codec can
        name = "utf-8"
    return payload.decode(name if _CHARSETS.match(name) else "utf-8", "replace")


def _bytes(part: Message) -> bytes:
    if part.is_multipart():  # a mail inside this one
        return b"".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachments(parts: list[Message]) -> Iterator[Attachment]:
    for number, part in enumerate(parts, 1):
        if part.get_content_maintype() != "text" or _is_attached(part):
            try:
                content = _bytes(part)
            except (ValueError, LookupError, KeyError):  # one that cannot be written as it was read
                continue
            if content:
                name = _CONTROLS.sub("", _plain(str(part.get_filename() or "")))[-_MOST_NAME:]
                yield Attachment(name or f"part-{number}", part.get_content_type()[:100], content)


def _is_automatic(message: Message, subject: str, path: str | None) -> bool:
    submitted = _first(message, "auto-submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or path in ("", "<>")
        or any(name in message for name in _ANSWERED)
        or message.get_content_type() == "multipart/report"
        or bool(_AWAY.match(subject))
    )


def _sender(message: Message) -> str:
    """The address of the mail's author, if it names one and no other."""
    lines = _headers(message, "from")
    if len(lines) != 1 or lines[0].count("(") > _MOST_COMMENTS:
        return ""
    named = [address for _, address in getaddresses([lines[0][:2000]])]
    if len(named) != 1 or not re.fullmatch(r"[^\s@<>,;:]+@[^\s@<>,;:]+", named[0]):
        return ""
    return named[0] if len(named[0]) <= _MOST_ADDRESS else ""


def _named(message: Message) -> Iterator[str]:
    """The addresses that a mail says it was delivered to."""
    for name in ("delivered-to", "x-original-to", "envelope-to", "to", "cc"):
        for _, address in getaddresses(_addressed(message, name)):
            yield address[:_MOST_ADDRESS]


def _addressed(message: Message, name: str) -> list[str]:
    return [one[:2000] for one in _headers(message, name)[:10] if one.count("(") <= _MOST_COMMENTS]


def _digest(message: Message, content: bytes) -> bytes:
    """What tells this mail from all others: what its author wrote, and nothing that is added on its way."""
    hashed = sha256()
    for name in _ONCE:
        for line in _headers(message, name):
            hashed.update(f"{name}:{line}\n".encode("utf-8", "surrogateescape"))
    end = bounds.end_of_head(content)
    hashed.update(content[end:].replace(b"\r\n", b"\n").rstrip(b"\n"))
    return hashed.digest()


def _headers(message: Message, name: str) -> list[str]:
    # As they came: letters beyond ASCII stand in UTF-8 where they stand at all (RFC 6532).
    return [
        str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for one, value in message.raw_items()
        if one.lower() == name
    ]


def _first(message: Message, name: str) -> str:
    return next(iter(_headers(message, name)), "").strip()


def _words(message: Message, name: str) -> str:
    return _CONTROLS.sub("", " ".join(_plain(_first(message, name)[:4000]).split()))


def _plain(header: str) -> str:
    """A header's text, with what is written in other letters decoded as far as it can be."""
    try:
        return "".join(
            one if isinstance(one, str) else one.decode(_charset(charset), "replace")
            for one, charset in decode_header(header)
        )
    except (ValueError, LookupError):
        return header.encode("utf-8", "replace").decode()


def _charset(name: str | None) -> str:
    return name if name and _CHARSETS.match(name.lower()) else "utf-8"

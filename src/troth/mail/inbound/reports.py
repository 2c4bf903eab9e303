"""What a machine reports of a mail of ours: it came back (RFC 3464), or somebody complained (RFC 5965). Pure."""

import re
from collections.abc import Iterator
from email.message import Message
from enum import Enum
from typing import Final, NamedTuple

from troth.mail.inbound import verp

_REPORT: Final = 64 * 1024
_STATUS = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})")
# Failed for good, and yet no fault of the address: a full mailbox, a mail that is too large.
_SOFT: Final = ("5.2.2", "5.2.3", "5.3.4", "5.3.1")
# Refused by a policy: something is wrong with who sends.
_POLICY: Final = "7"


class Fate(Enum):
    """What became of a mail: it can never be delivered, could not for days, was refused as ours, was complained of."""

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"
    COMPLAINT = "complaint"


class Report(NamedTuple):
    """What a report says: the fate of a mail if it tells one, and what in it may be the return path of that mail.

    `recipients` are the addresses that a complaint names, of which nothing is believed that is not signed elsewhere.
    """

    fate: Fate | None
    paths: tuple[str, ...]
    recipients: tuple[str, ...] = ()


def report(message: Message) -> Report | None:
    """The report that `message` is; None when it is none."""
    if message.get_content_type() != "multipart/report":
        return None
    kind = str(message.get_param("report-type", "")).lower()
    if kind == "delivery-status":
        return Report(_fate(message), tuple(_returned(message)))
    if kind == "feedback-report":
        return _complaint(message)
    return Report(None, ())


def _fate(message: Message) -> Fate | None:
    """The worst that the report says of any recipient; a return path of ours is one recipient's alone."""
    found = set()
    for block in _blocks(message, "message/delivery-status"):
        status = _STATUS.match(str(block.get("Status", "")))
        if str(block.get("Action", "")).strip().lower() == "failed" and status:
            found.add(_of_status(*status.groups()))
    return next((one for one in (Fate.POLICY, Fate.HARD, Fate.SOFT) if one in found), None)


def _of_status(kind: str, subject: str, detail: str) -> Fate:
    if subject == _POLICY:
        return Fate.POLICY
    if kind == "5" and f"{kind}.{subject}.{detail}" not in _SOFT:
        return Fate.HARD
    return Fate.SOFT


def _complaint(message: Message) -> Report:
    paths, recipients = list(_returned(message)), []
    for block in _blocks(message, "message/feedback-report"):
        if str(block.get("Feedback-Type", "")).strip().lower() not in ("abuse", "fraud", "opt-out", "other", "virus"):
            return Report(None, ())  # such as not-spam, which takes a complaint back
        paths += verp.paths_in(str(block.get("Original-Mail-From", ""))[:1000])
        recipients += [str(one).strip().strip("<>")[:320] for one in block.get_all("Original-Rcpt-To", [])[:10]]
    return Report(Fate.COMPLAINT, tuple(paths), tuple(recipients))


def _returned(message: Message) -> Iterator[str]:
    """What may be our return path in the headers of the mail that came back."""
    for part in list(message.walk())[:20]:
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            inner = part.get_payload()
            whole = inner[0].items() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else []
            text = "\n".join(f"{name}: {value}" for name, value in whole) or str(inner).partition("\n\n")[0]
            yield from verp.paths_in(text[:_REPORT])[:20]


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    """The groups of fields in the parts of this kind."""
    for part in list(message.walk())[:20]:
        if part.get_content_type() == kind:
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from [one for one in payload if isinstance(one, Message)][:100]
            else:
                yield from _fields(str(payload)[:_REPORT])


def _fields(text: str) -> Iterator[Message]:
    for group in re.split(r"\r?\n[ \t]*\r?\n", text)[:100]:
        block = Message()
        for line in group.splitlines()[:200]:
            name, colon, value = line.partition(":")
            if colon and name.strip() and not line[0].isspace():
                block[name.strip()] = value.strip()
        yield block

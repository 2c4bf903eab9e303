"""The poller: looks into a mailbox by IMAP (RFC 9051), over TLS, and takes what it has not taken yet.

A mail is marked once it is kept. Cut short between the two it is handed over again, and whoever takes it knows that it
has it. Nothing is ever deleted from the mailbox.
"""

import imaplib
import logging
import os
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from troth.ledger.secret import secret_in
from troth.mail.inbound.bounds import MOST_BYTES
from troth.mail.inbound.errors import MailboxClosed, Unreadable
from troth.mail.inbound.listening import NotNow

log = logging.getLogger("troth.mail")
PASSWORD_FILE: Final = "imap.password"  # noqa: S105 - where it is
FROM_ENVIRONMENT: Final = "TROTH_IMAP_PASSWORD"
TOOK, REFUSED = "TrothTook", "TrothRefused"
_PATIENCE: Final = 60
_MOST_AT_ONCE: Final = 100
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Mailbox(NamedTuple):
    """A mailbox, and where the file with its password stands."""

    host: str
    port: int
    tls: bool
    user: str
    folder: str
    keys: Path


def password(keys: Path) -> str:
    """The password of the mailbox, from the environment or its file."""
    return os.environ.get(FROM_ENVIRONMENT) or secret_in(keys / PASSWORD_FILE, MailboxClosed)


def look(mailbox: Mailbox, keep: Callable[[bytes], None]) -> int:
    """Has `keep` take every mail that was not taken yet; answers how many it took."""
    with _opened(mailbox) as imap:
        marks = _marks(imap)
        return sum(_taken(imap, number, marks, keep) for number in _waiting(imap, marks)[:_MOST_AT_ONCE])


@contextmanager
def _opened(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    try:
        if mailbox.tls:
            context = ssl.create_default_context()
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=_PATIENCE)
        else:
            imap = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=_PATIENCE)
    except (OSError, imaplib.IMAP4.error) as error:
        raise _closed(error) from None
    try:
        imap.login(mailbox.user, password(mailbox.keys))
        _sure(imap.select(_quoted(mailbox.folder)))
        yield imap
    except (imaplib.IMAP4.error, OSError) as error:  # what a server says may quote who signs in
        raise _closed(error) from None
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            imap.logout()


def _closed(error: Exception) -> MailboxClosed:
    message = (
        f"The mailbox cannot be looked into ({type(error).__name__}). Check `[mail.inbound.imap]` and its password."
    )
    return MailboxClosed(message)


def _marks(imap: imaplib.IMAP4) -> tuple[str, str]:
    """How a mail is marked that was taken, or refused: words of our own where the mailbox has room for them."""
    _, told = imap.response("PERMANENTFLAGS")
    return (TOOK, REFUSED) if any(b"\\*" in one for one in told if isinstance(one, bytes)) else ("\\Seen", "\\Seen")


def _waiting(imap: imaplib.IMAP4, marks: tuple[str, str]) -> list[bytes]:
    asked = ["UNSEEN"] if marks[0] == "\\Seen" else ["UNKEYWORD", TOOK, "UNKEYWORD", REFUSED]
    (found,) = _sure(imap.uid("SEARCH", "UNDELETED", *asked))
    return found.split() if isinstance(found, bytes) else []


def _taken(imap: imaplib.IMAP4, number: bytes, marks: tuple[str, str], keep: Callable[[bytes], None]) -> bool:
    uid, mark = number.decode("ascii"), marks[0]
    try:
        content = _fetched(imap, uid)
        if content is None:  # somebody took it away meanwhile
            return False
        keep(content)
    except Unreadable:
        log.warning("a mail in the mailbox is not taken: it is too large, too deep or of too many parts")
        mark = marks[1]
    except NotNow:
        return False
    except (imaplib.IMAP4.error, OSError):
        raise
    except Exception:
        # Whatever is wrong with one mail must keep no other from being taken.
        log.exception("a mail in the mailbox could not be taken; it is tried again")
        return False
    _sure(imap.uid("STORE", uid, "+FLAGS.SILENT", f"({mark})"))
    return mark == marks[0]


def _fetched(imap: imaplib.IMAP4, uid: str) -> bytes | None:
    told = _sure(imap.uid("FETCH", uid, "(RFC822.SIZE)"))
    sizes = [int(found[1]) for one in told if isinstance(one, bytes) and (found := _SIZE.search(one))]
    if sizes and sizes[0] > MOST_BYTES:
        raise Unreadable("The mail in the mailbox is larger than any letter. It is left there.")
    told = _sure(imap.uid("FETCH", uid, "(BODY.PEEK[])"))
    return next((one[1] for one in told if isinstance(one, tuple)), None)


def _sure(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[0])
    return answer[1]


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""Whether a mail is from the domain that it says it is from: by its DKIM signature (RFC 6376), or by what a mail server
that is trusted found out about it (RFC 8601).
"""

import logging
import re
from binascii import Error as NotBase64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

DNS: Final = "dns"
_MOST_SIGNATURES: Final = 3
_FRESH: Final = timedelta(days=3)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)')
_DKIM = re.compile(r"\s*dkim\s*=\s*pass\b(?=.*\bheader\.d\s*=\s*([a-z0-9.-]+)(?:\s|$))", re.IGNORECASE | re.DOTALL)
_DMARC = re.compile(r"\s*dmarc\s*=\s*pass\b(?=.*\bheader\.from\s*=\s*([a-z0-9.-]+)(?:\s|$))", re.IGNORECASE | re.DOTALL)

Keys = Callable[..., bytes | None]


def is_authentic(content: bytes, sender: str, *, trusted: str, keys: str, at: datetime) -> bool:
    """Whether whoever sends for the domain of `sender` sent this mail, within the last days.

    `trusted` names the mail server whose findings are believed; `keys` says where public keys are looked up: ``dns``,
    or a file. Where both are empty nothing is ever verified.
    """
    domain = sender.rpartition("@")[2].casefold()
    if not domain or not _is_fresh(content, at):
        return False
    return bool(trusted and _is_found(content, domain, trusted)) or bool(keys and _is_signed(content, domain, keys))


def _is_fresh(content: bytes, at: datetime) -> bool:
    """Whether it says that it was written lately: an old one can be sent again by anybody who has it."""
    try:
        written = parsedate_to_datetime(str(message_from_bytes(content).get("Date", "")))
    except (ValueError, TypeError, OverflowError):
        return False
    return abs(at - (written if written.tzinfo else written.replace(tzinfo=UTC))) <= _FRESH


def _is_found(content: bytes, domain: str, trusted: str) -> bool:
    # Only the uppermost: whoever handed the mail over wrote it, and whatever stands below came along.
    found = str(message_from_bytes(content).get("Authentication-Results", ""))[:10_000]
    plain = _QUOTED.sub(" ", found)
    server, *results = plain.split(";")
    if server.split()[:1] != [trusted] or any(mark in plain for mark in '()"'):
        return False
    return any(
        _aligned(verified[1], domain)
        for result in results
        for how in (_DKIM, _DMARC)
        if (verified := how.match(result))
    )


def _is_signed(content: bytes, domain: str, keys: str) -> bool:
    import dkim

    asked = dkim.get_txt if keys == DNS else _from_file(Path(keys))
    quiet = logging.getLogger("troth.dkim")
    quiet.propagate = False  # its words quote the mail
    verifying = dkim.DKIM(content, logger=quiet, timeout=5)
    signatures = [value for name, value in verifying.headers if name.lower() == b"dkim-signature"]
    for number in range(min(len(signatures), _MOST_SIGNATURES)):
        try:
            verified = verifying.verify(idx=number, dnsfunc=asked)
        except (dkim.DKIMException, NotBase64, ValueError, LookupError, TypeError):
            continue
        fields = verifying.signature_fields
        signed = {one.strip().lower() for one in fields.get(b"h", b"").split(b":")}
        whole = b"l" not in fields and {b"from", b"date"} <= signed
        if verified and whole and _aligned(fields[b"d"].decode("ascii", "replace"), domain):
            return True
    return False


def _aligned(signing: str, domain: str) -> bool:
    """Whether who signs as `signing` speaks for `domain`: it is the same, or one that it is a part of."""
    one = signing.strip().rstrip(".").casefold()
    return one == domain or ("." in one and domain.endswith(f".{one}"))


def _from_file(file: Path) -> Keys:
    """Looks keys up in a file of lines ``NAME TEXT``, as they would stand in the DNS."""
    lines = [line.partition(" ") for line in file.read_text("utf-8").splitlines()]
    known = {name.strip().rstrip(".").casefold(): text.strip().encode() for name, _, text in lines}

    def asked(name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG001 - so dkimpy calls it
        return known.get(name.decode("ascii", "replace").rstrip(".").casefold())

    return asked

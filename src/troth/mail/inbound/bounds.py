"""How much a mail may be: found out from its bytes, before anything takes it apart. Pure.

A parser that follows a mail into its parts does as much as the mail tells it to. So what would make it work long, or go
deep, is counted first, with patterns that take as long as the mail is and no longer.
"""

import re
from typing import Final

from troth.mail.inbound.errors import Unreadable

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PARTS: Final = 100
_MOST_LINES: Final = 250_000
_MOST_NESTED: Final = 15
_MOST_HEADERS: Final = 250
_MOST_HEAD: Final = 128 * 1024
_MOST_FIELD: Final = 8 * 1024
_MOST_BOUNDARIES: Final = 10_000
_MOST_BLOCKS: Final = 5_000

_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"(?m)^[^\s:]+[ \t]*:")
_NESTED = re.compile(rb"(?mi)^content-type[ \t]*:\s*(?:multipart|message)/")
_TYPED = re.compile(rb"(?mi)^content-(?:type|disposition|transfer-encoding)[ \t]*:")
_BOUNDARY = re.compile(rb"(?m)^--")
_BLOCKS = re.compile(rb"(?mi)^content-type[ \t]*:\s*message/(?:global-)?delivery-status")
_FOLDED = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*")


def insist(content: bytes) -> None:
    """Refuses a mail that is larger, longer, deeper or of more parts than any letter is."""
    head = _HEAD_ENDS.split(content[: _MOST_HEAD + 4], maxsplit=1)[0]
    wrong = (
        len(content) > MOST_BYTES
        or len(head) > _MOST_HEAD
        or b"\0" in head
        or len(_FIELD.findall(head)) > _MOST_HEADERS
        or content.count(b"\n") + content.count(b"\r") // 2 > _MOST_LINES
        or len(_NESTED.findall(content)) > _MOST_NESTED
        or len(_BOUNDARY.findall(content)) > _MOST_BOUNDARIES
        or (_BLOCKS.search(content) and len(_HEAD_ENDS.findall(content)) > _MOST_BLOCKS)
        or _is_much_typed(content)
    )
    if wrong:
        message = "This mail is too large, too deep or of too many parts to be a letter. Send it in plain text."
        raise Unreadable(message)


def _is_much_typed(content: bytes) -> bool:
    """Whether parts describe themselves too often, or at such a length that taking it apart takes long."""
    for count, found in enumerate(_TYPED.finditer(content), 1):
        folded = _FOLDED.match(content, found.start(), found.start() + _MOST_FIELD + 1)
        if count > 3 * MOST_PARTS or (folded and folded.end() - found.start() > _MOST_FIELD):
            return True
    return False


def end_of_head(content: bytes) -> int:
    """Where the headers of a mail end."""
    found = _HEAD_ENDS.search(content)
    return found.end() if found else len(content)

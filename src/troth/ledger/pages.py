"""The log as others read it: C2SP tlog-tiles, and its verifier key."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from troth.ledger import reads, tiles
from troth.ledger.errors import NotInLog

_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_FOR_GOOD = "public, max-age=31536000, immutable"


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The newest checkpoint."""
    note = reads.checkpoint()
    if not note:
        raise _not_there()
    return HttpResponse(note, content_type=_TEXT, headers={"Cache-Control": "no-cache"})


@require_safe
def vkey(_request: HttpRequest) -> HttpResponse:
    """The key that checkpoints are verified with."""
    return HttpResponse(reads.verifier_key() + "\n", content_type=_TEXT, headers={"Cache-Control": "no-cache"})


@require_safe
def tile(_request: HttpRequest, level: str, path: str) -> HttpResponse:
    """A tile of hashes."""
    number, width = _numbered(path)
    return _immutable(reads.hash_tile(int(level), number, width))


@require_safe
def entries(_request: HttpRequest, path: str) -> HttpResponse:
    """A bundle of entries."""
    return _immutable(reads.entry_bundle(*_numbered(path)))


def _numbered(path: str) -> tuple[int, int]:
    found = tiles.parse_number(path)
    if found is None:
        raise _not_there()
    return found


def _immutable(content: bytes | None) -> HttpResponse:
    if content is None:
        raise _not_there()
    return HttpResponse(content, content_type=_BYTES, headers={"Cache-Control": _FOR_GOOD})


def _not_there() -> NotInLog:
    return NotInLog("The log has not published this. Fetch the checkpoint to see what size it has reached.")

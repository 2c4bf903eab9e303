"""`troth verify`: fetching, progress and words around the ledger's own verification."""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from troth.entry.errors import Unfit
from troth.ledger import receipt as receipts
from troth.ledger.rebuild import Finding
from troth.ledger.verify import Verified, verify_site

_TIMEOUT = 30
_MOST = 64 * 1024 * 1024


def store(key: str, remembered: str, *, quiet: bool) -> Verified:
    """Verifies this installation's ledger from its rows, then that everything it tells of is as it says."""
    from troth.entry import evidence  # noqa: PLC0415 - needs the installation

    with stages(quiet=quiet) as stage:
        return evidence.verified(key, remembered, stage)


def site(url: str, key: str, remembered: str, *, quiet: bool) -> Verified:
    """Verifies a running site's ledger from what it serves to everybody."""
    with stages(quiet=quiet) as stage:
        return verify_site(fetching(url), key=key, remembered=remembered, progress=stage("entries"))


def receipt(file: Path, key: str) -> Verified:
    """Verifies a receipt by itself: its proof, its opening, and that it is the receipt which was committed to."""
    return receipts.verify_receipt(file.read_bytes(), key)


def key_of(url: str) -> str:
    """The verifier key that a running site shows."""
    try:
        return fetching(url)("vkey").decode("utf-8", "replace").strip()
    except OSError as error:
        raise OSError(0, f"The key cannot be fetched ({error})", url) from error


def told(verified: Verified) -> dict[str, Any]:
    """The result as JSON."""
    return {"ok": not verified.findings, **asdict(verified), "findings": [asdict(one) for one in _findings(verified)]}


def lines(verified: Verified) -> Iterator[str]:
    """The result in words: every finding, then the sum."""
    for finding in _findings(verified):
        record = f" (record {finding.record})" if finding.record else ""
        yield f"{finding.subject}{record}: {finding.message}"
        if finding.expected or finding.found:
            yield f"    expected {finding.expected or 'nothing'}, found {finding.found or 'nothing'}"
    if verified.findings:
        yield f"NOT verified; findings: {len(verified.findings)}."
    else:
        yield f"Verified: {verified.checked:,} of {verified.size:,} entries, root {verified.root}."
    yield from lost(verified.lost)


_LOST = {
    "collected": "submissions", "wished": "wishes", "used": "uses", "published": "versions of the statement",
    "erased": "erasures of people who are not in it",
}  # fmt: skip


def lost(counted: Mapping[str, int]) -> Iterator[str]:
    """What was lost when a backup was put back, in words; nothing if nothing was."""
    if said := ", ".join(f"{words} {counted[kind]:,}" for kind, words in _LOST.items() if counted.get(kind)):
        yield f"Told of by the ledger, and lost when a backup was put back: {said}."


def _findings(verified: Verified) -> Iterator[Finding]:
    """The findings as they can be shown: what was altered may hold anything, orders to a terminal too."""
    for finding in verified.findings:
        yield Finding(*("".join(sign if sign.isprintable() else "?" for sign in text) for text in astuple(finding)))


def fetching(url: str) -> Callable[[str], bytes]:
    """Fetches what a site, or a mirror of its log, serves under the log's prefix."""
    if not url.startswith(("http://", "https://")):
        message = f"{url} is not the address of a site. It begins with https:// or http://."
        raise Unfit(message)
    base = url.rstrip("/") + "/log/"

    def fetch(path: str) -> bytes:
        try:
            with urllib.request.urlopen(base + path, timeout=_TIMEOUT) as answer:  # noqa: S310 - whoever asks names it
                found: bytes = answer.read(_MOST)
        except (urllib.error.URLError, ValueError) as error:
            raise OSError(str(error)) from error
        return found

    return fetch


@contextmanager
def stages(*, quiet: bool) -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Shows how far each stage has come, to whoever sits in front of it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=Console(stderr=True), disable=quiet or not sys.stderr.isatty(), transient=True
    ) as shown:

        def stage(name: str) -> Callable[[int, int], None]:
            task = shown.add_task(name, total=None)
            return lambda done, total: shown.update(task, completed=done, total=total)

        yield stage

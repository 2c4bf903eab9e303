"""Verification that does not trust the server: everything is hashed again and compared with what was signed.

A store is checked from its rows, a running site from its tiles, a receipt by itself. A checkpoint remembered from
earlier shows that the log only grew since: without one, an older copy put back looks like an older log.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from typing import Protocol

from troth.errors import TrothError
from troth.ledger import note, rules, tiles
from troth.ledger.rebuild import Claim, Finding, Progress, Rebuild, Report
from troth.ledger.tiles import TILE_WIDTH, Tile

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Verified:
    """What verification reached: size and root of the log, how many entries were checked, what is wrong.

    `lost`: of how many entries of each kind the rows were lost when a backup was put back.
    """

    size: int
    root: str
    checked: int
    findings: tuple[Finding, ...]
    lost: Mapping[str, int] = field(default_factory=dict)


class Stored(Protocol):
    """The rows of a ledger, as :mod:`troth.ledger.reads` gives them."""

    def verifier_key(self) -> str: ...
    def size(self) -> int: ...
    def stands(self, size: int) -> bool: ...
    def checkpoint(self) -> str: ...
    def extent(self) -> tuple[int, int, int]: ...
    def stored(self, start: int, stop: int) -> list[tuple[int, bytes, bytes]]: ...
    def stored_tile(self, level: int, number: int) -> bytes: ...
    def stored_tiles(self, level: int, start: int, stop: int) -> dict[int, bytes]: ...
    def stored_checkpoints(self) -> Iterator[tuple[int, str]]: ...
    def stored_pending(self) -> Iterator[tuple[int, bytes, bytes]]: ...


def _silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def verify_store(store: Stored, *, key: str = "", remembered: str = "", progress: Progress = _silent) -> Verified:
    """Checks every row of a store: entries, tiles, checkpoints with their signatures, and entries that wait.

    `key` is the log's verifier key if it is known from elsewhere, `remembered` a checkpoint kept from earlier.
    """
    report = Report()
    try:
        verifier = note.VerifierKey.parse(key or store.verifier_key())
    except TrothError as error:
        report.add("key", error.message)
        return Verified(0, "", 0, report.all())
    size = store.size()
    claims = _stored_claims(store, verifier, size, report)
    known = _remembered(remembered, verifier, size, report)
    root = _signed_root(store.checkpoint(), verifier)
    rebuild = Rebuild(_Rows(store, report), size, root, merge(claims, known, key=lambda claim: claim.size), report)
    found = rebuild.run(progress)
    _check_standing(store, known, report)
    _check_extent(store, report)
    _check_pending(store, report)
    return Verified(size, found.hex(), size, report.all())


def verify_site(fetch: Fetch, *, key: str = "", remembered: str = "", progress: Progress = _silent) -> Verified:
    """Checks a running site from outside: every entry and tile under its newest checkpoint.

    ``fetch("tile/0/000")`` gives what the site serves under its log's prefix, or raises ``OSError``.
    """
    report = Report()
    try:
        verifier = note.VerifierKey.parse(key or fetch("vkey").decode().strip())
        newest = note.Checkpoint.open(fetch("checkpoint").decode(), verifier)
    except TrothError as error:
        report.add("checkpoint", error.message)
    except UnicodeDecodeError:
        report.add("checkpoint", "The checkpoint or the key is not UTF-8.")
    except OSError as error:
        report.add("checkpoint", f"The checkpoint or the key cannot be fetched: {error}.")
    else:
        if not _reaches_its_end(fetch, newest.size, report):
            return Verified(newest.size, "", 0, report.all())
        known = _remembered(remembered, verifier, newest.size, report)
        claims = merge([Claim(newest.size, newest.root)], known, key=lambda claim: claim.size)
        found = Rebuild(_Site(fetch, report), newest.size, newest.root, claims, report).run(progress)
        return Verified(newest.size, found.hex(), newest.size, report.all())
    return Verified(0, "", 0, report.all())


def _reaches_its_end(fetch: Fetch, size: int, report: Report) -> bool:
    """Whether the site serves its last entries: one that signed more than it has would be asked without end."""
    if size == 0:
        return True
    number, rest = divmod(size - 1, TILE_WIDTH)
    path = tiles.bundle_path(number, rest + 1)
    try:
        fetch(path)
    except OSError as error:
        report.add(path, f"The last entries cannot be fetched: {error}.")
        return False
    return True


def _remembered(text: str, key: note.VerifierKey, size: int, report: Report) -> list[Claim]:
    if not text:
        return []
    try:
        known = note.Checkpoint.open(text, key)
    except TrothError as error:
        report.add("remembered checkpoint", error.message)
        return []
    if known.size > size:
        message = (
            f"The log has {size:,} entries, but had {known.size:,} when it signed the remembered checkpoint:"
            " its tail was cut off, or an older copy was put back."
        )
        report.add(f"remembered checkpoint {known.size}", message, str(known.size), str(size))
        return []
    return [Claim(known.size, known.root, remembered=True)]


def _signed_root(signed: str, key: note.VerifierKey) -> bytes:
    try:
        return note.Checkpoint.open(signed, key).root
    except TrothError:
        return b""  # reported where every checkpoint is opened


def _stored_claims(store: Stored, key: note.VerifierKey, size: int, report: Report) -> Iterator[Claim]:
    for stands, signed in store.stored_checkpoints():
        try:
            checkpoint = note.Checkpoint.open(signed, key)
        except TrothError as error:
            report.add(f"checkpoint {stands}", error.message)
            continue
        if checkpoint.size != stands:
            message = f"The checkpoint stored under {stands} was signed for {checkpoint.size}."
            report.add(f"checkpoint {stands}", message, str(stands), str(checkpoint.size))
        elif stands <= size:
            yield Claim(stands, checkpoint.root)


def _check_standing(store: Stored, known: list[Claim], report: Report) -> None:
    for claim in known:
        contradicted = any(finding.subject == str(claim) for finding in report.findings)
        if not contradicted and not store.stands(claim.size):
            report.add(str(claim), "This checkpoint was signed and shown, and no longer stands among the others.")


def _check_extent(store: Stored, report: Report) -> None:
    # Rows first, then the size that covers them: an entry placed meanwhile brings its checkpoint with it.
    top, count, hashes = store.extent()
    size = store.size()
    if top > size:
        message = f"There are entries up to {top - 1}, but no checkpoint covers more than {size}."
        report.add(f"entry {size}", message, str(size), str(top))
    if count > size:
        report.add("entries", f"{count:,} entries stand where {size:,} were signed.", str(size), str(count))
    most = sum(size >> 8 * level for level in range(8))
    if hashes > most:
        report.add("tiles", "The tiles hold more hashes than the log has.", str(most), str(hashes))


def _check_pending(store: Stored, report: Report) -> None:
    for number, data, leaf in store.stored_pending():
        subject, found = f"pending entry {number}", rules.leaf_hash(data)
        if found != leaf:
            report.add(subject, f"Pending entry {number} is not the one that was appended.", leaf, found)
        elif not rules.is_canonical(data):
            report.add(subject, f"Pending entry {number} is not canonical JSON.")


class _Rows:
    """A log read from its rows."""

    def __init__(self, store: Stored, report: Report) -> None:
        self._store = store
        self._report = report
        self._tiles: dict[int, bytes] = {}

    def leaves(self, start: int, stop: int) -> list[bytes]:
        rows = self._store.stored(start, stop)
        self._tiles = self._store.stored_tiles(0, start // TILE_WIDTH, -(-stop // TILE_WIDTH))
        found = rules.leaf_hashes([data for _, data, _ in rows])
        if found != [leaf for _, _, leaf in rows]:
            self._name_changed(rows, found)
        if len(rows) == stop - start:
            return found
        standing = {index: leaf for (index, _, _), leaf in zip(rows, found, strict=True)}
        _report_missing(self._report, [index for index in range(start, stop) if index not in standing])
        return [standing.get(index, b"") for index in range(start, stop)]

    def _name_changed(self, rows: list[tuple[int, bytes, bytes]], found: list[bytes]) -> None:
        for (index, _, leaf), hashed in zip(rows, found, strict=True):
            if leaf != hashed:
                message = f"Entry {index} does not have the hash stored beside it."
                self._report.add(f"entry {index}", message, leaf, hashed)

    def tile(self, tile: Tile) -> bytes:
        if tile.level == 0 and tile.number in self._tiles:
            stored = self._tiles[tile.number]
        else:
            stored = self._store.stored_tile(tile.level, tile.number)
        return stored[: tile.width * rules.HASH_BYTES]


class _Site:
    """A log read from a running site."""

    def __init__(self, fetch: Fetch, report: Report) -> None:
        self._fetch = fetch
        self._report = report

    def leaves(self, start: int, stop: int) -> list[bytes]:
        leaves: list[bytes] = []
        for at in range(start, stop, TILE_WIDTH):
            leaves += self._bundle(at // TILE_WIDTH, min(TILE_WIDTH, stop - at))
        return leaves

    def _bundle(self, number: int, width: int) -> list[bytes]:
        path = tiles.bundle_path(number, width)
        try:
            found = rules.leaf_hashes(tiles.entries_in(self._fetch(path)))
        except OSError as error:
            self._report.add(path, f"This bundle of entries cannot be fetched: {error}.")
            return [b""] * width
        except ValueError as error:
            self._report.add(path, f"This bundle of entries is not well-formed: {error}")
            return [b""] * width
        if len(found) < width:
            first = number * TILE_WIDTH
            _report_missing(self._report, list(range(first + len(found), first + width)))
        elif len(found) > width:
            self._report.add(path, "This bundle has more entries than its name says.", str(width), str(len(found)))
        return (found + [b""] * width)[:width]

    def tile(self, tile: Tile) -> bytes:
        try:
            return self._fetch(tile.path)
        except OSError:
            return b""  # Rebuild reports a tile that is missing


def _report_missing(report: Report, missing: list[int]) -> None:
    while missing:
        first = missing[0]
        run = next((at for at, index in enumerate(missing) if index != first + at), len(missing))
        last = missing[run - 1]
        subject = f"entry {first}" if first == last else f"entries {first} to {last}"
        report.add(subject, f"{subject.capitalize()} cannot be found.")
        missing = missing[run:]

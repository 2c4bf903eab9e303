"""What a log has beyond a size: taken from a store or a site, checked, and put behind an older copy of the log.

After an older store was put back its log goes on where it had come to, so that nobody who kept a checkpoint sees it
take another way, and what it tells of is known: who was erased meanwhile.
"""

import itertools
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from troth import clock
from troth.ledger import note, reads, rules, tiles
from troth.ledger.actions import write_tiles
from troth.ledger.durable import write_digested
from troth.ledger.errors import NotContinued
from troth.ledger.key import signing_key
from troth.ledger.models import Checkpoint, Entry, Pending
from troth.ledger.rows import Insertion
from troth.ledger.work import unit_of_work

Fetch = Callable[[str], bytes]
Step = tuple[str, str]

_AT_ONCE: Final = 1000
_ENTRY, _SIGNED, _WAITING = "entry", "signed", "waiting"
_add_entries = Insertion(Entry, "index", "data", "leaf")
_add_pending = Insertion(Pending, "data", "leaf", unless_there=True)


@dataclass
class Log:
    """A log that grows: its size, and the partial tile of each level."""

    size: int
    edge: list[bytes]
    written: list[tuple[tiles.Tile, bytes]] = field(default_factory=list)

    @property
    def root(self) -> bytes:
        """The root it has reached."""
        return tiles.edge_root(self.edge)

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Adds entries by their leaves."""
        done = tiles.integrate(self.size, self.edge, leaves)
        self.size, self.edge, self.written = done.size, list(done.edge), list(done.written)


def of_rows() -> Log:
    """The log of the store, where it has come to."""
    size = reads.size()
    return Log(size, [reads.stored_tile(tile.level, tile.number) for tile in tiles.edge_of(size)])


def of_store(size: int) -> Iterator[Step]:
    """What the store holds beyond `size`: entries, what was signed over them, and entries that wait."""
    at = size
    for signed_at, signed in reads.stored_checkpoints():
        if signed_at < size:
            continue
        while at < signed_at:
            stop = min(signed_at, at + _AT_ONCE)
            yield from ((_ENTRY, _text(data)) for _, data, _ in reads.stored(at, stop))
            at = stop
        yield _SIGNED, signed
    yield from ((_WAITING, _text(data)) for _, data, _ in reads.stored_pending())


def of_site(size: int, fetch: Fetch) -> Iterator[Step]:
    """What a site, or a mirror of its log, serves beyond `size`."""
    signed = fetch("checkpoint").decode()
    stop = note.Checkpoint.open(signed, signing_key().verifier).size
    for at in range(size // tiles.TILE_WIDTH * tiles.TILE_WIDTH, stop, tiles.TILE_WIDTH):
        width = min(tiles.TILE_WIDTH, stop - at)
        entries = tiles.entries_in(fetch(tiles.bundle_path(at // tiles.TILE_WIDTH, width)))
        yield from ((_ENTRY, _text(data)) for data in entries[max(0, size - at) : width])
    yield _SIGNED, signed


def keep(file: Path, log: Log, steps: Iterable[Step]) -> int:
    """Keeps `steps` in `file`, once they are found to go on from `log` as was signed. Answers the size reached."""
    write_digested(file, (json.dumps(step).encode() + b"\n" for step in _checked(log, steps)))
    return log.size


def _checked(log: Log, steps: Iterable[Step]) -> Iterator[Step]:
    key, leaves, reached = signing_key().verifier, [], -1
    for kind, said in steps:
        if kind == _ENTRY:
            leaves.append(rules.leaf_hash(b64decode(said)))
        elif kind == _SIGNED:
            signed = note.Checkpoint.open(said, key)
            log.grow(leaves)
            leaves, reached = [], signed.size
            if (signed.size, signed.root) != (log.size, log.root):
                message = "The log does not go on from where the backup ends: one of them was altered, or they parted."
                raise NotContinued(message)
        yield kind, said
    if leaves or reached < log.size:
        message = "The log at hand ends before the backup, or with entries that nobody signed. Name another: --ledger."
        raise NotContinued(message)


def put_behind(file: Path, log: Log) -> None:
    """Puts what was kept in `file` behind the log of the store, which has come to where `log` is."""
    entries: list[bytes] = []
    for kind, said in _read(file):
        if kind == _ENTRY:
            entries.append(b64decode(said))
        if len(entries) == _AT_ONCE or kind == _SIGNED:
            _put(log, entries, said if kind == _SIGNED else "")
            entries = []
        if kind == _WAITING:
            _wait([b64decode(said)])


@unit_of_work
def _put(log: Log, entries: Sequence[bytes], signed: str) -> None:
    leaves, start = rules.leaf_hashes(entries), log.size
    _add_entries(list(zip(itertools.count(start), entries, leaves, strict=False)))
    log.grow(leaves)
    write_tiles(log.written)
    if signed and not reads.stands(log.size):
        Checkpoint.objects.create(size=log.size, note=signed, at=clock.now())


@unit_of_work
def _wait(entries: Sequence[bytes]) -> None:
    _add_pending([(data, rules.leaf_hash(data)) for data in entries])


def _read(file: Path) -> Iterator[Step]:
    with file.open("rb") as lines:
        for line in lines:
            kind, said = json.loads(line)
            yield kind, said


def _text(data: bytes) -> str:
    return b64encode(data).decode()

"""Rebuilds the tree of a whole log in one pass and says where what it was given disagrees.

Memory stays flat: entries come in blocks; of what lies left of a block only the peaks are kept, the few whole
subtrees that every later root is made of.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from troth.ledger import rules, tiles
from troth.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile

BLOCK: Final = 4096
MOST_FINDINGS: Final = 100
_NO_HASH: Final = bytes(rules.HASH_BYTES)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: what it is about, what that means, the values that should agree, whose record it is."""

    subject: str
    message: str
    expected: str = ""
    found: str = ""
    record: str = ""


@dataclass
class Report:
    """Findings as they come; beyond the first hundred they are only counted."""

    findings: list[Finding] = field(default_factory=list)
    unlisted: int = 0

    def add(self, subject: str, message: str, expected: bytes | str = "", found: bytes | str = "") -> None:
        """Notes one thing that is wrong."""
        self.note(Finding(subject, message, _shown(expected), _shown(found)))

    def note(self, finding: Finding) -> None:
        """The same of what was found elsewhere."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.unlisted += 1

    def all(self) -> tuple[Finding, ...]:
        """What was found, and how much more there was."""
        more = [Finding("ledger", f"There are {self.unlisted:,} more findings.")] if self.unlisted else []
        return (*self.findings, *more)


def _shown(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.hex()


@dataclass(frozen=True)
class Claim:
    """That the log had this root at this size: what a signed checkpoint says."""

    size: int
    root: bytes
    remembered: bool = False

    def __str__(self) -> str:
        return f"{'remembered ' if self.remembered else ''}checkpoint {self.size}"


class Source(Protocol):
    """Where a log is read from. It reports by itself what it cannot give."""

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """The leaf hash of each entry from `start` to `stop`, made from its data; empty for one that is missing."""

    def tile(self, tile: Tile) -> bytes:
        """The hashes of `tile`; empty when it is missing."""


class Rebuild:
    """One pass over a log of `size` entries. Claims come in order of size, none larger than the log."""

    def __init__(self, source: Source, size: int, root: bytes, claims: Iterator[Claim], report: Report) -> None:
        self.source = source
        self.size = size
        self.root = root
        self.report = report
        self._claims = claims
        self._claim = next(claims, None)
        self._held = 0
        self._broken = 0
        self._start = 0
        self._pyramid: list[list[bytes]] = []
        self._peaks: list[tuple[int, bytes]] = []
        self._rows: list[list[bytes]] = []
        self._full: list[int] = []

    def run(self, progress: Progress) -> bytes:
        """Checks every entry, tile and claim, and returns the root that the entries give."""
        found = rules.EMPTY_ROOT
        for start in range(0, max(self.size, 1), BLOCK):
            stop = min(self.size, start + BLOCK)
            self._enter(start, self._settled(start, self.source.leaves(start, stop)))
            self._check_claims(stop)
            found = self._root_at(stop)
            self._leave(stop)
            progress(stop, self.size)
        self._check_edge()
        if self._broken > 1:
            self.report.add("checkpoints", f"{self._broken - 1:,} more checkpoints do not hold either.")
        return found

    # Level 0: entries against tiles.

    def _settled(self, start: int, leaves: list[bytes]) -> list[bytes]:
        for at in range(0, len(leaves), TILE_WIDTH):
            part = leaves[at : at + TILE_WIDTH]
            tile = Tile(0, (start + at) // TILE_WIDTH, len(part))
            stored = self.source.tile(tile)
            if b"".join(part) != stored:
                leaves[at : at + TILE_WIDTH] = self._reconciled(tile, part, stored)
        return leaves

    def _reconciled(self, tile: Tile, leaves: list[bytes], stored: bytes) -> list[bytes]:
        told = tiles.hashes(stored)
        if len(stored) != tile.width * rules.HASH_BYTES:
            self.report.add(tile.path, "This tile is missing, or does not have its width.")
            return [leaf or _NO_HASH for leaf in leaves]
        mine = [leaf or other for leaf, other in zip(leaves, told, strict=True)]
        changed = [at for at, leaf in enumerate(mine) if leaf != told[at]]
        if changed and self._fits(tile, mine):
            self._tile_differs(tile, mine, told)
            return mine
        for at in changed:
            index = tile.number * TILE_WIDTH + at
            message = f"Entry {index} is not the one that was placed here: its hash is not in {tile.path}."
            self.report.add(f"entry {index}", message, told[at], mine[at])
        return told

    def _fits(self, tile: Tile, leaves: Sequence[bytes]) -> bool:
        """Whether the tree above agrees with these leaves, so that it is the tile which was changed."""
        if tile.width == TILE_WIDTH:
            number, slot = divmod(tile.number, TILE_WIDTH)
            over = tiles.hashes(self.source.tile(Tile(1, number, tiles.width_at(1, number, self.size))))
            return slot < len(over) and over[slot] == rules.root(leaves)
        edge = [self.source.tile(over) for over in tiles.edge_of(self.size)[1:] if over.width]
        return tiles.edge_root([b"".join(leaves), *edge]) == self.root

    def _tile_differs(self, tile: Tile, mine: Sequence[bytes], told: Sequence[bytes]) -> None:
        if len(told) != len(mine):
            self.report.add(tile.path, "This tile is missing, or does not have its width.")
            return
        at = next(at for at, one in enumerate(mine) if one != told[at])
        under = 1 << TILE_HEIGHT * tile.level
        first = (tile.number * TILE_WIDTH + at) * under
        entries = f"entry {first}" if under == 1 else f"entries {first} to {first + under - 1}"
        self.report.add(tile.path, f"Hash {at} of this tile is not that of {entries}.", mine[at], told[at])

    # The tree over a block, and what is kept of it.

    def _enter(self, start: int, leaves: list[bytes]) -> None:
        self._start = start
        self._pyramid = [leaves]
        while len(self._pyramid[-1]) > 1:
            self._pyramid.append(rules.parents(self._pyramid[-1]))
        if len(self._pyramid) > TILE_HEIGHT:
            self._rise(1, self._pyramid[TILE_HEIGHT])

    def _leave(self, stop: int) -> None:
        if stop - self._start < BLOCK:
            return
        height, peak = BLOCK.bit_length() - 1, self._pyramid[-1][0]
        while self._peaks and self._peaks[-1][0] == height:
            peak = rules.node_hash(self._peaks.pop()[1], peak)
            height += 1
        self._peaks.append((height, peak))

    def _root_at(self, size: int) -> bytes:
        peaks = [peak for _, peak in self._peaks]
        for height, number in rules.cover(self._start, size):
            peaks.append(self._pyramid[height][number - (self._start >> height)])
        return rules.join(peaks) if peaks else rules.EMPTY_ROOT

    # Upper tiles.

    def _rise(self, level: int, hashes: list[bytes]) -> None:
        if len(self._rows) < level:
            self._rows.append([])
            self._full.append(0)
        row = self._rows[level - 1]
        row.extend(hashes)
        while len(row) >= TILE_WIDTH:
            full, row[:TILE_WIDTH] = row[:TILE_WIDTH], []
            self._compare(level, full)
            self._full[level - 1] += 1
            self._rise(level + 1, [rules.root(full)])

    def _check_edge(self) -> None:
        for level, row in enumerate(self._rows, start=1):
            if row:
                self._compare(level, row)

    def _compare(self, level: int, row: list[bytes]) -> None:
        tile = Tile(level, self._full[level - 1], len(row))
        stored = self.source.tile(tile)
        if stored != b"".join(row):
            self._tile_differs(tile, row, tiles.hashes(stored))

    # Checkpoints.

    def _check_claims(self, stop: int) -> None:
        while self._claim and self._claim.size <= stop:
            claim, found = self._claim, self._root_at(self._claim.size)
            if found == claim.root:
                self._held = claim.size
            else:
                self._refuse(claim, found)
            self._claim = next(self._claims, None)

    def _refuse(self, claim: Claim, found: bytes) -> None:
        self._broken += not claim.remembered
        if claim.remembered or self._broken == 1:
            message = (
                f"The log does not extend {claim}: its first {claim.size:,} entries give another root."
                f" They differ from what was signed at or after entry {self._held}."
            )
            self.report.add(str(claim), message, claim.root, found)

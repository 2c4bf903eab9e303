"""Tiles of the tree and bundles of entries, as C2SP tlog-tiles v0.1.0 lays them out.

A tile holds up to 256 hashes of one level; a hash of level L + 1 stands over a full tile of level L. The
*edge* of a log is its partial tile of each level, lowest first: all that is needed to go on.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from troth.ledger.rules import EMPTY_ROOT, HASH_BYTES, Nodes, cover, parents, root

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MOST_ENTRY_BYTES: Final = 65_535

_PATH = re.compile(r"(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True)
class Tile:
    """Where a tile stands, and how many hashes it holds."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Its name under the log's prefix, such as ``tile/0/x001/067`` or ``tile/1/000.p/5``."""
        return f"tile/{self.level}/{_numbered(self.number, self.width)}"


def bundle_path(number: int, width: int) -> str:
    """The name of a bundle of entries under the log's prefix."""
    return f"tile/entries/{_numbered(number, width)}"


def _numbered(number: int, width: int) -> str:
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return name if width == TILE_WIDTH else f"{name}.p/{width}"


def parse_number(path: str) -> tuple[int, int] | None:
    """Number and width that the last part of a tile's name says; none when it is not the name of a tile."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    return (number, width) if _numbered(number, width) == path else None


def width_at(level: int, number: int, size: int) -> int:
    """How many hashes tile `number` of `level` holds when the log has `size` entries; 0 when there is none."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - number * TILE_WIDTH))


def edge_of(size: int) -> list[Tile]:
    """The tile of each level that the next hash of that level goes into; its width may be 0."""
    edge, level = [], 0
    while size >> TILE_HEIGHT * level:
        count = size >> TILE_HEIGHT * level
        edge.append(Tile(level, count // TILE_WIDTH, count % TILE_WIDTH))
        level += 1
    return edge


def hashes(tile: bytes) -> list[bytes]:
    """The hashes that a tile is made of."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def edge_root(edge: Sequence[bytes]) -> bytes:
    """The root of the log that has this edge: what a level leaves over is the last hash of the level above."""
    over: list[bytes] = []
    for tile in edge:
        row = hashes(tile) + over
        over = [root(row)] if row else []
    return over[0] if over else EMPTY_ROOT


@dataclass(frozen=True)
class Integrated:
    """What a batch of entries makes of a log: the tiles to write, the edge to go on from."""

    size: int
    written: list[tuple[Tile, bytes]]
    edge: list[bytes]

    @property
    def root(self) -> bytes:
        """The root of the log as it now stands."""
        return edge_root(self.edge)


def integrate(size: int, edge: Sequence[bytes], leaves: Sequence[bytes]) -> Integrated:
    """Puts `leaves` behind the `size` entries whose edge is given."""
    written: list[tuple[Tile, bytes]] = []
    new_edge: list[bytes] = []
    rising, level = leaves, 0
    while level < len(edge) or rising:
        begun = edge[level] if level < len(edge) else b""
        first = (size >> TILE_HEIGHT * level) // TILE_WIDTH
        row = hashes(begun) + list(rising)
        if rising:
            written += _tiles(level, first, row)
        whole = len(row) // TILE_WIDTH * TILE_WIDTH
        new_edge.append(b"".join(row[whole:]))
        rising = row[:whole]
        for _ in range(TILE_HEIGHT):
            rising = parents(rising)
        level += 1
    return Integrated(size + len(leaves), written, new_edge)


def _tiles(level: int, first: int, row: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
    for at in range(0, len(row), TILE_WIDTH):
        part = row[at : at + TILE_WIDTH]
        yield Tile(level, first + at // TILE_WIDTH, len(part)), b"".join(part)


def nodes_in(tile: Callable[[int, int], bytes]) -> Nodes:
    """The whole subtrees of a log whose tiles are read by ``tile(level, number)``."""

    def node(height: int, number: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        at = number << within
        start = at % TILE_WIDTH * HASH_BYTES
        held = tile(level, at // TILE_WIDTH)[start : start + (HASH_BYTES << within)]
        return root(hashes(held))

    return node


def tiles_for(spans: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Level and number of every tile that holds the hashes over these subtrees."""
    return {
        (height // TILE_HEIGHT, (number << height % TILE_HEIGHT) // TILE_WIDTH)
        for start, stop in spans
        for height, number in cover(start, stop)
    }


def bundle(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries: each with its length before it, two bytes big-endian."""
    return b"".join(len(data).to_bytes(2, "big") + data for data in entries)


def entries_in(bundle: bytes) -> list[bytes]:
    """The entries of a bundle; ``ValueError`` when a length does not fit."""
    entries, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if at > len(bundle) or start > len(bundle):
            message = "The bundle ends inside an entry."
            raise ValueError(message)
        entries.append(bundle[start:at])
    return entries

"""The ledger's tree: placing entries, proving one, rebuilding all, against hashing alone."""

import time
from hashlib import sha256

from bench.table import Row
from troth.ledger import rules, tiles
from troth.ledger.rebuild import Claim, Rebuild, Report
from troth.ledger.tiles import Tile

_ENTRIES = 400_000
_BATCH = 10_000
_DATA = [b'{"at":"2026-01-01T00:00:00.000Z","kind":"collected","n":"%d"}' % number for number in range(_ENTRIES)]


class _Memory:
    """A log in memory, to be rebuilt."""

    def __init__(self, held: dict[tuple[int, int], bytes]) -> None:
        self.held = held

    def leaves(self, start: int, stop: int) -> list[bytes]:
        return rules.leaf_hashes(_DATA[start:stop])

    def tile(self, tile: Tile) -> bytes:
        return self.held.get((tile.level, tile.number), b"")


def rows() -> list[Row]:
    """Three figures over the same entries."""
    begun = time.perf_counter()
    for data in _DATA:
        sha256(b"\0" + data).digest()
    hashing = _ENTRIES / (time.perf_counter() - begun)
    held, root, placing = _placed()
    proving = _proving(held)
    begun = time.perf_counter()
    report = Report()
    Rebuild(_Memory(held), _ENTRIES, root, iter([Claim(_ENTRIES, root)]), report).run(lambda _done, _total: None)
    verifying = _ENTRIES / (time.perf_counter() - begun)
    assert not report.all()
    against = f"hashing alone {hashing:,.0f}/s"
    return [
        Row("ledger: entries placed, from memory", f"{placing:,.0f}/s", against, placing / hashing, "200,000/s"),
        Row("ledger: entries verified, from memory", f"{verifying:,.0f}/s", against, verifying / hashing, "0.33"),
        Row(f"ledger: one inclusion proof among {_ENTRIES:,}", f"{proving * 1000:.3f} ms", wanted="under 1 ms"),
    ]


def _placed() -> tuple[dict[tuple[int, int], bytes], bytes, float]:
    held: dict[tuple[int, int], bytes] = {}
    begun, size, edge = time.perf_counter(), 0, []
    for at in range(0, _ENTRIES, _BATCH):
        done = tiles.integrate(size, edge, rules.leaf_hashes(_DATA[at : at + _BATCH]))
        held.update({(tile.level, tile.number): hashes for tile, hashes in done.written})
        size, edge = done.size, done.edge
    return held, tiles.edge_root(edge), _ENTRIES / (time.perf_counter() - begun)


def _proving(held: dict[tuple[int, int], bytes]) -> float:
    begun, times = time.perf_counter(), 200
    nodes = tiles.nodes_in(lambda level, number: held.get((level, number), b""))
    for number in range(times):
        rules.inclusion_proof(number * 1999, _ENTRIES, nodes)
    return (time.perf_counter() - begun) / times

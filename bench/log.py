"""The ledger's tree in memory: placing entries, proving one, rebuilding all, against hashing alone."""

import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median

from bench.table import Row
from troth.ledger import rules, tiles
from troth.ledger.rebuild import Claim, Rebuild, Report
from troth.ledger.tiles import Tile

_ENTRIES = 1_000_000
_BATCH = 10_000
_ROUNDS = 3


class _Memory:
    """A log in memory, to be rebuilt."""

    def __init__(self, data: list[bytes]) -> None:
        self.data = data
        self.held: dict[tuple[int, int], bytes] = {}
        self.root = rules.EMPTY_ROOT

    def place(self) -> None:
        """Gives every entry its place, batch by batch, as the sequencer does."""
        size, edge = 0, []
        for at in range(0, _ENTRIES, _BATCH):
            done = tiles.integrate(size, edge, rules.leaf_hashes(self.data[at : at + _BATCH]))
            self.held.update({(tile.level, tile.number): hashes for tile, hashes in done.written})
            size, edge = done.size, done.edge
        self.root = tiles.edge_root(edge)

    def verify(self) -> None:
        report = Report()
        claims = iter([Claim(_ENTRIES, self.root)])
        Rebuild(self, _ENTRIES, self.root, claims, report).run(lambda _done, _total: None)
        assert not report.all()

    def leaves(self, start: int, stop: int) -> list[bytes]:
        return rules.leaf_hashes(self.data[start:stop])

    def tile(self, tile: Tile) -> bytes:
        return self.held.get((tile.level, tile.number), b"")


def rows(_directory: Path) -> list[Row]:
    """Three figures over the same entries, which are small: hashing costs the least, the tree the most."""
    data = [b'{"at":"2026-01-01T00:00:00.000Z","kind":"collected","n":"%d"}' % number for number in range(_ENTRIES)]
    log = _Memory(data)
    taken = [(_rate(lambda: _hash(data)), _rate(log.place), _rate(log.verify)) for _ in range(_ROUNDS)]
    hashing, placing, verifying = (median(rates) for rates in zip(*taken, strict=True))
    against = f"hashing alone {hashing:,.0f}/s"
    placed = Row(
        "ledger: entries placed, from memory", f"{placing:,.0f}/s", against, placing / hashing, "at least 200,000/s",
        placing >= 200_000,
    )  # fmt: skip
    verified = f"{verifying:,.0f}/s"
    return [
        placed,
        Row.compared("ledger: entries verified, from memory", verified, against, verifying / hashing, 0.33),
        Row.within(f"ledger: one proof among {_ENTRIES:,}, from memory", _proving(log), 1, "ms"),
    ]


def _hash(data: list[bytes]) -> None:
    for one in data:
        sha256(b"\0" + one).digest()


def _rate(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return _ENTRIES / (time.perf_counter() - begun)


def _proving(log: _Memory) -> float:
    begun, times = time.perf_counter(), 500
    nodes = tiles.nodes_in(lambda level, number: log.held.get((level, number), b""))
    for number in range(times):
        rules.inclusion_proof(number * 1999, _ENTRIES, nodes)
    return (time.perf_counter() - begun) / times * 1000

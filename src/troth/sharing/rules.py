"""What may be shown of counts: no number of fewer than eleven visitors, and none from which one can be worked out.

The rule is that of the CMS cell size policy: no cell of 1 to 10, neither shown nor derivable. Docs: decision 0037.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

K: Final = 11
OTHERS: Final = "*"
"""Stands for all values in a dimension that are not shown one by one."""


class Cell(NamedTuple):
    """A number of visits with one value in each dimension; `visitors` decides whether it may be shown."""

    key: tuple[str, ...]
    visits: int
    visitors: int


@dataclass(frozen=True)
class Table:
    """What is shown of counts: some of them; the rest only together, and only if it is not 0. Largest first.

    Without a `total` nothing is shown at all. `values` are those of each dimension that stand by themselves; all
    others are :data:`OTHERS`. In a table by two dimensions what is missing is 0 or not shown.
    """

    by: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    shown: tuple[tuple[tuple[str, ...], int], ...]
    others: int
    total: int | None


def single(by: str, cells: Sequence[Cell], total: Cell, *, k: int = K) -> Table:
    """The counts by one dimension. `cells` are all there can be, those of nobody too where everybody knows of them.

    With the small ones some larger ones go: so many that of no value that is not shown anybody can tell whether it is
    small, not even who knows this rule.
    """
    if total.visitors < k:
        return Table((by,), ((),), (), 0, None)
    small = [cell for cell in cells if cell.visitors < k]
    large = sorted((cell for cell in cells if cell.visitors >= k), key=lambda cell: (cell.visits, cell.key))
    gone = _absorbed(sum(cell.visits for cell in small), [cell.visits for cell in large], k) if small else 0
    shown = tuple((cell.key, cell.visits) for cell in reversed(large[gone:]))
    values = tuple(key[0] for key, _ in shown)
    return Table((by,), (values,), shown, total.visits - sum(visits for _, visits in shown), total.visits)


def _absorbed(small: int, large: Sequence[int], k: int) -> int:
    """How many of `large`, which ascend, are not shown because of the `small` ones, whose sum that is.

    What is not shown adds up to so much that the small ones could be all there is below `k`, and to no more than the
    large among it alone could be, none of which is larger than the least that is shown.
    """
    together = small
    for gone, visits in enumerate(large[:-1], 1):
        together += visits
        if gone * k + k - 1 <= together <= gone * large[gone]:
            return gone
    return len(large)


@dataclass
class _Crossing:
    """Counts by two dimensions while it is found out what of them may be shown."""

    cells: Mapping[tuple[str, ...], Cell]
    kept: tuple[set[str], set[str]]
    k: int

    def merged(self) -> dict[tuple[str, ...], Cell]:
        """The counts, those of values that are not kept together. Visitors of several are at least those of one."""
        found: dict[tuple[str, ...], Cell] = {}
        for cell in self.cells.values():
            key = tuple(value if value in kept else OTHERS for value, kept in zip(cell.key, self.kept, strict=True))
            one = found.get(key, Cell(key, 0, 0))
            found[key] = Cell(key, one.visits + cell.visits, max(one.visitors, cell.visitors))
        return found

    def settle(self) -> dict[tuple[str, ...], Cell]:
        """Merges until each value of each dimension has a count that could be shown. Empty when none is left."""
        while True:
            found = self.merged()
            without = [(axis, value) for axis in (0, 1) for value in sorted(self._without(found, axis))]
            if not without:
                return found
            for axis, value in without:
                if value == OTHERS and not self.kept[axis]:
                    return {}
                self.kept[axis].discard(self._least(axis) if value == OTHERS else value)

    def _without(self, found: Mapping[tuple[str, ...], Cell], axis: int) -> set[str]:
        enough = {key[axis] for key, cell in found.items() if cell.visitors >= self.k}
        return {key[axis] for key in found} - enough

    def _least(self, axis: int) -> str:
        """The kept value of the smallest sum, which is told elsewhere."""
        sums = dict.fromkeys(self.kept[axis], 0)
        for cell in self.cells.values():
            if cell.key[axis] in sums:
                sums[cell.key[axis]] += cell.visits
        return min(sums, key=lambda value: (sums[value], value))


def crossed(cells: Sequence[Cell], rows: Table, columns: Table, *, k: int = K) -> Table:
    """The counts by two dimensions, beside what is told by each of them alone.

    A small count is one corner of a rectangle none of whose corners is shown, and to its left or right and above or
    below stands one that is not small: the same sums come out if the small one is larger by `k`.
    """
    by = (*rows.by, *columns.by)
    if rows.total is None:
        return Table(by, ((), ()), (), 0, None)
    crossing = _Crossing({cell.key: cell for cell in cells}, (set(rows.values[0]), set(columns.values[0])), k)
    found = crossing.settle()
    large = {key for key, cell in found.items() if cell.visitors >= k}
    hidden: set[tuple[str, ...]] = set()
    for row, column in sorted(found.keys() - large):
        beside = _one([key for key in large if key[0] == row], hidden)
        below = _one([key for key in large if key[1] == column], hidden)
        hidden |= {beside, below, (below[0], beside[1])}
    shown = sorted((found[key] for key in large - hidden), key=lambda cell: (-cell.visits, cell.key))
    others = rows.total - sum(cell.visits for cell in shown)
    values = tuple(tuple(sorted(kept)) for kept in crossing.kept)
    return Table(by, values, tuple((cell.key, cell.visits) for cell in shown), others, rows.total)


def _one(keys: Collection[tuple[str, ...]], hidden: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """One of `keys`, rather one that is hidden anyway; which it is has nothing to do with how large it is."""
    return min(keys, key=lambda key: (key not in hidden, sha256("\n".join(key).encode()).digest()))


class Released(NamedTuple):
    """What was released before: of which days, both included, and by what."""

    first: str
    last: str
    by: tuple[str, ...]


def exposes(wanted: Released, earlier: Iterable[Released]) -> str:
    """Why a table beside those that were released `earlier` could expose a small number; empty when it cannot.

    Tables of the same days go together if no circle leads from dimension to dimension: then whatever fits each of
    them fits all of them, and each hides its own.
    """
    edges = []
    for one in earlier:
        if one.last < wanted.first or wanted.last < one.first:
            continue
        if (one.first, one.last) != (wanted.first, wanted.last):
            return "period"
        if len(one.by) > 1 and set(one.by) != set(wanted.by):
            edges.append(one.by)
    return "dimensions" if len(wanted.by) > 1 and _joined(wanted.by, edges) else ""


def _joined(ends: Sequence[str], edges: Sequence[Sequence[str]]) -> bool:
    """Whether a way leads from the one end to the other already."""
    reached, grew = {ends[0]}, True
    while grew:
        more = {one for edge in edges if reached & set(edge) for one in edge}
        grew = not more <= reached
        reached |= more
    return ends[1] in reached

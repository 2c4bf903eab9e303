"""What is shown of counts: nobody works a small one out, from one table or from many."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.solver import Solver
from troth.sharing.rules import OTHERS, Cell, Released, Table, crossed, exposes, single

K = 3
AXES = {"page": ("/", "/a", "/b"), "country": ("DE", "TW", "US"), "browser": ("firefox", "other")}
ATOMS = tuple(product(*AXES.values()))
NAMES = tuple(AXES)
Atoms = tuple[int, ...]


def worlds(count: int, most: int) -> Iterator[tuple[int, ...]]:
    """Every row of `count` numbers that add up to at most `most`."""
    if not count:
        yield ()
        return
    for first in range(most + 1):
        for rest in worlds(count - 1, most - first):
            yield (first, *rest)


def alone(world: Sequence[int]) -> Table:
    cells = [Cell((str(place),), number, number) for place, number in enumerate(world)]
    return single("day", cells, Cell((), sum(world), sum(world)), k=K)


@pytest.mark.parametrize(("count", "most"), [(2, 40), (3, 28), (4, 20)])
def test_nobody_can_tell_that_a_number_is_small(count, most):
    """Who knows the rule and tries every world finds for each hidden number one where it is not small."""
    same = defaultdict(list)
    for world in worlds(count, most):
        same[alone(world)].append(world)
    for table, alike in same.items():
        if table.total is None:
            continue
        assert all(number >= K for _, number in table.shown)
        assert table.others == 0 or table.others >= K
        for place in set(map(str, range(count))) - set(table.values[0]):
            possible = {world[int(place)] for world in alike}
            assert max(possible) >= K
            assert len(possible) > 1


def test_nothing_is_told_of_too_few():
    """Where there are fewer than eleven visitors in all, not even their number is told."""
    cells = [Cell(("2026-10-01",), 900, 6), Cell(("2026-10-02",), 100, 4)]
    assert single("day", cells, Cell((), 1000, 10)) == Table(("day",), ((),), (), 0, None)


def test_one_visitor_with_many_visits_is_small():
    """Not visits are counted but who made them."""
    cells = [Cell(("/",), 400, 90), Cell(("/a",), 120, 80), Cell(("/b",), 30, 20), Cell(("/secret",), 90, 1)]
    table = single("page", cells, Cell((), 640, 95))
    assert dict(table.shown) == {("/",): 400, ("/a",): 120}
    assert table.others == 120


def sums(atoms: Atoms, by: Sequence[str]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for names, number in zip(ATOMS, atoms, strict=True):
        key = tuple(names[NAMES.index(axis)] for axis in by)
        found[key] = found.get(key, 0) + number
    return found


def cells(atoms: Atoms, by: Sequence[str]) -> list[Cell]:
    return [Cell(key, number, number) for key, number in sums(atoms, by).items() if number]


def release(atoms: Atoms, by: tuple[str, ...]) -> Table:
    total = Cell((), sum(atoms), sum(atoms))
    ones = [single(axis, cells(atoms, (axis,)), total, k=K) for axis in by]
    return ones[0] if len(by) == 1 else crossed(cells(atoms, by), ones[0], ones[1], k=K)


def covered(table: Table, key: tuple[str, ...]) -> list[int]:
    """Which of the unknown numbers one number of a table is the sum of."""
    wanted = list(zip(table.by, key, table.values, strict=True))
    return [
        place
        for place, names in enumerate(ATOMS)
        if all(
            own not in values if value == OTHERS else own == value
            for axis, value, values in wanted
            for own in [names[NAMES.index(axis)]]
        )
    ]


def solver(tables: Sequence[Table]) -> Solver:
    """Takes every number that is told as a sum of numbers that are not known."""
    told = [(list(range(len(ATOMS))), table.total) for table in tables[:1] if table.total is not None]
    for table in tables:
        told += [(covered(table, key), number) for key, number in table.shown]
    return Solver(told, len(ATOMS))


PAIRS = (("page", "country"), ("country", "browser"), ("page", "browser"))
few = st.sampled_from([0, 0, 0, 1, 2, 3, 5, 12])
asked = st.permutations([*((axis,) for axis in NAMES), *PAIRS])


@given(st.tuples(*[few] * len(ATOMS)), asked)
@settings(max_examples=30)
def test_no_small_number_is_worked_out_from_many_tables(atoms, wanted):
    """Whatever tables are asked for, in whatever order: each small number in them could be one that is not small.

    Those that are refused are not told. What is left is everything: a solver is given all of it.
    """
    done: list[Released] = []
    for by in wanted:
        one = Released("2026-10-01", "2026-10-31", by)
        if not exposes(one, done):
            done.append(one)
    assert len([one for one in done if len(one.by) > 1]) == 2
    tables = [release(atoms, one.by) for one in done]
    if tables[0].total is None:
        return
    found = solver(tables)
    for table in tables:
        assert all(number >= K for _, number in table.shown)
        for key, number in sums(atoms, table.by).items():
            if 0 < number < K:
                assert found.most(covered_atoms(table.by, key)) >= K


def covered_atoms(by: Sequence[str], key: tuple[str, ...]) -> list[int]:
    return [
        place
        for place, names in enumerate(ATOMS)
        if all(names[NAMES.index(axis)] == value for axis, value in zip(by, key, strict=True))
    ]


def test_the_solver_finds_what_is_told_carelessly():
    """With sums of rows and columns, a number that alone is left out is no secret: so much the solver is worth."""
    margins = [([0, 1], 13), ([2, 3], 30), ([0, 2], 25)]
    assert Solver(margins, 4).most([1]) == 13
    assert Solver([*margins, ([3], 17)], 4).most([1]) == 1


OCTOBER = ("2026-10-01", "2026-10-31")


@pytest.mark.parametrize(
    ("wanted", "earlier", "why"),
    [
        (Released(*OCTOBER, ("page",)), [], ""),
        (Released(*OCTOBER, ("page",)), [Released("2026-10-01", "2026-10-30", ("page",))], "period"),
        (Released("2026-08-01", "2026-10-31", ("page",)), [Released(*OCTOBER, ("country",))], "period"),
        (Released("2026-11-01", "2026-11-30", ("page",)), [Released(*OCTOBER, ("page",))], ""),
        (Released(*OCTOBER, PAIRS[0]), [Released(*OCTOBER, PAIRS[1])], ""),
        (Released(*OCTOBER, PAIRS[2]), [Released(*OCTOBER, PAIRS[1]), Released(*OCTOBER, PAIRS[0])], "dimensions"),
        (Released(*OCTOBER, ("country", "page")), [Released(*OCTOBER, PAIRS[0])], ""),
    ],
)
def test_what_overlaps_is_refused(wanted, earlier, why):
    """Other days that overlap are refused, and so is what closes a circle of dimensions."""
    assert exposes(wanted, earlier) == why

"""Tiles lie and are called as C2SP tlog-tiles says."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.ledger.test_rules import MANY
from troth.ledger import rules, tiles
from troth.ledger.tiles import Tile


def full_and_partial(size: int) -> dict[int, tuple[int, int]]:
    """Per level, how many full tiles and how wide the partial one."""
    written = [tile for tile, _ in tiles.integrate(0, [], MANY[:size]).written]
    full = Counter(tile.level for tile in written if tile.width == 256)
    partial = {tile.level: tile.width for tile in written if tile.width < 256}
    return {level: (full[level], partial.get(level, 0)) for level in {*full, *partial}}


def test_layout_of_70_000() -> None:
    """A log of 70,000 has the tiles of the specification's example."""
    assert full_and_partial(70_000) == {0: (273, 112), 1: (1, 17), 2: (0, 1)}


def test_layout_of_256() -> None:
    """A log of 256 has one full tile, and one of width 1 above it."""
    assert full_and_partial(256) == {0: (1, 0), 1: (0, 1)}
    assert full_and_partial(0) == {}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067, 256), "tile/0/x001/x234/067"),
        (Tile(0, 0, 5), "tile/0/000.p/5"),
        (Tile(1, 1067, 256), "tile/1/x001/067"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
    ],
)
def test_names(tile: Tile, path: str) -> None:
    """A tile's name says its level, number and width, and can be read back."""
    assert tile.path == path
    assert tiles.parse_number(path.split("/", 2)[2]) == (tile.number, tile.width)
    assert tiles.bundle_path(tile.number, tile.width) == "tile/entries/" + path.split("/", 2)[2]


@given(number=st.integers(0, 10**18 - 1), width=st.integers(1, 256))
def test_names_can_be_read_back(number: int, width: int) -> None:
    """Every number and width has one name."""
    assert tiles.parse_number(tiles.bundle_path(number, width).removeprefix("tile/entries/")) == (number, width)


@pytest.mark.parametrize(
    "path", ["", "0", "00", "x000/001", "001/002", "x001", "000.p/0", "000.p/256", "000.p/05", "000.p/", "٠٠٠", "000\n"]
)
def test_other_names_are_no_tiles(path: str) -> None:
    """A name written in any other way is not the name of a tile."""
    assert tiles.parse_number(path) is None


@given(parts=st.lists(st.integers(0, 1500), max_size=8))
@settings(deadline=None, max_examples=40)
def test_integrating_in_parts(parts: list[int]) -> None:
    """In whatever batches entries come, the tiles and the root are those of the whole."""
    size, edge, held = 0, [], {}
    for part in parts:
        done = tiles.integrate(size, edge, MANY[size : size + part])
        held.update({(tile.level, tile.number): content for tile, content in done.written})
        size, edge = done.size, done.edge
        assert done.root == rules.root(MANY[:size])
    for (level, number), content in held.items():
        assert len(content) == tiles.width_at(level, number, size) * 32
        assert tiles.width_at(level, number + 1, size) == 0 or (level, number + 1) in held
        under = 256**level
        for at, one in enumerate(tiles.hashes(content)):
            start = (number * 256 + at) * under
            assert one == rules.root(MANY[start : start + under])
    assert [len(one) // 32 for one in edge] == [tile.width for tile in tiles.edge_of(size)]


@given(entries=st.lists(st.binary(max_size=300), max_size=20))
def test_bundles(entries: list[bytes]) -> None:
    """A bundle gives its entries back, the empty and the longest too."""
    entries = [*entries, b"", b"x" * 65_535]
    assert tiles.entries_in(tiles.bundle(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\0", b"\0\2a", b"\0\1a\0"])
def test_cut_bundles_are_refused(bundle: bytes) -> None:
    """A bundle that ends inside an entry is refused."""
    with pytest.raises(ValueError, match="ends inside"):
        tiles.entries_in(bundle)

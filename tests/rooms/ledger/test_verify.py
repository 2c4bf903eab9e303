"""Whoever changes the ledger behind its back is found out, and what they changed is named."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db.backends.utils import CursorWrapper

from tests.rooms.ledger import rows
from troth.ledger import actions, key, note, reads, rules, tiles
from troth.ledger.rebuild import Finding
from troth.ledger.verify import Verified, verify_site, verify_store
from troth.ledger.work import unit_of_work

AT = datetime(2026, 1, 5, 10, tzinfo=UTC)
SIZES = (100, 600, 700)


@unit_of_work
def append(start: int, stop: int) -> None:
    """Appends an entry for each number."""
    for number in range(start, stop):
        actions.append("counted", {"number": number}, at=AT)


@pytest.fixture
def log(ledger: object) -> str:  # noqa: ARG001 - its rows
    """A log of 700 entries with three checkpoints; the one of 600 is what somebody remembers."""
    start = 0
    for stop in SIZES:
        append(start, stop)
        actions.sequence()
        start = stop
    return dict(reads.stored_checkpoints())[600]


def tamper(statement: str, values: list[object] | None = None) -> None:
    """Does what no trigger would let pass."""
    with rows.tampering() as cursor:
        cursor.execute(statement, values or [])


def subjects(verified: Verified) -> list[str]:
    """What the findings are about."""
    return [finding.subject for finding in verified.findings]


def fetch(path: str) -> bytes:
    """What a site serves, without the site."""
    if path in ("checkpoint", "vkey"):
        return (reads.checkpoint() if path == "checkpoint" else reads.verifier_key() + "\n").encode()
    _, level, name = path.split("/", 2)
    place = tiles.parse_number(name)
    assert place
    found = reads.entry_bundle(*place) if level == "entries" else reads.hash_tile(int(level), *place)
    if found is None:
        raise OSError(path)
    return found


def test_whole_store(log: str) -> None:
    """What nobody touched verifies, by rows and from outside, and extends what was remembered."""
    seen: list[tuple[int, int]] = []
    found = verify_store(reads, remembered=log, progress=lambda *at: seen.append(at))
    root = note.Checkpoint.open(reads.checkpoint(), key.signing_key().verifier).root
    assert found == Verified(700, root.hex(), 700, ())
    assert seen == [(700, 700)]
    assert verify_site(fetch, remembered=log) == found
    assert verify_site(fetch, key=reads.verifier_key()) == found


@pytest.mark.usefixtures("ledger")
def test_empty_store() -> None:
    """A store without any entry verifies, before and after its first checkpoint."""
    assert verify_store(reads) == Verified(0, rules.EMPTY_ROOT.hex(), 0, ())
    actions.sequence()
    assert verify_store(reads) == Verified(0, rules.EMPTY_ROOT.hex(), 0, ())
    assert verify_site(fetch, remembered=reads.checkpoint()) == Verified(0, rules.EMPTY_ROOT.hex(), 0, ())


@pytest.mark.usefixtures("ledger")
def test_several_blocks() -> None:
    """A log larger than what is held in memory at once verifies, with every checkpoint in it."""
    start = 0
    for stop in (4095, 4096, 4097, 8192, 9000):
        append(start, stop)
        actions.sequence()
        start = stop
    known = dict(reads.stored_checkpoints())
    for remembered in known.values():
        assert verify_store(reads, remembered=remembered).findings == ()
        assert verify_site(fetch, remembered=remembered).findings == ()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("index", [0, 99, 255, 300, 699])
def test_row_changed(index: int) -> None:
    """An entry whose data was changed is named, with the hash that it should have."""
    leaf = reads.stored(index, index + 1)[0][2]
    tamper('UPDATE ledger_entry SET data = %s WHERE "index" = %s', [b"forged", index])
    found = verify_store(reads)
    assert subjects(found) == [f"entry {index}", f"entry {index}"]
    assert {(one.expected, one.found) for one in found.findings} == {(leaf.hex(), rules.leaf_hash(b"forged").hex())}
    assert subjects(verify_site(fetch)) == [f"entry {index}"]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("index", [0, 300, 699])
def test_row_changed_with_its_hash(index: int) -> None:
    """An entry that was changed together with the hash beside it is named all the same."""
    forged = rules.leaf_hash(b"forged")
    tamper('UPDATE ledger_entry SET data = %s, leaf = %s WHERE "index" = %s', [b"forged", forged, index])
    assert subjects(verify_store(reads)) == [f"entry {index}"]
    assert subjects(verify_site(fetch)) == [f"entry {index}"]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("index", [0, 300, 699])
def test_hash_beside_a_row_changed(index: int) -> None:
    """An entry is named when only the hash beside it was changed."""
    tamper('UPDATE ledger_entry SET leaf = %s WHERE "index" = %s', [bytes(32), index])
    assert subjects(verify_store(reads)) == [f"entry {index}"]
    assert verify_site(fetch).findings == ()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("number", [0, 2])
def test_tile_changed(number: int) -> None:
    """A tile is named, not the entries under it, when only the tile was changed."""
    held = reads.stored_tile(0, number)
    tamper("UPDATE ledger_tile SET hashes = %s WHERE level = 0 AND number = %s", [bytes(32) + held[32:], number])
    name = tiles.Tile(0, number, len(held) // 32).path
    for found in (verify_store(reads), verify_site(fetch)):
        assert subjects(found) == [name]
        assert f"entry {number * 256}" in found.findings[0].message
        assert (found.findings[0].expected, found.findings[0].found) == (held[:32].hex(), "00" * 32)


@pytest.mark.usefixtures("log")
def test_upper_tile_changed() -> None:
    """An upper tile is named, with the entries that its wrong hash should stand over."""
    held = reads.stored_tile(1, 0)
    tamper("UPDATE ledger_tile SET hashes = %s WHERE level = 1", [held[:32] + bytes(32)])
    for found in (verify_store(reads), verify_site(fetch)):
        assert subjects(found) == ["tile/1/000.p/2"]
        assert "entries 256 to 511" in found.findings[0].message


@pytest.mark.usefixtures("log")
def test_tiles_removed_or_added() -> None:
    """A missing tile is named, and hashes for which there are no entries are found."""
    tamper("DELETE FROM ledger_tile WHERE level = 1 OR number = 2")
    for found in (verify_store(reads), verify_site(fetch)):
        assert subjects(found) == ["tile/0/002.p/188", "tile/1/000.p/2"]
    tamper("INSERT INTO ledger_tile (level, number, hashes) VALUES (2, 0, %s)", [bytes(32 * 255)])
    assert subjects(verify_store(reads)) == ["tile/0/002.p/188", "tile/1/000.p/2", "tiles"]


@pytest.mark.usefixtures("log")
def test_rows_removed() -> None:
    """Entries taken out of the middle are named."""
    tamper('DELETE FROM ledger_entry WHERE "index" IN (5, 300, 301, 302)')
    assert subjects(verify_store(reads)) == ["entry 5", "entries 300 to 302"]
    assert subjects(verify_site(fetch)) == ["tile/entries/000", "tile/entries/001"]


@pytest.mark.usefixtures("log")
def test_rows_reordered() -> None:
    """Two entries that changed places are both named."""
    for at, to in ((5, -1), (300, 5), (-1, 300)):
        tamper('UPDATE ledger_entry SET "index" = %s WHERE "index" = %s', [to, at])
    assert subjects(verify_store(reads)) == ["entry 5", "entry 300"]
    assert subjects(verify_site(fetch)) == ["entry 5", "entry 300"]


@pytest.mark.usefixtures("log")
def test_rows_added() -> None:
    """Entries that no checkpoint covers are found, behind the last or before the first."""
    tamper('INSERT INTO ledger_entry ("index", data, leaf) VALUES (700, %s, %s)', [b"x", rules.leaf_hash(b"x")])
    assert subjects(verify_store(reads)) == ["entry 700", "entries"]
    tamper('UPDATE ledger_entry SET "index" = -1 WHERE "index" = 700')
    assert subjects(verify_store(reads)) == ["entries"]


@pytest.mark.usefixtures("log")
def test_tail_cut() -> None:
    """When the last entries are gone but their checkpoint is not, they are named."""
    tamper('DELETE FROM ledger_entry WHERE "index" >= 650')
    assert subjects(verify_store(reads)) == ["entries 650 to 699"]


def _write_tiles(cursor: CursorWrapper, leaves: list[bytes]) -> None:
    cursor.execute("DELETE FROM ledger_tile")
    for tile, hashes in tiles.integrate(0, [], leaves).written:
        values = [tile.level, tile.number, hashes]
        cursor.execute("INSERT INTO ledger_tile (level, number, hashes) VALUES (%s, %s, %s)", values)


def _cut_to(size: int) -> None:
    with rows.tampering() as cursor:
        cursor.execute('DELETE FROM ledger_entry WHERE "index" >= %s', [size])
        cursor.execute("DELETE FROM ledger_checkpoint WHERE size > %s", [size])
        _write_tiles(cursor, [leaf for _, _, leaf in reads.stored(0, size)])


def test_older_copy_put_back(log: str) -> None:
    """An older copy of everything verifies by itself; who remembers a later checkpoint finds it out."""
    _cut_to(100)
    assert verify_store(reads).findings == ()
    for found in (verify_store(reads, remembered=log), verify_site(fetch, remembered=log)):
        assert subjects(found) == ["remembered checkpoint 600"]
        assert "older copy" in found.findings[0].message


def test_another_history(log: str) -> None:
    """A log that was written anew from some entry on, and signed, is found by who remembers a checkpoint of before."""
    _cut_to(100)
    append(10_000, 10_900)
    actions.sequence()
    assert verify_store(reads).findings == ()
    for found in (verify_store(reads, remembered=log), verify_site(fetch, remembered=log)):
        assert subjects(found) == ["remembered checkpoint 600"]
    assert "at or after entry 100" in verify_store(reads, remembered=log).findings[0].message


@pytest.mark.usefixtures("log")
def test_everything_but_the_signature_rewritten() -> None:
    """Whoever rewrites entries and tiles but cannot sign contradicts the checkpoints, and is told from where on."""
    forged = rules.leaf_hash(b"forged")
    tamper('UPDATE ledger_entry SET data = %s, leaf = %s WHERE "index" = 150', [b"forged", forged])
    with rows.tampering() as cursor:
        _write_tiles(cursor, [leaf for _, _, leaf in reads.stored(0, 700)])
    found = verify_store(reads)
    assert subjects(found) == ["checkpoint 600", "checkpoints"]
    assert "at or after entry 100" in found.findings[0].message
    assert "1 more" in found.findings[1].message
    assert subjects(verify_site(fetch)) == ["checkpoint 700"]


CHECKPOINTS: list[tuple[str, Callable[[str], str]]] = [
    ("does not hold", lambda signed: signed.replace("\n100\n", "\n101\n")),
    (
        "has no signature",
        lambda signed: note.SigningKey.generate("ledger.example/log").sign(signed.partition("\n\n")[0] + "\n"),
    ),
    ("is not a text", lambda _signed: "nothing"),
]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(("why", "change"), CHECKPOINTS)
def test_checkpoint_changed(why: str, change: Callable[[str], str]) -> None:
    """A checkpoint whose signature does not hold is named."""
    signed = dict(reads.stored_checkpoints())[100]
    tamper("UPDATE ledger_checkpoint SET note = %s WHERE size = 100", [change(signed)])
    found = verify_store(reads)
    assert subjects(found) == ["checkpoint 100"]
    assert why in found.findings[0].message


@pytest.mark.usefixtures("log")
def test_checkpoint_moved() -> None:
    """A checkpoint that stands where another size was signed is named."""
    tamper("UPDATE ledger_checkpoint SET size = 99 WHERE size = 100")
    assert subjects(verify_store(reads)) == ["checkpoint 99"]


@pytest.mark.usefixtures("log")
def test_pending_changed() -> None:
    """An entry that waits is named when it is not what was appended, or not canonical."""
    append(700, 702)
    first, second = (number for number, _, _ in reads.stored_pending())
    tamper("UPDATE ledger_pending SET data = %s WHERE id = %s", [b"{}", first])
    tamper("UPDATE ledger_pending SET data = %s, leaf = %s WHERE id = %s", [b"{ }", rules.leaf_hash(b"{ }"), second])
    assert subjects(verify_store(reads)) == [f"pending entry {first}", f"pending entry {second}"]


@pytest.mark.usefixtures("sqlite", "log")
def test_not_even_bytes() -> None:
    """What is of another type altogether, which only SQLite lets stand, is named and does not stop the rest."""
    append(700, 701)
    tamper("UPDATE ledger_entry SET data = 'text', leaf = 5 WHERE \"index\" = 3")
    tamper("UPDATE ledger_tile SET hashes = 'text' WHERE level = 1")
    tamper("UPDATE ledger_checkpoint SET note = x'ff' WHERE size = 100")
    tamper("UPDATE ledger_pending SET data = 7")
    (waiting,) = (number for number, _, _ in reads.stored_pending())
    expected = {"checkpoint 100", "entry 3", "tile/1/000.p/2", f"pending entry {waiting}"}
    assert set(subjects(verify_store(reads))) == expected


@pytest.mark.usefixtures("log")
def test_too_much_to_list() -> None:
    """When very much is wrong, the first hundred findings are listed and the others counted."""
    tamper("UPDATE ledger_entry SET data = %s", [b"forged"])
    found = verify_store(reads)
    assert len(found.findings) == 101
    assert found.findings[-1] == Finding("ledger", "There are 1,300 more findings.")


@pytest.mark.usefixtures("log")
def test_keys() -> None:
    """A key that is known from elsewhere is the one that counts; a text that is no key is a finding."""
    other = str(note.SigningKey.generate("ledger.example/log").verifier)
    assert subjects(verify_store(reads, key=other)) == [f"checkpoint {size}" for size in SIZES]
    assert subjects(verify_site(fetch, key=other)) == ["checkpoint"]
    assert subjects(verify_store(reads, key="no key")) == ["key"]
    assert subjects(verify_store(reads, remembered="nothing")) == ["remembered checkpoint"]


@pytest.mark.usefixtures("log")
def test_site_that_does_not_serve() -> None:
    """What a site does not serve, or serves misshapen, is named."""

    def without(name: str, instead: bytes | None = None) -> Callable[[str], bytes]:
        def fetch_other(path: str) -> bytes:
            if path != name:
                return fetch(path)
            if instead is None:
                raise OSError(404)
            return instead

        return fetch_other

    bundle = fetch("tile/entries/001")
    assert subjects(verify_site(without("checkpoint"))) == ["checkpoint"]
    assert subjects(verify_site(without("checkpoint", b"\xff"))) == ["checkpoint"]
    assert subjects(verify_site(without("tile/0/001"))) == ["tile/0/001"]
    assert subjects(verify_site(without("tile/1/000.p/2", b"short"))) == ["tile/1/000.p/2"]
    for instead in (None, bundle[:-1], bundle + b"\0\0"):
        assert subjects(verify_site(without("tile/entries/001", instead))) == ["tile/entries/001"]
    shorter = tiles.bundle(tiles.entries_in(bundle)[:250])
    assert subjects(verify_site(without("tile/entries/001", shorter))) == ["entries 506 to 511"]


@pytest.mark.usefixtures("log")
def test_growing_meanwhile() -> None:
    """Entries placed while it is being verified do not disturb."""

    def grow(_done: int, _total: int) -> None:
        append(700, 800)
        actions.sequence()

    found = verify_store(reads, progress=grow)
    assert (found.size, found.findings) == (700, ())
    assert (reads.size(), verify_store(reads).findings) == (800, ())

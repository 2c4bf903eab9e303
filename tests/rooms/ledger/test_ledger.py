"""Entries are appended with what they tell of, placed, signed, and stay."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections

from tests.rooms.ledger import rows
from tests.support.waiting import until
from troth.ledger import actions, note, reads, rules, tiles
from troth.ledger.errors import EntryTooLarge, KeyUnusable, LedgerDamaged
from troth.ledger.sequencer import Sequencer
from troth.ledger.verify import verify_store
from troth.ledger.work import unit_of_work

AT = datetime(2026, 1, 5, 10, tzinfo=UTC)
WHEN = "2026-01-05T10:00:00.000Z"


@unit_of_work
def append(*numbers: int) -> list[bytes]:
    """Appends an entry for each number."""
    return [actions.append("counted", {"number": number}, at=AT) for number in numbers]


def newest() -> note.Checkpoint:
    """The newest checkpoint, its signature verified."""
    return note.Checkpoint.open(reads.checkpoint(), note.VerifierKey.parse(reads.verifier_key()))


@pytest.mark.usefixtures("ledger")
def test_entry() -> None:
    """An entry is canonical JSON of kind, moment and facts, and its leaf hash is what append returns."""
    (leaf,) = append(1)
    assert reads.placed(leaf, WHEN) is None
    assert reads.proof(leaf, WHEN) is None
    assert actions.sequence() == 1
    placed = reads.placed(leaf, WHEN)
    assert placed == reads.Placed(0, b'{"at":"2026-01-05T10:00:00.000Z","kind":"counted","number":1}')
    assert leaf == rules.leaf_hash(placed.data)


@pytest.mark.usefixtures("ledger")
def test_every_entry_is_proved() -> None:
    """After any number of batches the newest checkpoint proves every entry, also to those who have only the key."""
    leaves = []
    for count in (1, 2, 254, 300, 700):
        leaves += append(*range(len(leaves), len(leaves) + count))
        assert actions.sequence() == count
    checkpoint = newest()
    assert (checkpoint.origin, checkpoint.size) == (settings.TROTH_ORIGIN, len(leaves))
    assert checkpoint.root == rules.root(leaves)
    for index in (0, 1, 255, 256, 511, 512, 1023, 1024, len(leaves) - 1):
        proof = note.Proof.parse(reads.proof(leaves[index], WHEN) or "")
        assert proof.index == index
        assert rules.includes(leaves[index], index, checkpoint.size, proof.hashes, checkpoint.root)
    assert [json.loads(data)["number"] for _, data in reads.entries(0, reads.size())] == list(range(len(leaves)))


@pytest.mark.usefixtures("ledger")
def test_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """More entries than fit one batch are placed in order under one checkpoint."""
    monkeypatch.setattr(actions, "BATCH", 100)
    leaves = append(*range(1050))
    assert actions.sequence() == 1050
    assert newest().root == rules.root(leaves)
    assert not reads.waiting()
    assert [size for size, _ in reads.stored_checkpoints()] == [1050]


@pytest.mark.usefixtures("ledger")
def test_empty_log() -> None:
    """The empty log is signed once; without new entries nothing more is."""
    assert reads.checkpoint() == ""
    assert actions.sequence() == 0
    assert (newest().size, newest().root) == (0, rules.EMPTY_ROOT)
    signed = reads.checkpoint()
    assert actions.sequence() == 0
    assert reads.checkpoint() == signed


@pytest.mark.usefixtures("ledger")
def test_same_entry_twice() -> None:
    """The very same entry stands once, whether its first stands already or still waits."""
    assert append(1, 1, 2)[:2] == append(1) * 2
    assert actions.sequence() == 2
    (leaf,) = append(1)
    assert actions.sequence() == 0
    assert not reads.waiting()
    assert reads.placed(leaf, WHEN) == reads.Placed(0, reads.placed(leaf, WHEN).data)  # type: ignore[union-attr]
    append(3)
    assert actions.sequence() == 1


@pytest.mark.usefixtures("ledger")
def test_what_is_not_appended() -> None:
    """An entry too large, with facts that are not its own, or outside a unit of work is refused."""
    with pytest.raises(RuntimeError):
        actions.append("counted", {}, at=AT)
    with pytest.raises(ValueError, match="not facts"):
        unit_of_work(actions.append)("counted", {"at": "now"}, at=AT)
    with pytest.raises(EntryTooLarge):
        unit_of_work(actions.append)("counted", {"much": "x" * 65_535}, at=AT)
    fits = 65_535 - len(rules.canonical({"kind": "counted", "at": "2026-01-05T10:00:00.000Z", "much": ""}))
    leaf = unit_of_work(actions.append)("counted", {"much": "x" * fits}, at=AT)
    assert actions.sequence() == 1
    assert reads.placed(leaf, WHEN)
    assert len(reads.entry_bundle(0, 1) or b"") == 65_537


@pytest.mark.usefixtures("ledger")
def test_unit_that_fails_appends_nothing() -> None:
    """An entry goes with its unit of work: when that fails, so does the entry."""

    @unit_of_work
    def fail() -> None:
        append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not reads.waiting()


REFUSED = [
    "UPDATE ledger_entry SET data = data",
    "DELETE FROM ledger_entry",
    "UPDATE ledger_checkpoint SET note = note",
    "DELETE FROM ledger_checkpoint",
    "UPDATE ledger_pending SET data = data",
    "DELETE FROM ledger_pending",
    "UPDATE ledger_tile SET level = 7",
    "UPDATE ledger_tile SET hashes = substr(hashes, 1, 31)",
    "DELETE FROM ledger_tile",
]
ONLY_THERE = {
    "postgresql": [f"TRUNCATE {table}" for table in rows.TABLES],
    "sqlite": [
        "INSERT OR REPLACE INTO ledger_entry (\"index\", data, leaf) VALUES (0, '', '')",
        "INSERT OR REPLACE INTO ledger_checkpoint (size, note, at) VALUES (1, '', '')",
        "INSERT OR REPLACE INTO ledger_pending (id, data, leaf) SELECT id, '', '' FROM ledger_pending",
        "INSERT OR REPLACE INTO ledger_tile (id, level, number, hashes) SELECT id, 0, 0, '' FROM ledger_tile",
    ],
}


@pytest.mark.usefixtures("ledger")
def test_database_refuses() -> None:
    """The database itself refuses to change or remove what stands in the ledger, and what waits."""
    append(1)
    actions.sequence()
    append(2)
    for statement in REFUSED + ONLY_THERE[connection.vendor]:
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.usefixtures("ledger")
def test_nothing_is_signed_on_damage() -> None:
    """A ledger whose tiles contradict its last checkpoint signs nothing more, and keeps what waits."""
    append(1)
    actions.sequence()
    with rows.tampering() as cursor:
        cursor.execute("UPDATE ledger_tile SET hashes = %s", [bytes(32)])
    append(2)
    with pytest.raises(LedgerDamaged):
        actions.sequence()
    assert reads.waiting()


def test_key_of_another_installation(ledger: Path) -> None:
    """A key that is missing, not a key, open to others, or another log's is refused before anything is placed."""
    file = ledger / "ledger.key"
    own = file.read_text()
    append(1)
    try:
        for text in ("", "no key", note.SigningKey.generate("other.example/log").text()):
            file.write_text(text)
            with pytest.raises(KeyUnusable):
                actions.sequence()
        file.write_text(own)
        file.chmod(0o640)
        with pytest.raises(KeyUnusable):
            actions.sequence()
        file.unlink()
        with pytest.raises(KeyUnusable):
            actions.sequence()
    finally:
        file.write_text(own)
        file.chmod(0o600)
    assert reads.waiting()
    assert actions.sequence() == 1


@pytest.mark.usefixtures("ledger")
def test_tiles_of_the_published_size() -> None:
    """Tiles and bundles are given up to the size that was published, narrower ones too, and no further."""
    leaves = append(*range(300))
    actions.sequence()
    append(300)
    assert reads.hash_tile(0, 0, 256) == b"".join(leaves[:256])
    assert reads.hash_tile(0, 1, 44) == b"".join(leaves[256:])
    assert reads.hash_tile(0, 1, 5) == b"".join(leaves[256:261])
    assert reads.hash_tile(1, 0, 1) == rules.root(leaves[:256])
    for level, number, width in ((0, 1, 45), (0, 1, 256), (0, 2, 1), (1, 0, 2), (2, 0, 1), (0, 0, 0)):
        assert reads.hash_tile(level, number, width) is None
    assert rules.leaf_hashes(tiles.entries_in(reads.entry_bundle(1, 44) or b"")) == leaves[256:]
    assert reads.entry_bundle(1, 45) is None


@pytest.mark.usefixtures("ledger")
def test_many_at_once() -> None:
    """While many append and two place, every entry gets one place, and the log verifies."""

    def write(worker: int) -> list[bytes]:
        leaves = [leaf for number in range(40) for leaf in append(worker * 1000 + number)]
        connections.close_all()
        return leaves

    def place(_worker: int) -> int:
        placed = sum(actions.sequence() for _ in range(10))
        connections.close_all()
        return placed

    with ThreadPoolExecutor(10) as threads:
        written, placing = threads.map(write, range(8)), threads.map(place, range(2))
        leaves = {leaf for one in written for leaf in one}
        placed = sum(placing)
    placed += actions.sequence()
    assert (placed, reads.size()) == (320, 320)
    assert {leaf for _, _, leaf in reads.stored(0, 320)} == leaves
    assert verify_store(reads).findings == ()


@pytest.mark.usefixtures("ledger")
def test_sequencer() -> None:
    """Soon after it was appended an entry is under a signed checkpoint; once stopped, nothing more is placed."""
    sequencer = Sequencer()
    sequencer.start()
    try:
        for number in range(3):
            (leaf,) = append(number)
            until(partial(reads.proof, leaf, WHEN), "a signed checkpoint over the entry")
    finally:
        sequencer.stop()
    append(9)
    assert reads.waiting()


def test_sequencer_tries_again(ledger: Path, caplog: pytest.LogCaptureFixture) -> None:
    """When placing fails the sequencer says so and tries again, until it succeeds."""
    key = ledger / "ledger.key"
    key.rename(ledger / "away.key")
    (leaf,) = append(1)
    sequencer = Sequencer()
    sequencer.start()
    try:
        until(lambda: "ledger.key-unusable" in caplog.text, "word of the failure")
        (ledger / "away.key").rename(key)
        until(partial(reads.placed, leaf, WHEN), "the entry's place")
    finally:
        sequencer.stop()

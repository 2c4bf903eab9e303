"""Whoever rewrites more than a row: what they put in order, cut off, put back or made up is found all the same."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.support import log
from tests.support.copies import STORES, Copy
from tests.support.lived import Lived
from tests.support.tampering import Ask, configured, connected
from troth.ledger import note, rules

pytest_plugins = ("tests.support.altered",)


@pytest.fixture
def remembered(told: Lived, tmp_path: Path) -> Path:
    """The newest checkpoint, as somebody kept it."""
    file = tmp_path / "checkpoint"
    file.write_text(told.newest, "utf-8")
    return file


def test_what_nobody_touched_verifies(copy: Copy, told: Lived, remembered: Path) -> None:
    """The site verifies, with every checkpoint that it ever signed."""
    for note_text in told.checkpoints.values():
        remembered.write_text(note_text, "utf-8")
        copy.verifies("--remembered", remembered)


# The log.


def test_entries_reordered(copy: Copy, told: Lived) -> None:
    """Two entries that changed places are both named, with the records that they tell of."""
    first, second = told.submissions["support"][0], told.submissions["newsletter"][1]
    with copy.altering() as ask:
        log.exchange(ask, first.index, second.index)
    copy.is_found(*(f"entry {one.index} (record {one.record}): Entry {one.index} is not" for one in (first, second)))


@pytest.mark.parametrize("place", [0, 3, -2])
def test_entries_reordered_with_their_tiles(copy: Copy, told: Lived, place: int) -> None:
    """With the tree made anew over them, they contradict every checkpoint that was signed since."""
    index = place % (max(told.checkpoints) - 1)
    with copy.altering() as ask:
        log.exchange(ask, index, index + 1)
        log.rebuild(ask)
    later = min(size for size in told.checkpoints if size > index)
    copy.is_found(f"checkpoint {later}: The log does not extend checkpoint {later}")


@pytest.mark.parametrize("place", [0, 5])
def test_an_entry_taken_out_with_the_tree_made_anew(copy: Copy, told: Lived, place: int) -> None:
    """An entry that was taken out, the others moved up and the tree made anew, contradicts what was signed."""
    with copy.altering() as ask:
        ask('DELETE FROM ledger_entry WHERE "index" = %s', place)
        for index in range(place + 1, max(told.checkpoints)):
            ask('UPDATE ledger_entry SET "index" = %s WHERE "index" = %s', index - 1, index)
        log.rebuild(ask)
    copy.is_found("checkpoint")


def test_the_tail_cut_off(copy: Copy, told: Lived) -> None:
    """With the tail of the log its checkpoints may go: the agreements that it told of are left over, each named."""
    size = sorted(told.checkpoints)[-3]
    with copy.altering() as ask:
        log.cut(ask, size)
    left = [one for made in told.submissions.values() for one in made if one.index >= size]
    copy.is_found(*(f"agreements (record {one.record}): No entry of the ledger tells" for one in left))


def test_the_tail_cut_off_with_all_that_it_told_of(copy: Copy, told: Lived, remembered: Path) -> None:
    """With everything that the tail told of gone as well, only who remembers a checkpoint knows."""
    size = told.submissions["support"][-1].index
    last = [made[-1] for made in told.submissions.values()]
    with copy.altering() as ask:
        log.cut(ask, size)
        for one in last:
            for table in ("consent_agreement", "consent_choice", "collection_sent", "vault_sealed"):
                ask(f"DELETE FROM {table} WHERE record = %s", one.record)
            for table, column in (("vault_lookup", "person"), ("vault_person", "ref")):
                ask(f"DELETE FROM {table} WHERE {column} = %s", one.person)
    copy.verifies()
    copy.is_found("remembered checkpoint", "its tail was cut off", by=("--remembered", remembered))


@pytest.mark.parametrize("which", STORES)
def test_an_older_copy_of_one_database(copy: Copy, told: Lived, which: str) -> None:
    """An older copy of the rows, or of the keys, does not go with what is left of the other."""
    copy.put_back(which, told.older)
    if which == "keys_database":
        late = told.submissions["support"][-1]
        copy.is_found(f"entry {late.index} (record {late.record}): The key of the person")
    else:
        copy.verifies()  # keys of nobody are left over, as after a crash


def test_an_older_copy_of_everything(copy: Copy, told: Lived, remembered: Path) -> None:
    """An older copy of everything is whole in itself: who remembers a later checkpoint finds it out."""
    for which in STORES:
        copy.put_back(which, told.older)
    copy.verifies()
    copy.is_found("remembered checkpoint", "an older copy was put back", by=("--remembered", remembered))


def test_another_history_signed_with_the_own_key(copy: Copy, told: Lived, remembered: Path) -> None:
    """Whoever holds the ledger's key as well can sign another history: it does not extend what is remembered."""
    victim = told.submissions["newsletter"][1]
    key = note.SigningKey.parse((copy.directory / "keys" / "ledger.key").read_text("ascii"))
    with copy.altering() as ask:
        leaf = log.rewrite(ask, victim.index, countries=["AQ"])
        for table in ("consent_agreement", "collection_sent"):
            ask(f"UPDATE {table} SET leaf = %s WHERE leaf = %s", leaf, victim.leaf)
        log.rebuild(ask)
        log.sign_anew(ask, key)
    copy.verifies()
    copy.is_found("remembered checkpoint", "does not extend", by=("--remembered", remembered))


def test_everything_signed_with_another_key(copy: Copy, told: Lived) -> None:
    """A checkpoint that another key signed, under the same name, is none of this log."""
    origin = told.newest.partition("\n")[0]
    with copy.altering() as ask:
        log.sign_anew(ask, note.SigningKey.generate(origin))
    copy.is_found(f"checkpoint {max(told.checkpoints)}: The note has no signature of {origin} with the key asked for")


def test_another_key_and_what_it_signed(copy: Copy, remembered: Path) -> None:
    """With the key file exchanged too, who noted the key down, or a checkpoint, finds it out."""
    file = copy.altering_files("keys") / "ledger.key"
    own = note.SigningKey.parse(file.read_text("ascii"))
    other = note.SigningKey.generate(own.name)
    file.write_text(other.text() + "\n", "ascii")
    with copy.altering() as ask:
        log.sign_anew(ask, other)
    copy.verifies()
    copy.is_found("no signature", by=("--vkey", own.verifier))
    copy.is_found("remembered checkpoint", by=("--remembered", remembered))


def test_a_checkpoint_that_was_remembered_is_gone(copy: Copy, told: Lived, remembered: Path) -> None:
    """A checkpoint taken from between others is missed by who remembers it."""
    size = sorted(told.checkpoints)[1]
    with copy.altering() as ask:
        ask("DELETE FROM ledger_checkpoint WHERE size = %s", size)
    copy.verifies()
    remembered.write_text(told.checkpoints[size], "utf-8")
    copy.is_found(f"remembered checkpoint {size}: ", by=("--remembered", remembered))


def test_what_is_remembered_was_altered(copy: Copy, told: Lived, remembered: Path) -> None:
    """A remembered checkpoint of which one bit is another one, or nothing is left, counts for nothing."""
    whole = told.newest.encode()
    for altered in (b"", whole[:-1], whole + b"\n", *(_flipped(whole, at) for at in range(0, len(whole), 7))):
        remembered.write_bytes(altered)
        copy.is_found("remembered checkpoint: ", by=("--remembered", remembered))


def _flipped(text: bytes, at: int) -> bytes:
    return text[:at] + bytes([text[at] ^ 1 << at % 8]) + text[at + 1 :]


# What waits for its place: the newest entry, as if the sequencer had not come to it yet.


@pytest.fixture
def waiting(copy: Copy) -> None:
    """The copy's newest entries wait."""
    with copy.altering() as ask:
        log.unplace(ask)
    copy.verifies()


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(("question", "names"), [
    ("UPDATE ledger_pending SET data = %s WHERE id = %s", "is not the one that was appended"),
    ("UPDATE ledger_pending SET leaf = %s WHERE id = %s", "is not the one that was appended"),
])  # fmt: skip
def test_a_waiting_entry_changed(copy: Copy, question: str, names: str) -> None:
    """An entry that waits is named when its words or its hash are other ones."""
    with copy.altering() as ask:
        ((number, data, leaf),) = ask("SELECT id, data, leaf FROM ledger_pending ORDER BY id LIMIT 1")
        ask(question, _flipped(bytes(data if "data" in question else leaf), 9), number)
    copy.is_found(f"pending entry {number}", names)


@pytest.mark.usefixtures("waiting")
def test_a_waiting_entry_removed(copy: Copy, told: Lived) -> None:
    """What an entry that waited told of is left over when the entry is gone."""
    with copy.altering() as ask:
        gone = {bytes(leaf) for (leaf,) in ask("SELECT leaf FROM ledger_pending")}
        ask("DELETE FROM ledger_pending")
    left = [one.record for made in told.submissions.values() for one in made if one.leaf in gone]
    assert left
    copy.is_found(*(f"agreements (record {record})" for record in left))


def _pending(ask: Ask, data: bytes) -> None:
    ask("INSERT INTO ledger_pending (data, leaf) VALUES (%s, %s)", data, rules.leaf_hash(data))


THEN = "2026-01-01T00:00:00.000Z"
MADE_UP: dict[str, dict[str, rules.JSON]] = {
    "its agreement is gone": {"kind": "collected"},
    "its version is gone": {"kind": "published"},
    "the ledger accounts for": {"kind": "expired", "fields": {"email": 1}, "persons": 1},
    "does not count what ended": {"kind": "expired", "fields": {"email": -1}, "persons": 0},
    "nothing that troth does": {"kind": "forgotten"},
}


@pytest.mark.parametrize(("names", "said"), MADE_UP.items())
def test_an_entry_made_up(copy: Copy, names: str, said: dict[str, rules.JSON]) -> None:
    """An entry that somebody lets the sequencer place tells of something that is not there."""
    with copy.altering() as ask:
        _pending(ask, rules.canonical({**said, "at": THEN}))
    copy.is_found("pending entry" if "account" not in names else "vault", names)


@pytest.mark.parametrize("data", [b"\xff", b"[]", b'{"kind": "collected"}', b'{"kind":"collected","kind":"expired"}'])
def test_an_entry_that_is_none(copy: Copy, data: bytes) -> None:
    """What waits and is no entry in canonical JSON is named, and does not stop the rest."""
    with copy.altering() as ask:
        _pending(ask, data)
    copy.is_found("pending entry", "canonical JSON")


# Rows that nobody gave, and rows that are gone before their time.


def test_a_choice_that_nobody_made(copy: Copy, told: Lived) -> None:
    """A choice that is put beside the others, of a record that there is not, is found: the latest would hold."""
    with copy.altering() as ask:
        ask(
            "INSERT INTO consent_choice (record, person, service, purpose, recipient, given, at)"
            " SELECT %s, person, service, purpose, recipient, given, at FROM consent_choice WHERE record = %s",
            "a" * 26, told.submissions["newsletter"][0].record,
        )  # fmt: skip
    copy.is_found(f"choices (record {'a' * 26}): This choice belongs to no agreement.")


@pytest.mark.parametrize("told_of", [False, True])
def test_a_person_erased_before_their_time(copy: Copy, told: Lived, told_of: bool) -> None:
    """Whoever is erased in every table is missed, though an entry says that their time was over."""
    victim = told.submissions["support"][0]
    with copy.altering() as ask:
        fields = {field: 1 for (field,) in ask("SELECT field FROM vault_sealed WHERE record = %s", victim.record)}
        for table, column in (("vault_sealed", "person"), ("vault_lookup", "person"), ("vault_person", "ref")):
            ask(f"DELETE FROM {table} WHERE {column} = %s", victim.person)
        if told_of:
            said = {"kind": "expired", "at": "2026-12-01T00:00:00.000Z", "fields": fields, "persons": 1}
            _pending(ask, rules.canonical(said))
    with copy.altering("keys_database") as ask:
        ask("DELETE FROM vault_personkey WHERE person = %s", victim.person)
    place = f"entry {victim.index} (record {victim.record})"
    copy.is_found(f"{place}: The value `email` of entry {victim.index} is gone before its time")


def test_what_was_over_put_back(copy: Copy, told: Lived) -> None:
    """Values of somebody of whom nothing should be left are found, and so is their key."""
    over, other = told.submissions["quote"][0], told.submissions["support"][0]
    with copy.altering() as ask:
        ask(
            "UPDATE vault_sealed SET person = %s, record = %s WHERE record = %s", over.person, over.record, other.record
        )
    with copy.altering("keys_database") as ask:
        ask("UPDATE vault_personkey SET person = %s WHERE person = %s", over.person, other.person)
    copy.is_found(f"entry {over.index} (record {over.record}): ")


def test_words_that_nobody_was_shown(copy: Copy) -> None:
    """Words that stand among those that were shown, with their own digest, and that no agreement names, are found."""
    words = b'{"made":"up"}'
    with copy.altering() as ask:
        ask("INSERT INTO consent_wording (digest, body) VALUES (%s, %s)", rules.sha256_hex(words), words)
    copy.is_found(f"wording {rules.sha256_hex(words)}: ")


# Files, and what stands guard.


@pytest.mark.parametrize("harm", ["removed", "exchanged", "cut", "longer"])
def test_an_uploaded_file(copy: Copy, told: Lived, harm: str) -> None:
    """A file that is gone, another one, shorter or longer than it was given is found, and its entry is named."""
    victims = told.submissions["support"][:2]
    with connected(copy.directory) as ask:
        question = "SELECT file FROM vault_sealed WHERE record = %s AND file <> ''"
        refs = [ask(question, one.record)[0][0] for one in victims]
    first, second = (copy.altering_files("files") / ref[:2] / ref for ref in refs)
    whole = first.read_bytes()
    if harm == "removed":
        first.unlink()
    else:
        first.write_bytes({"exchanged": second.read_bytes(), "cut": whole[:-1], "longer": whole + b"\0"}[harm])
    copy.is_found(f"entry {victims[0].index} (record {victims[0].record}): The file `log-file`")


GUARDED = ("ledger_entry", "ledger_checkpoint", "ledger_tile", "ledger_pending", "consent_agreement", "consent_choice",
           "consent_wording", "statement_version")  # fmt: skip


# How each is changed, and what SQLite would put in the place of a row.
CHANGE = {
    "ledger_checkpoint": "note = note",
    "ledger_tile": "hashes = substr(hashes, 1, 31)",
    "consent_choice": "given = given",
    "consent_wording": "body = body",
}
REPLACE = {
    "ledger_entry": 'REPLACE INTO ledger_entry SELECT "index" + 1009, CAST(data || data AS BLOB), leaf'
    " FROM ledger_entry",
    "ledger_checkpoint": "REPLACE INTO ledger_checkpoint SELECT size, '', at FROM ledger_checkpoint",
    "ledger_tile": "REPLACE INTO ledger_tile (level, number, hashes) SELECT level, number, x'00' FROM ledger_tile",
    "ledger_pending": "REPLACE INTO ledger_pending (data, leaf) SELECT CAST(data || ' ' AS BLOB), leaf"
    " FROM ledger_pending",
    "consent_agreement": "REPLACE INTO consent_agreement SELECT * FROM consent_agreement",
    "consent_choice": "REPLACE INTO consent_choice SELECT * FROM consent_choice",
    "consent_wording": "REPLACE INTO consent_wording SELECT digest, x'00' FROM consent_wording",
    "statement_version": "REPLACE INTO statement_version SELECT id + 9, service, number, digest, source, published,"
    " effective, tell, correction, leaf FROM statement_version",
}


@pytest.mark.parametrize("table", GUARDED)
def test_what_stands_guard_taken_down(copy: Copy, table: str) -> None:
    """A trigger that is gone, or does not do what it did, is missed, though no row was altered yet."""
    embedded = configured(copy.directory)["database"] == "sqlite"
    kinds = ("update", "delete", "insert") if embedded else ("kept", "truncate")
    for kind in kinds:
        name = f"{table}_{kind}"
        with copy.asking() as ask:
            ask(f"DROP TRIGGER {name}" if embedded else f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        copy.is_found(f"trigger {name}: ")
        copy.renew()
    with copy.asking() as ask:
        if embedded:
            ask(f"DROP TRIGGER {table}_delete")
            ask(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} BEGIN SELECT 1; END")
        else:
            body = "BEGIN RETURN COALESCE(NEW, OLD); END"
            ask(f"CREATE OR REPLACE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS '{body}'")
    copy.is_found(f"trigger {table}_")


@pytest.mark.parametrize("table", GUARDED)
def test_the_database_refuses(copy: Copy, table: str) -> None:
    """Whoever leaves the triggers where they are cannot change, remove or replace a row."""
    embedded = configured(copy.directory)["database"] == "sqlite"
    questions = [f"UPDATE {table} SET {CHANGE.get(table, 'leaf = leaf')}", f"DELETE FROM {table}"]
    questions += [REPLACE[table]] if embedded else [f"TRUNCATE {table}"]
    with copy.altering() as ask:
        log.unplace(ask)
    for question in questions:
        with copy.asking() as ask, pytest.raises((sqlite3.IntegrityError, psycopg.Error), match="append-only"):
            ask(question)
    copy.verifies()

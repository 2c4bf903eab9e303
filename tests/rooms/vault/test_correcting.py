"""A value that is put right is sealed anew in its place; the old one is nowhere any more, and the ledger tells."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.conf import settings
from django.db import connection

from tests.rooms.vault.test_sealing import held, somebody
from troth.ledger import actions as ledger
from troth.ledger.evidence import told
from troth.ledger.scrub import empty_journals
from troth.ledger.work import unit_of_work
from troth.vault.actions import Held, erase
from troth.vault.correcting import Correct, correct, readdress
from troth.vault.errors import AddressTaken, ChangedSince, Erased, NoSuchPerson, NoSuchValue
from troth.vault.evidence_corrections import Corrections
from troth.vault.models import Correction, Sealed
from troth.vault.opening import opened
from troth.vault.reads import person_at

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("installation")


def digest(record: str, field: str) -> str:
    """The digest of what is sealed in a place."""
    return sha256(bytes(Sealed.objects.values_list("sealed", flat=True).get(record=record, field=field))).hexdigest()


def put_right(one: Held, record: str, field: str, plain: bytes) -> bytes:
    """Puts `plain` in the place of what stands there."""
    (leaf,) = correct(one.person, [Correct(record, field, plain, digest(record, field))], by="person", at=LATER)
    return leaf


def test_the_old_value_is_gone() -> None:
    """The new value opens in the place of the old one, which no file holds any more; its time stays as it was."""
    record, one = held(somebody(), name=b"Lin", message=b"hello")
    before = Sealed.objects.get(record=record, field="name")
    put_right(one, record, "name", b"Lin Mei-hua")
    assert opened(one.person, record) == {"name": b"Lin Mei-hua", "message": b"hello"}
    after = Sealed.objects.get(record=record, field="name")
    assert (after.pk, after.since, after.keep_until) == (before.pk, before.since, before.keep_until)
    if connection.vendor == "sqlite":
        assert empty_journals()
        holding = [
            file.name
            for file in settings.TROTH_DIR.rglob("*.sqlite3*")
            if bytes(before.sealed)[:16] in file.read_bytes()
        ]
        assert holding == []


def test_the_ledger_tells_of_it_and_of_no_value() -> None:
    """An entry says which field and who told us, and commits to the rest."""
    record, one = held(somebody(), name=b"Lin")
    put_right(one, record, "name", b"Quixwood")
    ledger.sequence()
    *_, entry = (entry for block, _ in told(lambda *_: None) for entry in block if entry.said["kind"] == "corrected")
    assert entry.said.keys() == {"kind", "at", "by", "field", "commitment"}
    assert (entry.said["field"], entry.said["by"]) == ("name", "person")


def test_what_is_not_there_or_not_theirs_is_refused() -> None:
    """Another person's record, a field that is not held, what was changed meanwhile, and who was erased."""
    record, one = held(somebody(), name=b"Lin")
    _, other = held(somebody(), name=b"Wang")
    was = digest(record, "name")
    for person, field in ((other.person, "name"), (one.person, "phone")):
        with pytest.raises(NoSuchValue):
            correct(person, [Correct(record, field, b"x", was)], by="person", at=LATER)
    put_right(one, record, "name", b"Lin Mei-hua")
    with pytest.raises(ChangedSince):
        correct(one.person, [Correct(record, "name", b"x", was)], by="person", at=LATER)
    erase(one.person, at=LATER)
    with pytest.raises(Erased):
        correct(one.person, [Correct(record, "name", b"x", was)], by="person", at=LATER)
    assert Correction.objects.filter(record=record).count() == 1


def test_of_several_all_are_put_right_or_none() -> None:
    """Where one of several may not be, the others stay as they were."""
    record, one = held(somebody(), name=b"Lin", message=b"hello")
    both = [Correct(record, "name", b"x", digest(record, "name")), Correct(record, "message", b"y", "0" * 64)]
    with pytest.raises(ChangedSince):
        correct(one.person, both, by="person", at=LATER)
    assert opened(one.person, record) == {"name": b"Lin", "message": b"hello"}


def test_another_address_finds_them() -> None:
    """By their new address they are found, by the old one not any more; an address of somebody else is refused."""
    old, new, others = somebody(), somebody(), somebody()
    record, one = held(old, address=old.encode())
    held(others, name=b"Wang")

    def move(address: str) -> None:
        put_right(one, record, "address", address.encode())
        readdress(one.person, address)

    unit_of_work(move)(new)
    assert person_at(new) == one.person
    with pytest.raises(NoSuchPerson):
        person_at(old)
    with pytest.raises(AddressTaken):
        unit_of_work(move)(others)
    assert opened(one.person, record) == {"address": new.encode()}


class _Undone(Exception):
    pass


def found() -> list[str]:
    """What verification finds of corrections."""
    room = Corrections()
    findings = [
        finding
        for block, _ in told(lambda *_: None)
        for finding in room.held_against([one for one in block if one.said["kind"] == room.kind])
    ]
    return [one.message for one in (*findings, *room.left_over())]


@unit_of_work
def attempt(change: str, *values: str) -> None:
    """What is found after a change, which is undone again; the triggers are taken down first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'vault_correction'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(change, values)
    raise _Undone(found())


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("column", ["ref", "person", "record", "field", "digest", "by", "at", "leaf", ""])
def test_a_changed_correction_is_found(column: str) -> None:
    """Whatever of a correction is not as it was, or gone, verification says so."""
    record, one = held(somebody(), name=b"Lin")
    put_right(one, record, "name", b"Lin Mei-hua")
    ledger.sequence()
    assert found() == []
    changed = {"at": "'2020-01-01 00:00:00'", "leaf": "randomblob(32)"}.get(column, f"{column} || 'x'")
    where = " WHERE record = %s"
    change = f"UPDATE vault_correction SET {column} = {changed}" if column else "DELETE FROM vault_correction"
    with pytest.raises(_Undone) as undone:
        attempt(change + where, record)
    assert undone.value.args[0]
    assert found() == []


def test_each_correction_is_one_of_its_own() -> None:
    """The same place put right again and again leaves as many entries."""
    record, one = held(somebody(), name=b"Lin")
    assert len({put_right(one, record, "name", name) for name in (b"A", b"B", b"A")}) == 3
    assert Correction.objects.filter(record=record).count() == 3

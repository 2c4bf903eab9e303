"""Values are sealed per person, open in their own place alone, and end when their time is over."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from troth.ledger import actions as ledger
from troth.ledger import reads as entries
from troth.ledger.work import unit_of_work
from troth.vault import keys, rules
from troth.vault.actions import Held, Holding, Value, expire, hold
from troth.vault.errors import Altered, Erased, ForeignKey, KeyMissing
from troth.vault.key_files import KEY_ENCRYPTION_KEY
from troth.vault.models import LookUp, Person, PersonKey, Sealed
from troth.vault.opening import opened
from troth.vault.reads import entry_salt, secret_of

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = AT + timedelta(days=365)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PARTS = st.tuples(TEXT, TEXT, TEXT)


def held(email: str | None, *, until: datetime = LATER, **fields: bytes) -> tuple[str, Held]:
    """A record that holds `fields` for whoever has `email`."""
    record = rules.new_ref(AT)
    values = [Value(name, plain, until) for name, plain in fields.items()]
    return record, unit_of_work(hold)([Holding(record, values, email)], at=AT)[0]


def somebody() -> str:
    """An address nobody has used before."""
    return f"{rules.new_ref(AT)}@example.com"


@pytest.mark.usefixtures("installation")
def test_what_is_sealed_opens_for_its_person() -> None:
    """What was held opens under the person's key, whatever bytes it was, and stands nowhere in clear."""
    values = {"name": "林美華".encode(), "message": b"\x00\xff" * 50, "empty": b""}
    record, one = held(somebody(), **values)
    assert opened(one.person, record) == values
    rows = Sealed.objects.filter(record=record)
    assert {row.field for row in rows} == set(one.digests) == set(values)
    assert not any(values["name"] in bytes(row.sealed) for row in rows)
    assert all(len(row.sealed) == len(values[row.field]) + 28 for row in rows)


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("place", ["person", "record", "field"])
def test_a_value_opens_in_its_place_alone(place: str) -> None:
    """A sealed value that is moved to another person, record or field does not open there."""
    address = somebody()
    record, one = held(address, name=b"Lin", title=b"Engineer")
    _, other = held(somebody(), name=b"Wang")
    moved = {"person": other.person, "record": rules.new_ref(AT), "field": "company"}[place]
    Sealed.objects.filter(record=record, field="name").update(**{place: moved})
    Sealed.objects.filter(record=record, field="title").delete()
    person = moved if place == "person" else one.person
    with pytest.raises(Altered, match="does not open in its place"):
        opened(person, moved if place == "record" else record)


@given(st.lists(TEXT), st.lists(TEXT))
def test_contexts_never_coincide(one: list[str], other: list[str]) -> None:
    """Two contexts are the same bytes only when every part is the same: lengths stand in front."""
    assert (rules.context(*one) == rules.context(*other)) == (one == other)


@given(st.binary(max_size=200), PARTS, PARTS, st.integers(min_value=0))
def test_sealing_is_bound(plain: bytes, place: tuple[str, str, str], other: tuple[str, str, str], bit: int) -> None:
    """A sealed value opens with its key, person, record and field, with no other, and not when one bit differs."""
    key, field = rules.new_key(), place[2]
    envelope = rules.envelope(key, *place[:2])
    sealed = envelope.seal(plain, field)
    assert rules.envelope(key, *place[:2]).open(sealed, field) == plain
    altered = bytearray(sealed)
    altered[bit // 8 % len(sealed)] ^= 1 << bit % 8
    wrong = [(envelope, bytes(altered), field), (envelope, sealed[:-1], field), (envelope, sealed[:11], field)]
    wrong += [(rules.envelope(rules.new_key(), *place[:2]), sealed, field)]
    wrong += [(rules.envelope(key, *other[:2]), sealed, other[2])] if other != place else []
    wrong += [(rules.Envelope(key, "person-key", *place[:2]), sealed, field)]
    for opens, what, name in wrong:
        with pytest.raises(InvalidTag):
            opens.open(what, name)


def test_what_is_sealed_is_aes_gcm() -> None:
    """What is sealed opens with AES-256-GCM and its context alone: nonce, then ciphertext and tag."""
    key = rules.new_key()
    sealed = rules.envelope(key, "person", "record").seal(b"plain", "email")
    bound = rules.context("troth.v1", "vault_sealed", "record", "person", "email")
    assert bound[:12] == b"\x00\x00\x00\x08troth.v1"
    assert AESGCM(key).decrypt(sealed[:12], sealed[12:], bound) == b"plain"


def nonces(times: int) -> list[bytes]:
    """The nonces of the same value sealed so many times."""
    envelope = rules.envelope(bytes(32), "person", "record")
    return [envelope.seal(b"the same", "field")[: rules.NONCE] for _ in range(times)]


def test_nonces_do_not_repeat() -> None:
    """The same value sealed again and again, by many threads at once, has another nonce each time."""
    with ThreadPoolExecutor(8) as pool:
        drawn = [nonce for some in pool.map(nonces, [2000] * 16) for nonce in some]
    assert {len(nonce) for nonce in drawn} == {rules.NONCE}
    assert len(set(drawn)) == len(drawn) == 32_000


def test_nonces_do_not_repeat_in_a_child() -> None:
    """A process and its child, which begin with the same memory, seal with different nonces."""
    before = nonces(1)  # more are drawn than this one
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, b"".join(nonces(300)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        written = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    childs = [written[at : at + rules.NONCE] for at in range(0, len(written), rules.NONCE)]
    drawn = before + nonces(300) + childs
    assert len(set(drawn)) == len(drawn) == 601


def test_references_cannot_be_guessed() -> None:
    """After its millisecond a reference has 130 random bits; it is letters and digits, and later ones come later."""
    refs = {rules.new_ref(AT) for _ in range(1000)}
    assert len(refs) == 1000
    assert all(len(ref) == 35 and ref.isalnum() and ref == ref.lower() for ref in refs)
    assert len({ref[9:] for ref in refs}) == len({ref[20:] for ref in refs}) == 1000
    seconds = [AT + timedelta(seconds=number) for number in (0, 1, 31, 32, 2_000, 10**6, 10**9, 10**10)]
    made = [rules.new_ref(at) for at in seconds]
    assert made == sorted(made)


@pytest.mark.usefixtures("installation")
def test_keys_are_apart() -> None:
    """The database of keys holds keys and nothing else, and the rows' database holds no key."""
    _, one = held(somebody(), name=b"Lin")
    wrapped = bytes(PersonKey.objects.get(person=one.person).wrapped)
    plain = secret_of(one.person)
    tables = {alias: connections[alias].introspection.table_names() for alias in ("default", "keys")}
    assert [name for name in tables["default"] if "personkey" in name] == []
    assert [name for name in tables["keys"] if name.startswith(("vault_", "ledger_", "consent_", "collection_"))] == [
        "vault_personkey"
    ]
    for secret in (wrapped, plain):
        assert list(_rows_with("default", tables["default"], secret)) == []
    assert list(_rows_with("keys", ["vault_personkey"], plain)) == []


@pytest.mark.usefixtures("installation")
def test_one_address_is_one_person() -> None:
    """An address in another case or form meets the same person; without an address everybody is new."""
    address = somebody()
    _, first = held(address, name=b"Lin")
    _, again = held(f" {address.upper()} ", name=b"Lin")
    assert first.person == again.person
    assert held(None, name=b"a")[1].person != held(None, name=b"a")[1].person
    assert address.encode() not in bytes(LookUp.objects.get(person=first.person).index)


@pytest.mark.usefixtures("installation")
def test_a_wrapped_key_is_of_its_person() -> None:
    """A key that was wrapped for somebody else, or under another key-encryption key, is refused by name."""
    _, one = held(somebody(), name=b"Lin")
    _, other = held(somebody(), name=b"Wang")
    wrapped = bytes(PersonKey.objects.get(person=one.person).wrapped)
    with pytest.raises(ForeignKey, match="belongs to another person"):
        keys.key_encryption().unwrap(wrapped, other.person)
    with pytest.raises(ForeignKey, match="Put this installation's own key-encryption key back"):
        keys.LocalKey(rules.new_key()).unwrap(wrapped, one.person)
    PersonKey.objects.filter(person=other.person).update(wrapped=wrapped)
    with pytest.raises(ForeignKey):
        secret_of(other.person)


@pytest.fixture
def key_file(installation: Path) -> Iterator[Path]:
    """The file of the key-encryption key, read anew; afterwards it is as it was."""
    file = installation / "keys" / KEY_ENCRYPTION_KEY
    whole = file.read_text()
    keys.key_encryption.cache_clear()
    yield file
    file.unlink(missing_ok=True)
    file.touch(0o600)
    file.write_text(whole)
    keys.key_encryption.cache_clear()


def test_a_key_file_others_can_read_is_refused(key_file: Path) -> None:
    """A key file that the group or the world can read is not used; the error says what to do."""
    for mode in (0o640, 0o604, 0o666):
        key_file.chmod(mode)
        with pytest.raises(KeyMissing, match=r"can be read by others.*chmod 600"):
            keys.key_encryption()
    key_file.chmod(0o600)
    wrapped = keys.key_encryption().wrap([("p", b"k" * 32)])[0]
    assert keys.key_encryption().unwrap(wrapped, "p") == b"k" * 32


def test_a_key_that_is_none_is_refused(key_file: Path) -> None:
    """A key file that is gone or holds no key is told by name."""
    whole = key_file.read_text()
    for text in ("", "short", "A" * 44, whole.strip()[:-4]):
        key_file.write_text(text)
        with pytest.raises(KeyMissing, match="32 bytes in base64"):
            keys.key_encryption()
    key_file.write_bytes(b"\xff\xfe")
    with pytest.raises(KeyMissing, match="cannot be read"):
        keys.key_encryption()
    key_file.unlink()
    with pytest.raises(KeyMissing, match="cannot be read"):
        keys.key_encryption()


def test_a_key_may_come_from_the_environment(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment stands in for the file."""
    wrapped = keys.key_encryption().wrap([("p", b"k" * 32)])[0]
    monkeypatch.setenv(keys.FROM_ENVIRONMENT, key_file.read_text())
    key_file.unlink()
    keys.key_encryption.cache_clear()
    assert keys.key_encryption().unwrap(wrapped, "p") == b"k" * 32


@pytest.mark.usefixtures("installation")
def test_time_ends_a_value() -> None:
    """A value goes when its time is over, not a moment sooner; with the last one go key, index and person."""
    record, one = held(somebody(), until=AT + timedelta(days=10), name=b"Lin")
    longer, same = held(somebody(), until=AT + timedelta(days=20), name=b"Wang", title=b"Engineer")
    expire(at=AT + timedelta(days=1))  # what other tests left
    assert expire(at=AT + timedelta(days=10, microseconds=-1)) == 0
    assert expire(at=AT + timedelta(days=10)) > 0
    assert expire(at=AT + timedelta(days=10)) == 0
    with pytest.raises(Erased):
        opened(one.person, record)
    with pytest.raises(Erased):
        entry_salt(one.person, record)
    assert not Person.objects.filter(ref=one.person).exists()
    assert not LookUp.objects.filter(person=one.person).exists()
    assert not PersonKey.objects.filter(person=one.person).exists()
    assert opened(same.person, longer) == {"name": b"Wang", "title": b"Engineer"}
    assert _told("expired") == {"fields": {"name": 1}, "persons": 1}
    Sealed.objects.filter(record=longer, field="name").update(keep_until=AT)
    assert expire(at=AT) == 1
    assert opened(same.person, longer) == {"title": b"Engineer"}
    assert _told("expired") == {"fields": {"name": 1}, "persons": 0}


def _told(kind: str) -> dict[str, Any]:
    """What the newest entry of `kind` says besides kind and time."""
    ledger.sequence()
    said: list[dict[str, Any]] = [json.loads(data) for _, data in entries.entries(0, entries.size())]
    newest = [one for one in said if one["kind"] == kind][-1]
    return {name: value for name, value in newest.items() if name not in ("kind", "at", "reference")}


def _rows_with(alias: str, tables: list[str], secret: bytes) -> Any:
    for table in tables:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                if any(secret in bytes(cell) for cell in row if isinstance(cell, bytes | memoryview)):
                    yield table, row

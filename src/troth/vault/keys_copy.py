"""A copy of all keys, persons' keys among them, sealed into one file under a key that is for this alone.

It opens everything that a backup of the rows holds, so it goes elsewhere, and its own key to a third place.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.ledger.durable import keep_names, write_digested, write_new
from troth.ledger.rebuild import Progress
from troth.ledger.rows import Insertion
from troth.ledger.secret import secret_in
from troth.ledger.work import unit_of_work
from troth.vault import keys, rotating, rules
from troth.vault.errors import KeyMissing, NotTogether
from troth.vault.key_files import KEY_ENCRYPTION_KEY
from troth.vault.models import PersonKey
from troth.vault.router import KEYS

_HEAD: Final = b"troth keys 1\n"
_SALT: Final = 32
_AT_ONCE: Final = 1000
_add_keys = Insertion(PersonKey, "person", "wrapped")


@dataclass(frozen=True)
class Copied:
    """What a copy of keys says of itself: the log's size and the files beside which it was made; then persons' keys."""

    size: int
    files: Mapping[str, str]
    persons: Iterator[tuple[str, str]]


def recovery_key(file: Path, *, make: bool = False) -> bytes:
    """The key that copies are sealed under, from its file; made if it is not there and may be."""
    if make and not file.exists():
        write_new(file, base64.b64encode(rules.new_key()) + b"\n")
    with suppress(ValueError):
        key = base64.b64decode(secret_in(file, KeyMissing), validate=True)
        if len(key) == len(rules.new_key()):
            return key
    message = f"{file} does not hold 32 bytes in base64. It is the file that --recovery-key named at the backup."
    raise KeyMissing(message)


def write(file: Path, key: bytes, size: int, files: Mapping[str, str], progress: Progress) -> None:
    """Seals every person's key and the key `files` into `file`: all of it, or nothing."""
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        write_digested(draft, _sealed(key, _lines(size, files, progress)))
        draft.replace(file)
        keep_names(file.parent)
    finally:
        draft.unlink(missing_ok=True)


def _lines(size: int, files: Mapping[str, str], progress: Progress) -> Iterator[bytes]:
    yield json.dumps({"size": size, "files": dict(files)}).encode() + b"\n"
    total = PersonKey.objects.using(KEYS).count()
    rows = PersonKey.objects.using(KEYS).order_by("person").values_list("person", "wrapped")
    for number, (person, wrapped) in enumerate(rows.iterator(_AT_ONCE), 1):
        yield json.dumps([person, base64.b64encode(wrapped).decode()]).encode() + b"\n"
        if number % _AT_ONCE == 0:
            progress(number, total)


def _sealed(key: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    salt = secrets.token_bytes(_SALT)
    cipher = AESGCM(_own_key(key, salt))
    yield _HEAD + salt
    waiting, number = b"", 0
    for piece in pieces:
        waiting += piece
        while len(waiting) > rules.CHUNK:
            yield cipher.encrypt(rules.chunk_nonce(number, last=False), waiting[: rules.CHUNK], _HEAD)
            waiting, number = waiting[rules.CHUNK :], number + 1
    yield cipher.encrypt(rules.chunk_nonce(number, last=True), waiting, _HEAD)


def _own_key(key: bytes, salt: bytes) -> bytes:
    return hmac.digest(key, rules.context("troth.v1", "keys copy") + salt, "sha256")


def read(file: Path, key: bytes) -> Copied:
    """What `file` holds, opened with `key`; :class:`NotTogether` where either is not what it was."""
    lines = _opened(file, key)
    said = json.loads(next(lines))
    return Copied(said["size"], said["files"], ((person, wrapped) for person, wrapped in map(json.loads, lines)))


def _opened(file: Path, key: bytes) -> Iterator[bytes]:
    try:
        waiting = b""
        for plain in _chunks(file, key):
            *lines, waiting = (waiting + plain).split(b"\n")
            yield from lines
    except (InvalidTag, ValueError) as error:
        message = f"{file} does not open with this recovery key: it was altered, or is of another backup."
        raise NotTogether(message) from error


def _chunks(file: Path, key: bytes) -> Iterator[bytes]:
    with file.open("rb") as opened:
        if opened.read(len(_HEAD)) != _HEAD:
            raise ValueError(_HEAD)
        cipher = AESGCM(_own_key(key, opened.read(_SALT)))
        pieces: Callable[[], bytes] = lambda: opened.read(rules.CHUNK + 16)  # noqa: E731 - one line says it
        chunk, number = pieces(), 0
        while following := pieces():
            yield cipher.decrypt(rules.chunk_nonce(number, last=False), chunk, _HEAD)
            chunk, number = following, number + 1
        yield cipher.decrypt(rules.chunk_nonce(number, last=True), chunk, _HEAD)


def put_back(copied: Copied) -> int:
    """Puts the keys of persons into the store who have none there; answers how many. Whoever was erased stays so.

    They are wrapped under the key-encryption key of today, which may be another one than at the backup. Whose key was
    exchanged since has both, until :func:`troth.vault.rotating.seal_anew` sealed what is held of them.
    """
    wrapped_by = keys.local_key(copied.files[KEY_ENCRYPTION_KEY])
    put = 0
    while some := list(islice(copied.persons, _AT_ONCE)):
        put += _put_back({person: base64.b64decode(wrapped) for person, wrapped in some}, wrapped_by)
        rotating.seal_anew(keys.key_encryption(), [person for person, _ in some])
    return put


@unit_of_work
def _put_back(some: Mapping[str, bytes], wrapped_by: keys.LocalKey) -> int:
    own = keys.key_encryption()
    there = dict(PersonKey.objects.using(KEYS).filter(person__in=some).values_list("person", "wrapped"))
    copies = {person: wrapped_by.unwrap(wrapped, person) for person, wrapped in some.items() if wrapped}
    missing = [(person, copy) for person, copy in copies.items() if person not in there]
    _add_keys([(person, one) for (person, _), one in zip(missing, own.wrap(missing), strict=True)])
    _add_keys([(person, b"") for person, wrapped in some.items() if not wrapped and person not in there])
    for person, now in there.items():
        if now and person in copies:
            secret, copy = own.unwrap(bytes(now), person), copies[person]
            if not rules.same_key(secret, copy):
                both = own.wrap([(person, rules.exchanging(secret[: rules.KEY], secret, copy))])
                PersonKey.objects.using(KEYS).filter(person=person).update(wrapped=both[0])
    return len(some.keys() - there.keys())

"""Sealed files: streamed to disk chunk by chunk, each chunk authenticated in its place.

A file has a random key of its own; that key is sealed as the value of its field, under the person's key.
Plaintext never touches the disk.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from troth import clock
from troth.ledger.durable import keep_names
from troth.ledger.rules import JSON, canonical
from troth.vault import rules

_SEALED_CHUNK = rules.CHUNK + 16


def path_of(ref: str, directory: Path | None = None) -> Path:
    """Where the file `ref` stands: among the files of values, or in another `directory`."""
    among: Path = directory or settings.TROTH_FILES_DIR
    return among / ref[:2] / ref


def described(name: str, kind: str, size: int, sha256: str, sealing: "Sealing") -> bytes:
    """What is sealed as the value of a field that is a file: what it is, where it stands, and its key."""
    place: dict[str, JSON] = {"file": sealing.ref, "key": sealing.key.hex()}
    return canonical({"name": name, "type": kind, "size": size, "sha256": sha256, **place})


def lasting(description: bytes) -> bytes:
    """What stays of a description when the file is sealed anew."""
    return canonical({name: one for name, one in json.loads(description).items() if name not in ("file", "key")})


# References of the files that this process is taking in, until a value names them or they are gone.
_arriving: set[str] = set()


def arriving() -> frozenset[str]:
    """The files that this process is taking in at this moment."""
    return frozenset(_arriving)


def sweep(directory: Path, named: Callable[[], Iterable[str]]) -> None:
    """Removes the files in `directory` that are not `named` and that no process is taking in."""
    # In this order: a file that stands and that nobody takes in any more is named by now, if ever. No clock is asked,
    # which may run ahead of the disk's.
    standing = {file.name: file for file in directory.glob("*/*")}
    left = {name for name in standing.keys() - set(named()) if not _is_held(standing[name])}
    for name in left - set(named() if left else ()):
        standing[name].unlink(missing_ok=True)


def _is_held(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # somebody has it, or it is gone
        return True
    return False


def _held(path: Path) -> BinaryIO:
    """A new file that is held, by the operating system's lock, from the moment on at which it has its name."""
    draft = path.with_name(f"{path.name}.part")
    while True:
        file = draft.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            draft.rename(path)
        except OSError as error:
            file.close()
            if not isinstance(error, FileNotFoundError):  # swept away before it was held
                raise
        else:
            return file


class Sealing:
    """A file being sealed: `write` plain bytes, then `finish` (durable), and in the end `keep` or `discard`.

    Until then no other process takes it for one that was left behind.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.kept = False
        self.size = 0
        self.ref = rules.new_ref(clock.now())
        self.key = rules.new_key()
        self._cipher = AESGCM(self.key)
        self._waiting = b""
        self._number = 0
        self._path = path_of(self.ref, directory)
        _arriving.add(self.ref)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = _held(self._path)
            self._hold = os.dup(self._file.fileno())
        except OSError:
            _arriving.discard(self.ref)
            raise

    def write(self, plain: bytes) -> None:
        self._waiting += plain
        self.size += len(plain)
        while len(self._waiting) > rules.CHUNK:
            self._chunk(self._waiting[: rules.CHUNK], last=False)
            self._waiting = self._waiting[rules.CHUNK :]

    def finish(self) -> None:
        """Writes the last chunk and waits until the disk has it."""
        self._chunk(self._waiting, last=True)
        self._waiting = b""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        keep_names(self._path.parent)
        keep_names(self._path.parent.parent)

    def keep(self) -> None:
        """A value that is stored for good names the file."""
        self.kept = True
        self._let_go()

    def discard(self) -> None:
        """Nobody keeps the file: it goes, or is left to the next sweep."""
        try:
            with suppress(OSError):  # closing writes what waits, which a full disk refuses
                self._file.close()
            self._path.unlink(missing_ok=True)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self.ref in _arriving:
            _arriving.discard(self.ref)
            os.close(self._hold)

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        nonce = rules.chunk_nonce(self._number, last=last)
        self._file.write(self._cipher.encrypt(nonce, plain, self.ref.encode()))
        self._number += 1


def unsealed(ref: str, key: bytes, directory: Path | None = None) -> Iterator[bytes]:
    """The plain chunks of file `ref`; raises ``InvalidTag`` where it was altered, cut or extended."""
    cipher = AESGCM(key)
    with path_of(ref, directory).open("rb") as file:
        chunk, number = file.read(_SEALED_CHUNK), 0
        while following := file.read(_SEALED_CHUNK):
            yield cipher.decrypt(rules.chunk_nonce(number, last=False), chunk, ref.encode())
            chunk, number = following, number + 1
        yield cipher.decrypt(rules.chunk_nonce(number, last=True), chunk, ref.encode())


def whole(ref: str, description: bytes) -> bool:
    """Whether the file of a description is `ref`, each of its chunks is in its place, and together they are it."""
    read = sha256()
    try:
        said = json.loads(description)
        if said["file"] != ref:
            return False
        for chunk in unsealed(ref, bytes.fromhex(said["key"])):
            read.update(chunk)
        return bool(said["sha256"] == read.hexdigest())
    except (ValueError, TypeError, LookupError, OSError, InvalidTag):
        return False


def sealed_anew(ref: str, description: bytes) -> tuple[Sealing, bytes] | None:
    """Seals file `ref` once more, under another key; answers the new file, to be kept once it is named, and what it is.

    A file that is not whole stays as it is: verification tells of it.
    """
    if not whole(ref, description):
        return None
    said, sealing = json.loads(description), Sealing()
    for chunk in unsealed(ref, bytes.fromhex(said["key"])):
        sealing.write(chunk)
    sealing.finish()
    return sealing, described(said["name"], said["type"], said["size"], said["sha256"], sealing)

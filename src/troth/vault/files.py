"""Sealed files: streamed to disk chunk by chunk, each chunk authenticated in its place.

A file has a random key of its own; that key is sealed as the value of its field, under the person's key.
Plaintext never touches the disk.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from troth import clock
from troth.ledger.durable import keep_names
from troth.vault import rules

_SEALED_CHUNK = rules.CHUNK + 16


def path_of(ref: str, directory: Path | None = None) -> Path:
    """Where the file `ref` stands: among the files of values, or in another `directory`."""
    among: Path = directory or settings.TROTH_FILES_DIR
    return among / ref[:2] / ref


# References of the files that this process is taking in, until a value names them or they are gone.
_arriving: set[str] = set()


def arriving() -> frozenset[str]:
    """The files that are being taken in at this moment."""
    return frozenset(_arriving)


class Sealing:
    """A file being sealed: `write` plain bytes, then `finish` (durable), and in the end `keep` or `discard`."""

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
            self._file: BinaryIO = self._path.open("xb")
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
        _arriving.discard(self.ref)

    def discard(self) -> None:
        """Nobody keeps the file: it goes, or is left to the next sweep."""
        try:
            with suppress(OSError):  # closing writes what waits, which a full disk refuses
                self._file.close()
            self._path.unlink(missing_ok=True)
        finally:
            _arriving.discard(self.ref)

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

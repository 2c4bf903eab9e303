"""Sealed files: streamed to disk chunk by chunk, each chunk authenticated in its place.

A file has a random key of its own; that key is sealed as the value of its field, under the person's key.
Plaintext never touches the disk.
"""

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from troth import clock
from troth.ledger.durable import keep_names
from troth.ledger.rules import JSON, canonical
from troth.vault import rules

_SEALED_CHUNK: Final = rules.CHUNK + 16
# So many files are open at a time at most.
_AT_ONCE: Final = 100


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


def arriving(ref: str, directory: Path | None = None) -> bool:
    """Whether the file `ref` is being taken in at this moment, by this process or another."""
    try:
        with path_of(ref, directory).open("rb") as file:
            return not _claimed(file)
    except FileNotFoundError:
        return False


def sweep(directory: Path, named: Callable[[Collection[str]], Collection[str]]) -> None:
    """Removes the files in `directory` that nothing names and nobody is taking in: what a server left that was killed.

    `named` answers which of some references are named by something that is stored for good.
    """
    standing = {file.name: file for file in directory.glob("*/*")}
    left = list(standing.keys() - named(standing))
    for start in range(0, len(left), _AT_ONCE):
        with ExitStack() as claims:
            ours = {ref for ref in left[start : start + _AT_ONCE] if _is_ours(standing[ref], claims)}
            # Somebody may have named one and let it go since: what is ours now is asked about again.
            for ref in ours.difference(named(ours)) if ours else ():
                standing[ref].unlink(missing_ok=True)  # whoever let it go may be removing it too


def _is_ours(path: Path, claims: ExitStack) -> bool:
    try:
        return _claimed(claims.enter_context(path.open("rb")))
    except FileNotFoundError:
        return False


def _claimed(file: BinaryIO) -> bool:
    """Whether `file` is ours now, until it is closed. The claim is the operating system's: it ends with the process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begun(path: Path) -> BinaryIO:
    """A new file at `path` that is ours until it is closed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        file = path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # swept in the moment before it was ours


class Sealing:
    """A file being sealed: `write` plain bytes, then `finish` (durable), and in the end `keep` or `discard`.

    Until then nobody sweeps it, from whichever process, unless this one ends.
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
        self._file = _begun(self._path)

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
        keep_names(self._path.parent)
        keep_names(self._path.parent.parent)

    def keep(self) -> None:
        """A value that is stored for good names the file."""
        self.kept = True
        self._file.close()

    def discard(self) -> None:
        """Nobody keeps the file: it goes, or is left to the next sweep."""
        try:
            self._path.unlink(missing_ok=True)
        finally:
            with suppress(OSError):  # closing writes what waits, which a full disk refuses
                self._file.close()

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


def sealed_anew(ref: str, description: bytes, until_named: ExitStack) -> tuple[str, bytes]:
    """Seals file `ref` once more, under another key; answers the new file, which nothing names yet, and what it is.

    It is not swept before `until_named` ends. A file that is not whole stays as it is: verification tells of it.
    """
    if not whole(ref, description):
        return ref, description
    said, sealing = json.loads(description), Sealing()
    until_named.callback(sealing.keep)
    for chunk in unsealed(ref, bytes.fromhex(said["key"])):
        sealing.write(chunk)
    sealing.finish()
    return sealing.ref, described(said["name"], said["type"], said["size"], said["sha256"], sealing)

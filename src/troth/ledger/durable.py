"""Files that outlive a power cut, and whose names do."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path


def write_new(file: Path, content: bytes) -> None:
    """Makes `file`, readable by its owner alone, and waits until the disk has it. One that is there is an error."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)
    keep_names(file.parent)


def keep_names(directory: Path) -> None:
    """Waits until the disk has the names in `directory`, without which the contents of its files are lost."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Digested:
    """How long a file is, and the SHA-256 of what it holds."""

    size: int
    sha256: str


def write_digested(file: Path, pieces: Iterable[bytes]) -> Digested:
    """Makes `file` of `pieces`, and waits until the disk has its content; its name is for the caller to keep."""
    size, digest = 0, sha256()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        for piece in pieces:
            opened.write(piece)
            digest.update(piece)
            size += len(piece)
        opened.flush()
        os.fsync(opened.fileno())
    return Digested(size, digest.hexdigest())


def digested(file: Path) -> Digested:
    """The same of a file that stands."""
    with file.open("rb") as opened:
        return Digested(file.stat().st_size, file_digest(opened, "sha256").hexdigest())

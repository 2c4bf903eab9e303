"""One server to a directory. The lock is the operating system's, so it ends with the process, however that ends.

The server process is a fork, which shares the lock: as long as either lives, the directory is taken.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from troth.entry.errors import Taken, Unwritable

FILE = "troth.lock"
# Whoever only looks holds the lock for a moment.
_ATTEMPTS, _PAUSE = 20, 0.05


@contextmanager
def held(directory: Path, **said: str | int) -> Iterator[None]:
    """Holds `directory` for this process and its forks; `said` is told to whoever looks. Refuses a taken one."""
    with _opened(directory / FILE) as file:
        _take(file, directory)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), **said}))
        file.flush()
        yield


def holder(directory: Path) -> Mapping[str, str | int] | None:
    """What the holder of `directory` said; None when nobody holds it."""
    try:
        file = (directory / FILE).open("r", encoding="utf-8")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _said(file)
    return None


def _said(file: IO[str]) -> dict[str, str | int]:
    try:
        said: dict[str, str | int] = json.loads(file.read())
    except ValueError:  # about to be written
        return {}
    return said


def _opened(file: Path) -> IO[str]:
    # Databases and sealed files need the directory itself, not only the lock.
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        message = f"{file.parent} cannot be written. Give it, and all in it, to the user that troth runs as."
        raise Unwritable(message)
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")


def _take(file: IO[str], directory: Path) -> None:
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return
    message = f"Another troth works on {directory} (process {_said(file).get('pid', 'unknown')}). Stop it first."
    raise Taken(message)

"""Files that outlive a power cut, and whose names do."""

import os
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

"""Disks on which nothing more can be written, and directories that cannot be changed."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.support.site import Running

FULL, LIMIT = "full disk", "limit"
_SIZE = 24 * 2**20
# Less than this is left of a disk that is almost full: room for some submissions, and for a part of the next one.
_LEAST = 64 * 2**10
# Even root then needs the permissions that others need.
AS_OTHERS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")


class Disk(Protocol):
    """Where an installation stands."""

    def exhaust(self, site: Running) -> None:
        """Soon nothing more can be written."""

    def relieve(self, site: Running) -> None:
        """There is room again."""


class Small:
    """A file system of its own, in memory, with little room."""

    def __init__(self, directory: Path) -> None:
        self._ballast = directory / "ballast"

    def exhaust(self, site: Running) -> None:  # noqa: ARG002 - as every disk
        with self._ballast.open("wb") as file, suppress(OSError):
            for taken in count(step=_LEAST):
                os.posix_fallocate(file.fileno(), taken, _LEAST)

    def relieve(self, site: Running) -> None:  # noqa: ARG002 - as every disk
        self._ballast.unlink()


class Limited:
    """The same as seen by one server: the system lets it write nothing into any file, which takes no privilege."""

    def exhaust(self, site: Running) -> None:
        self._limit(site, 0)

    def relieve(self, site: Running) -> None:
        self._limit(site, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(site: Running, most: int) -> None:
        for process in site.processes():
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@contextmanager
def disk(kind: str, directory: Path) -> Iterator[Disk]:
    """A disk of this kind at `directory`."""
    directory.mkdir()
    if kind == LIMIT:
        yield Limited()
        return
    _mount(directory)
    try:
        yield Small(directory)
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)


@cache
def kinds() -> list[str]:
    """The kinds that this machine can show: not everybody may mount a file system."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            _mount(Path(directory))
        except (OSError, subprocess.CalledProcessError):
            return [LIMIT]
        subprocess.run(["umount", directory], check=True)
    return [FULL, LIMIT]


def _mount(directory: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700", "tmpfs", directory]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def unwritable(*directories: Path) -> Iterator[None]:
    """Nothing in these directories can be changed by anybody whom permissions bind, until the end."""
    before = {one: one.stat().st_mode for directory in directories for one in (directory, *directory.rglob("*"))}
    for one, mode in before.items():
        one.chmod(mode & 0o555)
    try:
        yield
    finally:
        for one, mode in before.items():
            one.chmod(mode)

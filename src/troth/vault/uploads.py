"""Takes uploaded files: sealed while they stream in, so that plaintext never reaches the disk."""

import errno
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from troth.ledger.errors import NotStored
from troth.vault.errors import NotKept
from troth.vault.files import Sealing, described

MOST_BYTES = 10 * 1024 * 1024
_HEAD = 512
# Where a request remembers its files; the handlers themselves are Django's to keep.
_BEGUN: Final = "sealings"
log = logging.getLogger("troth.vault")


class SealedUpload(UploadedFile):  # type: ignore[type-arg] # generic in its stubs only
    """An uploaded file that is already sealed. Unless somebody keeps it, it goes when the request is answered."""

    def __init__(self, sealing: Sealing, content: "_Content", size: int, name: str, content_type: str) -> None:
        super().__init__(None, name, content_type, size)
        self.sealing = sealing
        self.head = content.head
        self.digest = content.read.hexdigest()

    @property
    def too_large(self) -> bool:
        return (self.size or 0) > MOST_BYTES

    def described(self) -> bytes:
        """What is sealed as the value of a field that is a file."""
        kind, size = self.content_type or "", self.size or 0
        return described(self.name or "", kind, size, self.digest, self.sealing)

    def close(self) -> None:
        """Nothing is open: the file was finished when it had come in."""


class _Content:
    """What is known of a file's plain content once it went by: its first bytes and its digest."""

    def __init__(self) -> None:
        self.head = b""
        self.read = sha256()

    def add(self, plain: bytes) -> None:
        self.head += plain[: _HEAD - len(self.head)]
        self.read.update(plain)


class SealingUploadHandler(FileUploadHandler):
    """Django's upload handler that seals. Bytes past the limit are read and dropped; the file is then refused."""

    chunk_size = 64 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        with _kept_by_the_disk():
            self.sealing = Sealing()
        vars(self.request).setdefault(_BEGUN, []).append(self.sealing)
        self.content = _Content()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.content.add(raw_data)
        if start + len(raw_data) <= MOST_BYTES:
            with _kept_by_the_disk():
                self.sealing.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        with _kept_by_the_disk():
            self.sealing.finish()
        return SealedUpload(self.sealing, self.content, file_size, self.file_name or "", self.content_type or "")


@contextmanager
def keeping(uploads: Mapping[str, SealedUpload]) -> Iterator[set[str]]:
    """What is stored in here for good names `uploads`, but for those whose names are put into what this gives.

    Where nobody knows whether it was stored, they stay: what nothing names after all goes with the next sweep.
    """
    left_out: set[str] = set()
    try:
        yield left_out
    except NotStored as error:
        _keep(uploads.values() if error.perhaps else ())
        raise
    _keep(upload for name, upload in uploads.items() if name not in left_out)


def _keep(uploads: Iterable[SealedUpload]) -> None:
    for upload in uploads:
        upload.sealing.keep()


def discard_unkept(request: HttpRequest) -> None:
    """Removes every file that came with `request` and that nobody kept, however far it had come."""
    for sealing in vars(request).get(_BEGUN, ()):
        if not sealing.kept:
            try:
                sealing.discard()
            except OSError:
                log.exception("a file that nobody keeps stays until the next sweep")


@contextmanager
def _kept_by_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("no file can be kept: %s", errno.errorcode.get(error.errno or 0, "unknown"))
        message = "A file cannot be kept at the moment. Nothing of this submission was. Try again later."
        raise NotKept(message) from error

"""Files are sealed while they stream, and whoever touches one is found out."""

import os
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.http import HttpRequest

from troth.ledger.work import unit_of_work
from troth.vault import files, jobs, rules
from troth.vault.actions import Holding, Value, hold
from troth.vault.uploads import MOST_BYTES, SealingUploadHandler, discard_unkept

AT = datetime(2026, 11, 23, tzinfo=UTC)
CHUNK = rules.CHUNK


def sealed(plain: bytes, piece: int = 10_000) -> files.Sealing:
    """`plain` as a sealed file that is kept, written in pieces."""
    sealing = files.Sealing()
    for at in range(0, len(plain), piece):
        sealing.write(plain[at : at + piece])
    sealing.finish()
    sealing.keep()
    return sealing


def plain_of(sealing: files.Sealing) -> bytes:
    """What the sealed file holds."""
    return b"".join(files.unsealed(sealing.ref, sealing.key))


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_a_file_comes_back_whole(size: int) -> None:
    """A file of any size comes back as it was, and its plain bytes are not on disk."""
    plain = (b"the otter sleeps at noon. " * (size // 26 + 1))[:size]
    one = sealed(plain)
    assert plain_of(one) == plain
    stored = files.path_of(one.ref).read_bytes()
    assert len(stored) == size + 16 * max(1, -(-size // CHUNK))
    assert b"otter" not in stored


@pytest.mark.usefixtures("installation")
def test_pieces_make_no_difference() -> None:
    """However the bytes arrive, the same file is stored."""
    plain = os.urandom(2 * CHUNK + 100)
    for piece in (1000, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK):
        assert plain_of(sealed(plain, piece)) == plain


def _cut_a_chunk(content: bytes) -> bytes:
    return content[: CHUNK + 16]


def _swapped(content: bytes) -> bytes:
    step = CHUNK + 16
    return content[step : 2 * step] + content[:step] + content[2 * step :]


def _repeated(content: bytes) -> bytes:
    return content[: CHUNK + 16] + content


TAMPERED = {
    "one bit": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "last bit": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "cut": lambda content: content[:-1],
    "cut a chunk": _cut_a_chunk,
    "cut to nothing but tags": lambda content: content[:16],
    "extended": lambda content: content + b"x",
    "extended by a chunk": lambda content: content + content[: CHUNK + 16],
    "swapped": _swapped,
    "repeated": _repeated,
}


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("how", TAMPERED)
def test_a_touched_file_does_not_open(how: str) -> None:
    """A file that was altered, cut, extended or put in another order does not open."""
    one = sealed(os.urandom(2 * CHUNK + 100))
    path = files.path_of(one.ref)
    path.write_bytes(TAMPERED[how](path.read_bytes()))
    with pytest.raises(InvalidTag):
        plain_of(one)


@pytest.mark.usefixtures("installation")
def test_an_emptied_file_does_not_open() -> None:
    """A file of which nothing is left is not taken for an empty one."""
    one = sealed(b"something")
    files.path_of(one.ref).write_bytes(b"")
    with pytest.raises(InvalidTag):
        plain_of(one)


@pytest.mark.usefixtures("installation")
def test_a_file_is_not_another() -> None:
    """A sealed file put in another's place does not open there, and no key opens two files."""
    one, other = sealed(b"one"), sealed(b"other")
    assert one.key != other.key
    files.path_of(one.ref).write_bytes(files.path_of(other.ref).read_bytes())
    for key in (one.key, other.key):
        with pytest.raises(InvalidTag):
            list(files.unsealed(one.ref, key))


@pytest.mark.usefixtures("installation")
def test_an_upload_that_is_not_kept_goes() -> None:
    """An upload belongs to nobody until it is kept: once the request is answered, whole or broken off, it is gone."""
    for whole in (True, False):
        request = HttpRequest()
        handler = SealingUploadHandler(request)
        request.upload_handlers = [handler]
        handler.new_file("log-file", "a.log", "text/plain", None)
        path = files.path_of(handler.sealing.ref)
        handler.receive_data_chunk(b"x" * 100, 0)
        assert path.exists()
        if whole:
            handler.file_complete(100)
        discard_unkept(request)
        assert not path.exists()


@pytest.mark.usefixtures("installation")
def test_a_large_upload_is_known_as_such() -> None:
    """One byte more than the limit is too large, and what is past the limit does not reach the disk."""
    handler = SealingUploadHandler(HttpRequest())
    handler.new_file("log-file", "a.log", "text/plain", None)
    chunk = b"x" * handler.chunk_size
    for at in range(0, MOST_BYTES + 1, len(chunk)):
        handler.receive_data_chunk(chunk, at)
    upload = handler.file_complete(MOST_BYTES + 1)
    assert upload.too_large
    assert files.path_of(upload.sealing.ref).stat().st_size < MOST_BYTES + MOST_BYTES // 1000
    upload.sealing.discard()


def test_files_nobody_names_are_swept(installation: Path) -> None:
    """A file that no value names goes, unless it is arriving; one that is named stays, however old."""
    arriving, named = files.Sealing(), sealed(b"named")
    left = files.path_of(rules.new_ref(AT))
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"of a server that was killed")
    value = Value("cv", b"{}", datetime.max.replace(tzinfo=UTC), named.ref)
    unit_of_work(hold)([Holding(rules.new_ref(AT), [value], None)], at=AT)
    os.utime(files.path_of(named.ref), (0, 0))
    jobs.sweep_files()
    standing = [left, files.path_of(arriving.ref), files.path_of(named.ref)]
    assert [file.exists() for file in standing] == [False, True, True]
    arriving.discard()
    assert not any(map(files.arriving, (arriving.ref, named.ref)))
    assert (installation / "files").exists()


def test_what_several_sweep_goes_once(installation: Path) -> None:
    """A file that another sweep removes in the same moment is gone, and the rest are swept as well."""
    both = [files.path_of(rules.new_ref(AT), installation / "swept") for _ in range(2)]
    for file in both:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()

    def named(_: Collection[str]) -> Collection[str]:
        if next(asked):  # a second time, about what this sweep has claimed
            both[0].unlink()
        return ()

    asked = count()
    files.sweep(installation / "swept", named)
    assert not any(file.exists() for file in both)

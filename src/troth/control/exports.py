"""Packages of what is held of a person: ordered, built in the background, kept sealed for a day, handed over."""

import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from django.conf import settings

from troth import clock
from troth.control import asked, asking, limits, package, rules
from troth.control.errors import ExportOver, NoSuchExport
from troth.control.gathered import RIGHTS, Gathered, Part
from troth.control.models import Export
from troth.errors import TrothError
from troth.ledger.work import unit_of_work
from troth.statement.reads import in_force
from troth.vault import files
from troth.vault.actions import stays
from troth.vault.apart import open_for, seal_for
from troth.vault.errors import Altered
from troth.vault.errors import Erased as KeyGone
from troth.vault.reads import known

WAITING, BUILDING, READY, FAILED = "waiting", "building", "ready", "failed"
LASTS: Final = timedelta(hours=24)
log = logging.getLogger("troth.control")


class Package(NamedTuple):
    """A package as it stands: how far it has come, how large it is, until when it is kept."""

    ref: str
    state: str
    done: int
    total: int
    size: int
    at: datetime
    expires: datetime


def directory() -> Path:
    """Where packages stand, sealed: apart from the files of values, and in no backup."""
    where: Path = settings.TROTH_DIR / "exports"
    return where


@unit_of_work
def order(person: str, *, service: str, language: str, at: datetime, answers: str = "") -> str:
    """Has a package made of everything that is held of `person`; one that is on its way is the one.

    Those made before go. :class:`TooOften` when they had as many made as anybody may in a day. It answers a request of
    its own, or that which is named.
    """
    stays(person)  # two who order at once order one
    begun = Export.objects.filter(person=person, state__in=(WAITING, BUILDING)).values_list("ref", flat=True).first()
    if begun:
        return begun
    limits.insist((rules.PACKAGES_FOR_A_PERSON, person.encode()), at=at)
    Export.objects.filter(person=person).delete()
    rights = in_force(service, at).statement.rights
    right = next((one for one in RIGHTS if one in rights), RIGHTS[0])
    ref = answers or asking.ask_automatic(person, str(right), service=service, at=at)
    Export.objects.create(ref=ref, person=person, language=language, state=WAITING, at=at, expires=at + LASTS)
    return ref


def newest(person: str, at: datetime) -> Package | None:
    """The package that a person ordered last, as long as it is kept."""
    row = Export.objects.filter(person=person, expires__gt=at).order_by("-at").first()
    return Package(row.ref, row.state, row.done, row.total, row.size, row.at, row.expires) if row else None


def opened(ref: str, person: str, at: datetime) -> tuple[int, Iterator[bytes]]:
    """How long the package is, and its pieces. It is looked through first, so that half of one is handed to nobody."""
    row = Export.objects.filter(ref=ref, person=person, state=READY).first()
    if row is None:
        message = "There is no such package for you. Have one made on this page."
        raise NoSuchExport(message)
    if row.expires <= at or not files.path_of(row.file, directory()).exists():
        message = "This package is not kept any more. Have another one made."
        raise ExportOver(message)
    key = open_for(person, bytes(row.key), "control_export", ref)
    try:
        for _ in files.unsealed(row.file, key, directory()):
            pass
    except InvalidTag as error:
        message = "The package was changed where it is kept, and is handed to nobody. Have another one made."
        raise Altered(message) from error
    return row.size, files.unsealed(row.file, key, directory())


def build_all(service: str) -> int:
    """Makes every package that waits, also those that a server left half made when it ended; answers how many."""
    _begin_anew()
    waiting = Export.objects.filter(state=WAITING).order_by("at").values_list("ref", "person", "language")
    for ref, person, language in list(waiting):
        try:
            _build(ref, person, service, language)
        except KeyGone:
            log.info("a package was not made: its person was erased meanwhile")
        except (TrothError, OSError, InvalidTag):
            log.exception("a package could not be made")
            _fail(ref)
    return len(waiting)


@unit_of_work
def _begin_anew() -> None:
    for row in Export.objects.filter(state=BUILDING):
        if not files.arriving(row.file, directory()):
            Export.objects.filter(pk=row.pk).update(state=WAITING, file="", done=0)


@unit_of_work
def _fail(ref: str) -> None:
    Export.objects.filter(ref=ref, state__in=(WAITING, BUILDING)).update(state=FAILED, file="")


def _build(ref: str, person: str, service: str, language: str) -> None:
    directory().mkdir(mode=0o700, exist_ok=True)
    sealing = files.Sealing(directory())
    try:
        gathered = Gathered(person, service, language, clock.now())
        if _begun(ref, sealing.ref, len(gathered)) and _packed(ref, sealing, gathered):
            sealing.finish()
            if _finished(ref, person, sealing, clock.now()):
                sealing.keep()
    finally:
        if not sealing.kept:
            sealing.discard()


@unit_of_work
def _begun(ref: str, file: str, total: int) -> bool:
    return bool(Export.objects.filter(ref=ref, state=WAITING).update(state=BUILDING, file=file, done=0, total=total))


@unit_of_work
def _went_on(ref: str, file: str, done: int) -> bool:
    """Notes how far it has come; says whether anybody still wants it."""
    return bool(Export.objects.filter(ref=ref, file=file).update(done=done))


@unit_of_work
def _finished(ref: str, person: str, sealing: files.Sealing, at: datetime) -> bool:
    key = seal_for(person, sealing.key, "control_export", ref)
    rows = Export.objects.filter(ref=ref, file=sealing.ref, state=BUILDING)
    done = rows.update(state=READY, key=key, size=sealing.size, expires=at + LASTS)
    if done and not asked.request(ref).closed:
        asking.close(ref, outcome="done", reason="", by="person", at=at)
    return bool(done)


def _packed(ref: str, sealing: files.Sealing, gathered: Gathered) -> bool:
    """Writes the package; stops when nobody wants it any more."""
    listed = {}
    with zipfile.ZipFile(_Written(sealing), "w", zipfile.ZIP_DEFLATED) as packed:
        for number, part in enumerate(gathered.parts(), 1):
            listed[part.name] = _add(packed, part, gathered.at)
            if not _went_on(ref, sealing.ref, number):
                return False
        content = package.written({"made": clock.rfc3339(gathered.at), "files": listed})
        _add(packed, Part("manifest.json", iter([content])), gathered.at)
    return True


def _add(packed: zipfile.ZipFile, part: Part, at: datetime) -> dict[str, str | int]:
    told, size, digest = zipfile.ZipInfo(part.name, at.timetuple()[:6]), 0, sha256()
    told.compress_type, told.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    with packed.open(told, "w") as file:
        for piece in part.pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "size": size}


class _Written:
    """A file for `zipfile` that can only be written on: what is written is sealed at once."""

    def __init__(self, sealing: files.Sealing) -> None:
        self._sealing = sealing

    def write(self, plain: bytes) -> int:
        self._sealing.write(bytes(plain))
        return len(plain)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Whoever made the sealing ends it."""


@unit_of_work
def expire(*, at: datetime) -> int:
    """Packages that are over go, and those of whoever is not held any more; answers how many."""
    over, _ = Export.objects.filter(expires__lte=at).exclude(state=BUILDING).delete()
    persons = set(Export.objects.values_list("person", flat=True))
    gone, _ = Export.objects.filter(person__in=persons - known(persons)).delete()
    return over + gone


def sweep() -> None:
    """Removes files that no package names and that are not being written."""
    files.sweep(directory(), lambda refs: set(Export.objects.filter(file__in=refs).values_list("file", flat=True)))

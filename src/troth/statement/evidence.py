"""Whether the published versions are the ones that the ledger says were published, and all of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

import isodate
from django.conf import settings

from troth import clock
from troth.clock import rfc3339
from troth.ledger.append_only import AppendOnly
from troth.ledger.counted import Counted
from troth.ledger.evidence import ILLEGIBLE, Reading, Told, insist
from troth.ledger.rebuild import Finding
from troth.ledger.rules import JSON
from troth.statement.difference import difference
from troth.statement.errors import Altered, NoSuchVersion
from troth.statement.models import Turn, Version
from troth.statement.reads import (
    ANNOUNCED,
    BEGUN,
    MAIL,
    RETRACTED,
    Published,
    before,
    published,
    succession,
)
from troth.statement.typos import beyond_typos

APPEND_ONLY = (
    AppendOnly(
        "statement_version",
        "id = NEW.id OR (service = NEW.service AND number = NEW.number)",
    ),
    AppendOnly(
        "statement_turn",
        "id = NEW.id OR (service = NEW.service AND version = NEW.version AND kind = NEW.kind)",
    ),
)


TURNS = (ANNOUNCED, BEGUN, RETRACTED)


def turn_facts(turn: Any) -> dict[str, JSON]:
    """What the entry of a turn says."""
    day = turn.effective.strftime("%Y-%m-%d")
    return {"service": turn.service, "version": turn.version, "effective": day, "told": turn.told}


class Versions:
    """Every version as it stands, to be held against the entries of the kind ``published``."""

    kind = "published"

    def __init__(self) -> None:
        self.published: dict[tuple[str, int], Published] = {}
        self._strange: list[Finding] = []
        self._untold: dict[bytes, Version] = {}
        self._services: set[str] = set()
        for number in Version.objects.order_by("pk").values_list("pk", flat=True):
            try:
                self._read(Version.objects.get(pk=number))
            except ILLEGIBLE:
                self._strange.append(Finding("versions", f"Row {number} of the versions cannot be read."))

    def _read(self, row: Version) -> None:
        insist(datetime, row.published, row.effective)
        insist(bytes, row.source, row.leaf)
        self._services.add(row.service)
        leaf = bytes(row.leaf)
        if leaf in self._untold:
            self._strange.append(Finding(_name(row), "Another version stands for the same entry."))
        self._untold[leaf] = row
        try:
            self.published[row.service, row.number] = published(row)
        except (Altered, NoSuchVersion) as error:
            self._strange.append(Finding(_name(row), error.message))

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no version, or another one."""
        for entry in entries:
            row = self._untold.pop(entry.leaf, None)
            if row is None:
                yield Finding(entry.name, f"What {entry.name} tells of is not there: its version is gone.")
                continue
            stands = {
                "kind": self.kind,
                "at": rfc3339(row.published),
                "service": row.service,
                "version": row.number,
                "statement": row.digest,
                "effective": row.effective.strftime("%Y-%m-%d"),
                "tell": row.tell,
                "correction": {0: False, 1: True}.get(row.correction, row.correction),
            }
            if entry.said != stands or row.effective.strftime("%H%M%S%f").strip("0"):
                yield Finding(_name(row), f"Its row is not what {entry.name} says.", str(entry.said), str(stands))

    def earliest(self, one: Published, told: datetime) -> datetime:
        """The first day of a version of which everybody was told at `told`."""
        before = self._before(one)
        day = datetime.combine(told.astimezone(UTC).date(), time.min, UTC)
        return day + isodate.parse_duration(before.statement.changes.notice) if before else day

    def _before(self, one: Published) -> Published | None:
        service = one.statement.id
        return self.published.get((service, before(service, one.number)))

    def _hasty(self) -> Iterator[Finding]:
        """Versions that hold earlier, or take more with less ado, than the version before them promises (P53)."""
        for (service, number), one in self.published.items():
            earlier = self._before(one)
            if earlier is None:
                continue
            material = difference(earlier.statement, one.statement).material
            if material and one.effective < self.earliest(one, one.published):
                yield Finding(f"version {number} of {service}", "It takes something away before its notice is over.")
            if material and one.tell != (MAIL if MAIL in earlier.statement.changes.channels else "notice"):
                yield Finding(f"version {number} of {service}", "It is not announced as the version before promises.")
            if one.correction and beyond_typos(earlier.statement, one.statement):
                yield Finding(f"version {number} of {service}", "It is called a correction, and says something else.")

    def there(self, entries: Sequence[Told]) -> set[bytes]:
        """The leaves of those of `entries` for which a version stands."""
        return {one.leaf for one in entries if one.leaf in self._untold}

    def left_over(self) -> Iterator[Finding]:
        """Versions that cannot be read or of which no entry tells, and whether they are of the service served here."""
        yield from self._strange
        for row in self._untold.values():
            yield Finding(_name(row), "No entry of the ledger tells of its publication.")
        if self._services - {settings.TROTH_SERVICE}:
            message = "There are versions of another service than the one in `troth.toml`."
            yield Finding("versions", message, settings.TROTH_SERVICE, ", ".join(map(str, self._services)))
        yield from self._hasty()
        yield from self._elsewhere(clock.now())

    def _elsewhere(self, now: datetime) -> Iterator[Finding]:
        """Whether the store stands where the version in force says, by `troth.toml` (P24)."""
        number = succession(settings.TROTH_SERVICE, now).in_force
        if newest := self.published.get((settings.TROTH_SERVICE, number)):
            declared = newest.statement.stored_in
            if settings.TROTH_COUNTRY not in declared:
                message = "The store stands elsewhere than the version in force says, or `troth.toml` was changed."
                yield Finding(f"version {newest.number}", message, ", ".join(declared), settings.TROTH_COUNTRY)


def _name(row: Version) -> str:
    return f"version {row.number} of {row.service}"


class _Turn(NamedTuple):
    service: str
    version: int
    kind: str
    effective: datetime
    told: int
    at: datetime
    leaf: bytes


_turns = Reading(Turn, "leaf", *_Turn._fields)


class Turns(Counted):
    """What became of the versions, held against the entries of one kind, and against what the versions promise.

    For whoever is not told in time, the ledger itself says so: each entry has its time, and each version its notice.
    """

    table = Turn

    def __init__(self, kind: str, versions: Versions) -> None:
        super().__init__()
        self.kind = kind
        self._versions = versions

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        found = {row[-1]: _Turn(*row) for row in _turns([one.leaf for one in entries])}
        return [(one, self._stands(found.get(one.leaf))) for one in entries]

    def _stands(self, turn: _Turn | None) -> Mapping[str, Any] | None:
        return {**turn_facts(turn), "kind": turn.kind, "at": rfc3339(turn.at)} if turn else None

    def _untold(self) -> Iterator[Finding]:
        rows = Turn.objects.filter(kind=self.kind)
        if rows.count() != self._told:
            yield Finding(f"turns of the kind {self.kind}", "The ledger tells of others.", str(self._told))
        for row in rows:
            insist(datetime, row.effective, row.at)
            own = self._versions.published.get((row.service, row.version))
            for message in self._broken(row, own) if own else ("There is no such version.",):
                yield Finding(f"version {row.version} of {row.service}, {self.kind}", message)

    def _broken(self, row: Turn, own: Published) -> Iterator[str]:
        """What of a turn breaks the promise that changes are told in time (P53)."""
        others = {one.kind: one for one in Turn.objects.filter(service=row.service, version=row.version)}
        announced = others.get(ANNOUNCED)
        if self.kind == ANNOUNCED and row.effective < max(own.effective, self._versions.earliest(own, row.at)):
            yield "It would begin earlier than its notice is over, which counts from when everybody was told."
        if self.kind == BEGUN and RETRACTED in others:
            yield "It was retracted, and begun all the same."
        if self.kind == BEGUN and (own.tell == MAIL and not announced):
            yield "It began, and not everybody was told."
        if self.kind == BEGUN and row.at < max(own.effective, announced.effective if announced else own.effective):
            yield "It began before its day."

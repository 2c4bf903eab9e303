"""Whether the published versions are the ones that the ledger says were published, and all of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings

from troth import clock
from troth.clock import rfc3339
from troth.ledger.append_only import AppendOnly
from troth.ledger.evidence import ILLEGIBLE, Told, insist
from troth.ledger.rebuild import Finding
from troth.statement.errors import Altered, NoSuchVersion
from troth.statement.models import Version
from troth.statement.reads import Published, published

APPEND_ONLY = (
    AppendOnly(
        "statement_version",
        "id = NEW.id OR (service = NEW.service AND (number = NEW.number OR digest = NEW.digest))",
    ),
)


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
            }
            if entry.said != stands or row.effective.strftime("%H%M%S%f").strip("0"):
                yield Finding(_name(row), f"Its row is not what {entry.name} says.", str(entry.said), str(stands))

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
        yield from self._elsewhere(clock.now())

    def _elsewhere(self, now: datetime) -> Iterator[Finding]:
        """Whether the store stands where the version in force says, by `troth.toml` (P24)."""
        in_force = [one for one in self.published.values() if one.effective <= now]
        for newest in sorted(in_force, key=lambda one: one.number)[-1:]:
            declared = newest.statement.stored_in
            if settings.TROTH_COUNTRY not in declared:
                message = "The store stands elsewhere than the version in force says, or `troth.toml` was changed."
                yield Finding(f"version {newest.number}", message, ", ".join(declared), settings.TROTH_COUNTRY)


def _name(row: Version) -> str:
    return f"version {row.number} of {row.service}"

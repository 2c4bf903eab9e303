"""Whether what was added to submissions still is what the ledger says was added, and held as it was."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from troth.clock import rfc3339
from troth.consent import rules
from troth.consent.models import Supplement
from troth.ledger.evidence import Reading, Told, read_each, read_through
from troth.ledger.rebuild import Finding
from troth.vault.evidence import Given, Holdings, Shelf


class _Supplement(NamedTuple):
    ref: str
    record: str
    person: str
    service: str
    version: int
    name: str
    field: str
    digest: str
    until: datetime
    at: datetime
    leaf: bytes


_supplements = Reading(Supplement, "leaf", *_Supplement._fields)


class _Rows:
    """What stands for some entries of supplements."""

    def __init__(self, entries: Sequence[Told]) -> None:
        self.entries = entries
        self.supplements = {row[-1]: _Supplement(*row) for row in _supplements([one.leaf for one in entries])}
        self.shelf = Shelf({one.ref: one.person for one in self.supplements.values()})


class Supplements:
    """Every supplement, held against the entries of the kind ``supplemented``."""

    kind = "supplemented"

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._told = 0

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no supplement, or is not what it says."""
        for rows in read_each(_Rows, entries):
            if isinstance(rows, Finding):
                yield rows
                continue
            for entry in rows.entries:
                one = rows.supplements.get(entry.leaf)
                if one is None:
                    yield Finding(entry.name, f"What {entry.name} tells of is not there: its supplement is gone.")
                    continue
                self._told += 1
                stands = {**rules.supplement_facts(one), "kind": self.kind, "at": rfc3339(one.at)}
                if stands != entry.said:
                    message = f"The supplement of {entry.name} was changed."
                    yield Finding(entry.name, message, str(entry.said), str(stands), one.record)
                ends = {one.field: one.until}
                given = Given(entry.name, one.ref, one.person, one.at, {one.field: one.digest}, ends, (), None)
                yield from self._holdings.given(given, rows.shelf)

    def left_over(self) -> Iterator[Finding]:
        """Supplements that no entry explains."""
        yield from read_through("supplements", self._untold())

    def _untold(self) -> Iterator[Finding]:
        there = Supplement.objects.count()
        if there != self._told:
            message = "There are other supplements than the ledger tells of."
            yield Finding("supplements", message, str(self._told), str(there))

"""Whether what was added to submissions still is what the ledger says was added, and held as it was."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.consent import rules
from troth.consent.models import Supplement
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told, read_each
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


class _Held:
    """What stands for some entries of supplements, and what the vault holds of them."""

    def __init__(self, entries: Sequence[Told]) -> None:
        self.supplements = _by_leaf(entries)
        self.shelf = Shelf({one.ref: one.person for one in self.supplements.values()})


class Supplements(Counted):
    """Every supplement, held against the entries of the kind ``supplemented``."""

    kind = "supplemented"
    table = Supplement

    def __init__(self, holdings: Holdings) -> None:
        super().__init__()
        self._holdings = holdings

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no supplement, or is not what it says, or is not held as it was added."""
        yield from super().held_against(entries)
        for rows in read_each(_Held, entries):
            if isinstance(rows, Finding):
                yield rows
                continue
            for entry in entries:
                if one := rows.supplements.get(entry.leaf):
                    ends = {one.field: one.until}
                    given = Given(entry.name, one.ref, one.person, one.at, {one.field: one.digest}, ends, (), None)
                    yield from self._holdings.given(given, rows.shelf)

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        found = _by_leaf(entries)
        return [(one, _stands(found.get(one.leaf))) for one in entries]


def _by_leaf(entries: Sequence[Told]) -> dict[bytes, _Supplement]:
    return {row[-1]: _Supplement(*row) for row in _supplements([one.leaf for one in entries])}


def _stands(one: _Supplement | None) -> Mapping[str, Any] | None:
    return one and {**rules.supplement_facts(one), "kind": Supplements.kind, "at": rfc3339(one.at)}

"""Whether wishes still are what the ledger says was wished."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from troth.clock import rfc3339
from troth.consent import rules, wishes
from troth.consent.models import Wish
from troth.ledger.evidence import Reading, Told, read_each, read_through
from troth.ledger.rebuild import Finding

_AT_ONCE: Final = 1000


class _Wish(NamedTuple):
    ref: str
    person: str
    service: str
    version: int
    kind: str
    about: str
    given: bool
    number: int
    by: str
    follows: int
    at: datetime
    leaf: bytes


_wishes = Reading(Wish, "leaf", *_Wish._fields)


class _Rows:
    """What stands for some entries of wishes."""

    def __init__(self, entries: Sequence[Told]) -> None:
        self.entries = entries
        self.wishes = {row[-1]: _Wish(*row) for row in _wishes([one.leaf for one in entries])}


class Wishes:
    """Every wish, held against the entries of the kind ``wished``."""

    kind = "wished"

    def __init__(self) -> None:
        self._wishes = 0

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no wish, or is not what it says."""
        for rows in read_each(_Rows, entries):
            if isinstance(rows, Finding):
                yield rows
                continue
            for entry in rows.entries:
                wish = rows.wishes.get(entry.leaf)
                if wish is None:
                    yield Finding(entry.name, f"What {entry.name} tells of is not there: its wish is gone.")
                else:
                    self._wishes += 1
                    yield from _altered(entry, wish)

    def tells_of(self, leaf: bytes) -> bool:
        """Whether a wish stands for the entry with this leaf: after a restoring there may be none."""
        return Wish.objects.filter(leaf=leaf).exists()

    def left_over(self) -> Iterator[Finding]:
        """Wishes that no entry explains."""
        yield from read_through("wishes", self._untold())

    def _untold(self) -> Iterator[Finding]:
        there = Wish.objects.count()
        if there != self._wishes:
            message = "There are other wishes than the ledger tells of."
            yield Finding("wishes", message, str(self._wishes), str(there))


def _altered(entry: Told, wish: _Wish) -> Iterator[Finding]:
    facts = wishes.facts(wish, service=wish.service, version=wish.version, by=wish.by, follows=wish.follows)
    stands = {**facts, "kind": Wishes.kind, "at": rfc3339(wish.at), "commitment": entry.said.get("commitment")}
    if stands != entry.said:
        yield Finding(entry.name, f"The wish of {entry.name} was changed.", str(entry.said), str(stands))
    if rules.committed_wish(wish.person, wish.ref) != entry.said.get("commitment"):
        yield Finding(entry.name, f"What {entry.name} commits to was changed: whose wish it is.")

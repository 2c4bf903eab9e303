"""What was lost when a backup was restored: entries stand that tell of rows which the backup does not have.

An entry of the kind ``restored`` says which: from the size of the log at the backup to its size at the restoring.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from troth.ledger import reads
from troth.ledger.evidence import Told

RESTORED: Final = "restored"
# These only count, and what is counted is told again when it ends again; `restored` tells of what had ended before.
_COUNTED: Final = ("expired", "swept", RESTORED)

There = Callable[[Sequence[Told]], Collection[bytes]]


class Lost:
    """Which entries need no rows: they stand where a restoring says that rows were lost, and none are there.

    `there` says, by kind, of which of some entries there are rows, by their leaves. `counted` says how many were lost
    of each kind, among the entries that were looked at.
    """

    def __init__(self, there: Mapping[str, There]) -> None:
        self._there = there
        self._spans = list(_spans())
        self.counted: Counter[str] = Counter()

    def without(self, entries: Sequence[Told]) -> list[Told]:
        """`entries`, but those that were lost."""
        if not self._spans:
            return list(entries)
        lost = self._lost([one for one in entries if self._may_be(one)])
        return [one for one in entries if one.leaf not in lost]

    def _may_be(self, entry: Told) -> bool:
        index = entry.name.removeprefix("entry ")
        return index.isdecimal() and any(start <= int(index) < stop for start, stop in self._spans)

    def _lost(self, entries: Sequence[Told]) -> set[bytes]:
        by_kind: dict[str, list[Told]] = {}
        for one in entries:
            by_kind.setdefault(str(one.said.get("kind")), []).append(one)
        lost = {one.leaf for kind in _COUNTED for one in by_kind.get(kind, ())}
        for kind, there in self._there.items():
            if some := by_kind.get(kind):
                gone = {one.leaf for one in some} - set(there(some))
                self.counted[kind] += len(gone)
                lost |= gone
        return lost


def ended_before() -> dict[str, Any]:
    """What entries that still wait say that ended: how many persons, and how many values of each field."""
    fields: Counter[str] = Counter()
    persons = 0
    for _, data, _ in reads.stored_pending():
        said = json.loads(data)
        if said["kind"] in _COUNTED:
            fields.update(said["fields"])
            persons += said.get("persons", 0)
    return {"fields": dict(fields), "persons": persons}


def _spans() -> Iterator[tuple[int, int]]:
    """From where to where rows were lost that are not there again: a later backup undoes an earlier restoring."""
    known_up_to = None
    for index, data in reversed(reads.entries_with(b'"kind":"restored"')):
        said: dict[str, Any] = json.loads(data)
        start, stop = said.get("from"), said.get("to")
        if said.get("kind") != RESTORED or not (
            type(start) is int and type(stop) is int and 0 <= start <= stop <= index
        ):
            continue
        if known_up_to is None or index < known_up_to:
            yield start, stop
            known_up_to = start

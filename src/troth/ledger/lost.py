"""What was lost when a backup was restored: entries stand that tell of rows which the backup does not have.

An entry of the kind ``restored`` says which: from the size of the log at the backup to its size at the restoring.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from troth.ledger import reads
from troth.ledger.evidence import Told

RESTORED: Final = "restored"
# These only count, and what is counted is told again when it ends again; `restored` tells of what had ended before.
_COUNTED: Final = ("expired", "swept", RESTORED)

There = Callable[[bytes], bool]


class Lost:
    """Which entries need no rows: they stand where a restoring says that rows were lost, and none are there.

    `there` says, by kind, whether the rows of an entry are there by its leaf.
    """

    def __init__(self, there: Mapping[str, There]) -> None:
        self._there = there
        self._spans = list(_spans())

    def without(self, entries: Iterable[Told]) -> list[Told]:
        """`entries`, but those that were lost."""
        return [one for one in entries if not self._is_lost(one)] if self._spans else list(entries)

    def _is_lost(self, entry: Told) -> bool:
        index = entry.name.removeprefix("entry ")
        if not index.isdecimal() or not any(start <= int(index) < stop for start, stop in self._spans):
            return False
        kind = entry.said.get("kind")
        there = self._there.get(kind) if isinstance(kind, str) else None
        return kind in _COUNTED or (there is not None and not there(entry.leaf))


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
    for index, data in reads.entries_with(b'"kind":"restored"'):
        said: dict[str, Any] = json.loads(data)
        start, stop = said.get("from"), said.get("to")
        if said.get("kind") == RESTORED and type(start) is int and type(stop) is int and 0 <= start <= stop <= index:
            yield start, stop

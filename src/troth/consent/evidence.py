"""Whether agreements still say what the ledger says: each entry of a submission is held against its rows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from troth.consent import rules
from troth.consent.models import Agreement, Choice, Wording
from troth.consent.reads import agreed
from troth.ledger import reads as ledger
from troth.ledger.rebuild import Finding, Progress
from troth.ledger.rules import commitment, sha256_hex
from troth.vault.errors import Erased
from troth.vault.reads import entry_salt, sealed_values

_BLOCK = 500
_COLLECTED = b'"kind":"collected"'
_SAME = ("service", "point", "statement", "language", "choices")


def altered(progress: Progress) -> Iterator[Finding]:
    """Every agreement, choice, wording and sealed value that is not as it was when its entry was made."""
    yield from _wordings()
    # A running site goes on: count first, then what waits, then what is placed, so that no agreement falls between.
    standing = Agreement.objects.count()
    waiting = _Block((f"pending entry {number}", data, leaf) for number, data, leaf in ledger.stored_pending())
    yield from waiting.findings()
    size, told = ledger.size(), len(waiting.rows)
    for start in range(0, size, _BLOCK):
        stop = min(size, start + _BLOCK)
        found = _Block((f"entry {index}", data, leaf) for index, data, leaf in ledger.stored(start, stop))
        yield from found.findings()
        told += len(found.rows.keys() - waiting.rows.keys())
        progress(stop, size)
    if standing > told:
        yield Finding("agreements", f"Agreements that no entry of the ledger tells of: {standing - told}.")


class _Block:
    """Some entries of submissions, and the rows that they tell of."""

    def __init__(self, entries: Iterable[tuple[str, bytes, bytes]]) -> None:
        self.entries = {leaf: (name, json.loads(data)) for name, data, leaf in entries if _COLLECTED in data}
        self.rows = {bytes(row.leaf): row for row in Agreement.objects.filter(leaf__in=list(self.entries))}
        self.choices: dict[str, list[Choice]] = defaultdict(list)
        records = [row.record for row in self.rows.values()]
        for choice in Choice.objects.filter(record__in=records).order_by("pk"):
            self.choices[choice.record].append(choice)

    def findings(self) -> Iterator[Finding]:
        """What the rows say differently."""
        for leaf, (name, entry) in self.entries.items():
            row = self.rows.get(leaf)
            if row is None:
                yield Finding(name, f"What {name} tells of is not there: its agreement is gone.")
            else:
                yield from _compared(name, entry, agreed(row, self.choices[row.record]), bytes(row.receipt))


def _compared(name: str, entry: dict[str, Any], one: rules.Agreed, receipt: bytes) -> Iterator[Finding]:
    stands = {**vars(one), "choices": dict(one.choices)}
    for fact in _SAME:
        if entry[fact] != stands[fact]:
            yield Finding(
                name, f"The agreement of {name} was changed: its {fact}.", str(entry[fact]), str(stands[fact])
            )
    try:
        salt = entry_salt(one.person, one.record)
    except Erased:
        return
    if commitment(salt, rules.opened_record(one, receipt)) != entry["commitment"]:
        yield Finding(name, f"What {name} commits to was changed: whose it is, what was sealed, or the receipt.")
        return
    for field, sealed in sealed_values(one.record).items():
        if sha256_hex(sealed) != one.digests.get(field):
            yield Finding(name, f"The sealed value `{field}` of {name} is not the one that was given.")


def _wordings() -> Iterator[Finding]:
    for wording in Wording.objects.iterator():
        if sha256_hex(bytes(wording.body)) != wording.digest:
            yield Finding(f"wording {wording.digest}", "These words are not the ones that people were shown.")

"""Rows of which each has one entry of its own: held against it, and counted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from troth.ledger.evidence import Told, read_each, read_through
from troth.ledger.rebuild import Finding


class Counted:
    """Rows of one table, each of which one entry of one kind tells of."""

    kind = ""
    table: type[models.Model]

    def __init__(self) -> None:
        self.told = 0

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no row, or is not what it says."""
        for found in read_each(self.rows, entries):
            if isinstance(found, Finding):
                yield found
                continue
            for entry, stands in found:
                if stands is None:
                    yield Finding(entry.name, f"What {entry.name} tells of is not there: its row is gone.")
                    continue
                self.told += 1
                if stands != entry.said:
                    message = f"What stands for {entry.name} was changed."
                    yield Finding(entry.name, message, str(entry.said), str(stands))

    def left_over(self) -> Iterator[Finding]:
        """Rows that no entry explains."""
        yield from read_through(self.table._meta.db_table, self.untold())

    def untold(self) -> Iterator[Finding]:
        """What shows that there are rows of which no entry tells."""
        there = self.count()
        if there != self.told:
            yield Finding(self.table._meta.db_table, "The ledger tells of others.", str(self.told), str(there))

    def rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        """Each of `entries` with what the row that stands for it says, in the shape of an entry; None if it is gone."""
        raise NotImplementedError

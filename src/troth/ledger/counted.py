"""Rows each of which one entry of one kind tells of, held against those entries."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from troth.ledger.evidence import Told, read_each, read_through
from troth.ledger.rebuild import Finding


class Counted:
    """The rows of one table. A room says in `_rows` what stands for entries, as they should say it."""

    kind = ""
    table: type[models.Model]

    def __init__(self) -> None:
        self._told = 0

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no row, or is not what it says."""
        for found in read_each(self._rows, entries):
            if isinstance(found, Finding):
                yield found
                continue
            for entry, stands in found:
                if stands is None:
                    yield Finding(entry.name, f"What {entry.name} tells of is not there: its row is gone.")
                    continue
                self._count(stands)
                if stands != entry.said:
                    message = f"What stands for {entry.name} was changed."
                    yield Finding(entry.name, message, str(entry.said), str(stands))

    def _count(self, stands: Mapping[str, Any]) -> None:  # noqa: ARG002 - a room may count what is in it
        self._told += 1

    def there(self, entries: Sequence[Told]) -> set[bytes]:
        """The leaves of those of `entries` for which a row stands, legible or not: a restoring may leave none."""
        read = [found for found in read_each(self._rows, entries) if not isinstance(found, Finding)]
        return {one.leaf for one in entries} - {entry.leaf for some in read for entry, stands in some if stands is None}

    def left_over(self) -> Iterator[Finding]:
        """Rows that no entry explains."""
        yield from read_through(self.table._meta.db_table, self._untold())

    def _untold(self) -> Iterator[Finding]:
        there = self.table._default_manager.count()
        if there != self._told:
            yield Finding(self.table._meta.db_table, "The ledger tells of others.", str(self._told), str(there))

    def _rows(self, entries: Sequence[Told]) -> Sequence[tuple[Told, Mapping[str, Any] | None]]:
        raise NotImplementedError

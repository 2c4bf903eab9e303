"""What was added to a table since it was last asked, so that what is remembered of its rows can be kept current."""

import time
from typing import Any, Final

from django.db import connections, models, router

# PostgreSQL gives numbers before it commits: one that was passed over may still come. No unit of work takes so long.
_PATIENCE: Final = 600.0
_MOST_GAPS: Final = 10_000


class Tail:
    """Reads each row that is added to the table of `model` once, by its number. Made once for each reader.

    `columns` are what is read of each. Rows that were there when it was made are not told.
    """

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self._model = model
        self._columns = columns
        self._gaps: dict[int, float] = {}
        self._last = self._newest()

    def added(self) -> list[tuple[Any, ...]]:
        """The number and columns of every row that was added since the last time."""
        connection = connections[router.db_for_read(self._model)]
        may_come = connection.vendor == "postgresql"
        among = f" OR id IN ({', '.join(map(str, self._gaps))})" if self._gaps else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{self._begin} WHERE id > {self._last}{among} ORDER BY id")
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if rows:
            self._note([row[0] for row in rows], may_come=may_come)
        return rows

    def _note(self, numbers: list[int], *, may_come: bool) -> None:
        for number in numbers:
            self._gaps.pop(number, None)
        if may_come:
            now = time.monotonic()
            there = set(numbers)
            begin = max(self._last + 1, numbers[-1] - _MOST_GAPS)
            self._gaps |= {number: now for number in range(begin, numbers[-1]) if number not in there}
            self._gaps = {number: since for number, since in self._gaps.items() if now - since < _PATIENCE}
        self._last = max(self._last, numbers[-1])

    @property
    def _begin(self) -> str:
        names = ", ".join(["id", *self._columns])
        return f'SELECT {names} FROM "{self._model._meta.db_table}"'  # noqa: S608 - names are ours

    def _newest(self) -> int:
        with connections[router.db_for_read(self._model)].cursor() as cursor:
            cursor.execute(f'SELECT MAX(id) FROM "{self._model._meta.db_table}"')  # noqa: S608 - names are ours
            return int(cursor.fetchone()[0] or 0)

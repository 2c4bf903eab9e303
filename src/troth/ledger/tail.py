"""What was added to tables since they were last asked, so that what is remembered of their rows can be kept current."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.db import connection, models

# PostgreSQL gives numbers before it commits: one that was passed over may still come. No unit of work takes so long.
_PATIENCE: Final = 600.0
_MOST_GAPS: Final = 10_000
_AT_FIRST: Final = 1000


class Tail:
    """Has each row that is added to the table of `model` told once, by its number. Made once for each reader.

    `column` is what is read of each. Rows that were there when it was made are not told, but for some of the newest
    where others with lower numbers may still come.
    """

    def __init__(self, model: type[models.Model], column: str) -> None:
        self._table = model._meta.db_table
        self._column = column
        self._gaps: dict[int, float] = {}
        self._last = self._newest()

    @property
    def query(self) -> str:
        """Asks for the number and column of each row that was not told yet."""
        among = f" OR id IN ({', '.join(map(str, self._gaps))})" if self._gaps else ""
        return f'id, {self._column} FROM "{self._table}" WHERE id > {self._last}{among}'

    def note(self, numbers: Sequence[int], *, may_come: bool) -> None:
        """Notes that the rows with these numbers are told; some between them `may_come` later."""
        newest = max(numbers)
        for number in numbers:
            self._gaps.pop(number, None)
        if may_come:
            now = time.monotonic()
            there = set(numbers)
            begin = max(self._last + 1, newest - _MOST_GAPS)
            self._gaps |= {number: now for number in range(begin, newest) if number not in there}
            self._gaps = {number: since for number, since in self._gaps.items() if now - since < _PATIENCE}
        self._last = max(self._last, newest)

    def _newest(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT MAX(id) FROM "{self._table}"')  # noqa: S608 - names are ours
            newest = int(cursor.fetchone()[0] or 0)
        return newest if connection.vendor == "sqlite" else max(0, newest - _AT_FIRST)


def added(tails: Sequence[Tail]) -> set[str]:
    """What the column says in the rows that were added since the last time to the tables of `tails`."""
    # One question for all: nearly always nothing was added.
    query = " UNION ALL ".join(f"SELECT {place}, {tail.query}" for place, tail in enumerate(tails))
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    numbers = defaultdict(list)
    for place, number, _ in rows:
        numbers[place].append(number)
    for place, some in numbers.items():
        tails[place].note(some, may_come=connection.vendor == "postgresql")
    return {said for _, _, said in rows}

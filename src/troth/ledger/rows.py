"""Adding rows without the object-relational mapper's work for each: one statement per table, written once.

Submissions come by the thousand, and each adds the same few rows. Fields still turn their values into what
the database takes, so that a row reads the same whichever way it came in.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router


class Insertion:
    """Adds rows to the table of `model`. With `unless_there`, a row whose key is taken is left as it is."""

    def __init__(self, model: type[models.Model], *, unless_there: bool = False) -> None:
        self._model = model
        self._end = " ON CONFLICT DO NOTHING" if unless_there else ""

    def __call__(self, *rows: dict[str, Any]) -> int:
        """Adds `rows`, each with every column but an automatic key; answers how many were added."""
        if not rows:
            return 0
        connection = connections[router.db_for_write(self._model)]
        fields = [field for field in self._model._meta.concrete_fields if field.attname in rows[0]]
        values = [field.get_db_prep_save(row[field.attname], connection) for row in rows for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(self._statement(fields, len(rows)), values)
            return int(cursor.rowcount)

    def _statement(self, fields: Sequence[Any], count: int) -> str:
        names = ", ".join(f'"{field.column}"' for field in fields)
        marks = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * count)
        return f'INSERT INTO "{self._model._meta.db_table}" ({names}) VALUES {marks}{self._end}'  # noqa: S608 - names are ours

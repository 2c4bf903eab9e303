"""Adding rows without the object-relational mapper's work for each: one statement for many, written once.

Submissions come by the thousand, and each adds the same few rows. Values that a database takes in another shape
are turned by their fields, so that a row reads the same whichever way it came in.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from django.db import connections, models, router

# SQLite takes 32,766 values in a statement; no table here has forty columns.
_MOST_ROWS: Final = 800
_AS_THEY_ARE: Final = (models.CharField, models.BinaryField, models.BooleanField, models.IntegerField)

Convert = Callable[[Any], Any]


class Insertion:
    """Adds rows to the table of `model`. With `unless_there`, a row whose key is taken is left as it is."""

    def __init__(self, model: type[models.Model], *, unless_there: bool = False) -> None:
        self._model = model
        self._end = " ON CONFLICT DO NOTHING" if unless_there else ""

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds `rows`, each with every column but an automatic key."""
        for start in range(0, len(rows), _MOST_ROWS):
            self._insert(rows[start : start + _MOST_ROWS])

    def _insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        values = [convert(row[name]) if convert else row[name] for row in rows for name, convert in self._columns]
        marks = ", ".join([self._row] * len(rows))
        with connections[router.db_for_write(self._model)].cursor() as cursor:
            cursor.execute(f"{self._begin} VALUES {marks}{self._end}", values)

    @cached_property
    def _fields(self) -> list[Any]:
        return [field for field in self._model._meta.concrete_fields if not isinstance(field, models.AutoField)]

    @cached_property
    def _begin(self) -> str:
        names = ", ".join(f'"{field.column}"' for field in self._fields)
        return f'INSERT INTO "{self._model._meta.db_table}" ({names})'

    @cached_property
    def _row(self) -> str:
        return "(" + ", ".join(["%s"] * len(self._fields)) + ")"

    @cached_property
    def _columns(self) -> list[tuple[str, Convert | None]]:
        return [(field.attname, self._conversion(field)) for field in self._fields]

    def _conversion(self, field: Any) -> Convert | None:
        connection = connections[router.db_for_write(self._model)]
        if isinstance(field, models.DateTimeField):
            adapt: Convert = connection.ops.adapt_datetimefield_value
            return adapt if connection.vendor == "sqlite" else None
        if isinstance(field, _AS_THEY_ARE):
            return None
        return lambda value: field.get_db_prep_save(value, connections[router.db_for_write(self._model)])

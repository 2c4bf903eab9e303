"""Adding rows without the object-relational mapper's work for each: one statement for many, written once.

Submissions come by the thousand, and each adds the same few rows. Values that a database takes in another shape
are turned by their fields, so that a row reads the same whichever way it came in.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
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
        connection = connections[router.db_for_write(self._model)]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql" and not self._end:
                # Its own way in for many rows: no statement to read, however many they are.
                with connection.wrap_database_errors, cursor.copy(f"COPY {self._into} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(self._values(row))
                return
            marks = ", ".join([self._row] * len(rows))
            values = [value for row in rows for value in self._values(row)]
            cursor.execute(f"INSERT INTO {self._into} VALUES {marks}{self._end}", values)  # noqa: S608 - names are ours

    def _values(self, row: Mapping[str, Any]) -> list[Any]:
        return [convert(row[name]) if convert else row[name] for name, convert in self._columns]

    @cached_property
    def _fields(self) -> list[Any]:
        return [field for field in self._model._meta.concrete_fields if not isinstance(field, models.AutoField)]

    @cached_property
    def _into(self) -> str:
        names = ", ".join(f'"{field.column}"' for field in self._fields)
        return f'"{self._model._meta.db_table}" ({names})'

    @cached_property
    def _row(self) -> str:
        return "(" + ", ".join(["%s"] * len(self._fields)) + ")"

    @cached_property
    def _columns(self) -> list[tuple[str, Convert | None]]:
        return [(field.attname, self._conversion(field)) for field in self._fields]

    def _conversion(self, field: Any) -> Convert | None:
        connection = connections[router.db_for_write(self._model)]
        if isinstance(field, models.DateTimeField):
            # One time stands in many rows.
            return lru_cache(64)(connection.ops.adapt_datetimefield_value) if connection.vendor == "sqlite" else None
        if isinstance(field, _AS_THEY_ARE):
            return None
        return lambda value: field.get_db_prep_save(value, connections[router.db_for_write(self._model)])

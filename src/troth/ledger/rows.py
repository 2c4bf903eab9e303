"""Adding rows without the object-relational mapper's work for each: one statement for many, written once.

Submissions come by the thousand, and each adds the same few rows. Values that a database takes in another shape
are turned by their fields, so that a row reads the same whichever way it came in.
"""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Final

from django.db import connections, models, router
from pydantic_core import to_json

# SQLite takes 32,766 values in a statement; no table here has forty columns.
_MOST_ROWS: Final = 800

Convert = Callable[[Any], Any]


class Insertion:
    """Adds rows to the table of `model`, each a tuple of the values of the fields `names`, which are all it has.

    With `unless_there`, a row whose key is taken is left as it is.
    """

    def __init__(self, model: type[models.Model], *names: str, unless_there: bool = False) -> None:
        self._model, self._names = model, names
        self._end = " ON CONFLICT DO NOTHING" if unless_there else ""

    def __call__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Adds `rows`."""
        for start in range(0, len(rows), _MOST_ROWS):
            self._insert(rows[start : start + _MOST_ROWS])

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        connection = connections[self._alias]
        if connection.vendor == "postgresql":
            objects = to_json([dict(zip(self._names, row, strict=True)) for row in rows], bytes_mode="hex")
            with connection.cursor() as cursor:
                cursor.execute(self._from_json, [objects.decode()])
            return
        values = list(chain.from_iterable(rows))
        for place, convert in self._conversions:
            values[place :: len(self._names)] = map(convert, values[place :: len(self._names)])
        with connection.wrap_database_errors:
            connection.connection.execute(self._from_values(len(rows)), values)

    @cached_property
    def _alias(self) -> str:
        alias: str = router.db_for_write(self._model)
        return alias

    @cached_property
    def _fields(self) -> list[Any]:
        return [self._model._meta.get_field(name) for name in self._names]

    @cached_property
    def _into(self) -> str:
        names = ", ".join(f'"{field.column}"' for field in self._fields)
        return f'INSERT INTO "{self._model._meta.db_table}" ({names})'

    @cached_property
    def _from_values(self) -> Callable[[int], str]:
        """The statement for so many rows, which SQLite need not read twice."""
        row = "(" + ", ".join("?" * len(self._names)) + ")"
        return lru_cache(_MOST_ROWS)(lambda rows: f"{self._into} VALUES {', '.join([row] * rows)}{self._end}")

    @cached_property
    def _from_json(self) -> str:
        """The statement for any number of rows: PostgreSQL reads them from one text, bytes in hexadecimal."""
        binary = [isinstance(field, models.BinaryField) for field in self._fields]
        types = (
            "text" if as_hex else field.db_type(connections[self._alias])
            for field, as_hex in zip(self._fields, binary, strict=True)
        )
        named = ", ".join(f'"{name}" {kind}' for name, kind in zip(self._names, types, strict=True))
        taken = ", ".join(
            f"decode(\"{name}\", 'hex')" if as_hex else f'"{name}"'
            for name, as_hex in zip(self._names, binary, strict=True)
        )
        return f"{self._into} SELECT {taken} FROM json_to_recordset(%s) AS row ({named}){self._end}"  # noqa: S608 - names are ours

    @cached_property
    def _conversions(self) -> list[tuple[int, Convert]]:
        """For each value that SQLite takes in another shape, where it stands and what turns it."""
        return [(place, turned) for place, field in enumerate(self._fields) if (turned := self._conversion(field))]

    def _conversion(self, field: Any) -> Convert | None:
        operations = connections[self._alias].ops
        if isinstance(field, models.DateTimeField):
            # One time stands in many rows.
            return lru_cache(64)(operations.adapt_datetimefield_value)
        if isinstance(field, models.JSONField):
            return lambda value: operations.adapt_json_value(value, field.encoder)
        return None

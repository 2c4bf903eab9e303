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

_MOST_ROWS: Final = 800
# By so many rows at once SQLite is given them: few enough numbers that it keeps a statement for each.
_STEPS: Final = (64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1)

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
        if connections[self._alias].vendor == "postgresql":
            for start in range(0, len(rows), _MOST_ROWS):
                self._as_json(rows[start : start + _MOST_ROWS])
        else:
            self._as_values(rows)

    def _as_json(self, rows: Sequence[tuple[Any, ...]]) -> None:
        objects = to_json([dict(zip(self._names, row, strict=True)) for row in rows], bytes_mode="hex")
        with connections[self._alias].cursor() as cursor:
            cursor.execute(self._from_json, [objects.decode()])

    def _as_values(self, rows: Sequence[tuple[Any, ...]]) -> None:
        connection, width, values = connections[self._alias], len(self._names), list(chain.from_iterable(rows))
        for place, convert in self._conversions:
            values[place::width] = map(convert, values[place::width])
        start = 0
        with connection.wrap_database_errors:
            for step in _STEPS:
                while start + step <= len(rows):
                    connection.connection.execute(
                        self._from_values[step], values[start * width : (start + step) * width]
                    )
                    start += step

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
    def _from_values(self) -> dict[int, str]:
        row = "(" + ", ".join("?" * len(self._names)) + ")"
        return {step: f"{self._into} VALUES {', '.join([row] * step)}{self._end}" for step in _STEPS}

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
            return lambda value: to_json(value).decode()
        return None

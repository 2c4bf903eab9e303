"""Reading the rows of many at once in plain SQL: writing such a query takes the object-relational mapper longer than
answering it.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connections, models, router
from pydantic_core import to_json


def rows_among(
    model: type[models.Model], by: str, values: Collection[str], *columns: str, order: str = "", **also: Collection[str]
) -> list[tuple[Any, ...]]:
    """The columns asked for of each row whose column `by` is one of `values`, as the driver hands them over.

    `also`: another column with those it must be one of.
    """
    connection = connections[router.db_for_read(model)]
    names, given = ", ".join(columns), [dict.fromkeys(values), *also.values()]
    behind = f" ORDER BY {order}" if order else ""
    table = f'"{model._meta.db_table}"'
    if connection.vendor == "postgresql":
        where = " AND ".join(f"{column} = ANY(%s)" for column in (by, *also))
        parameters: list[Any] = list(map(list, given))
    else:
        # It looks each up as it comes. To look for one of many, it would put all of them in order first.
        table = f"(SELECT value AS looked_up FROM json_each(%s)) CROSS JOIN {table}"  # noqa: S608 - names are ours
        others = [f"{column} IN (SELECT value FROM json_each(%s))" for column in also]  # noqa: S608 - names are ours
        where = " AND ".join([f"{by} = looked_up", *others])
        parameters = [to_json(list(one)).decode() for one in given]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table} WHERE {where}{behind}", parameters)  # noqa: S608 - names are ours
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@lru_cache(65536)
def moment(at: datetime | str) -> datetime:
    """A time as the driver hands it over: SQLite's are text, and UTC without saying so."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=UTC)

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
    within = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    wanted = {by: values, **also}
    plain = connection.vendor == "postgresql"
    given = [list(one) if plain else to_json(list(one)).decode() for one in wanted.values()]
    where = " AND ".join(f"{column} {within}" for column in wanted)
    names = ", ".join(columns)
    behind = f" ORDER BY {order}" if order else ""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{table}" WHERE {where}{behind}', given)  # noqa: S608 - names are ours
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@lru_cache(65536)
def moment(at: datetime | str) -> datetime:
    """A time as the driver hands it over: SQLite's are text, and UTC without saying so."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=UTC)

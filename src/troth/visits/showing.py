"""What is counted of visits, made ready to be drawn: for everybody and for staff alike."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, Final

from django.utils.translation import get_language, gettext, gettext_lazy

from troth.sharing.rules import OTHERS, Table
from troth.statement.words import country_name
from troth.visits import charts
from troth.visits.stores import Count

_MOST_ROWS: Final = 10
TITLES: Final = {
    "page": gettext_lazy("Pages"),
    "referrer": gettext_lazy("Where visitors came from"),
    "country": gettext_lazy("Countries"),
    "isp": gettext_lazy("Internet providers"),
    "browser": gettext_lazy("Browsers"),
    "element": gettext_lazy("Key elements"),
}
_EMPTY: Final = {
    "referrer": gettext_lazy("No other page"),
    "country": gettext_lazy("Unknown country"),
    "isp": gettext_lazy("Unknown provider"),
    "browser": gettext_lazy("Another browser"),
}
SIZES: Final = {"width": charts.WIDTH, "bar": charts.BAR}


def whole(name: str, counts: Sequence[Count]) -> Table:
    """A table of counts of which nothing is left out: for staff alone."""
    return Table((name,), ((),), tuple((one.key, one.visits) for one in counts), 0, sum(one.visits for one in counts))


def days(first: date, table: Table) -> dict[str, Any]:
    """A column for each day of the month; days that are not shown are marked as such."""
    there = {key[0]: number for key, number in table.shown}
    days, day = [], first
    while day.month == first.month:
        days.append((day, there.get(str(day))))
        day += timedelta(days=1)
    numbers = [number for _, number in days]
    return {
        "rows": days, "columns": charts.columns(numbers), "highest": max((one or 0 for one in numbers), default=0),
        "hidden": table.others, "height": charts.COLUMNS_HEIGHT,
    }  # fmt: skip


def over(totals: Mapping[date, int]) -> dict[str, Any]:
    """A line through the months."""
    made = charts.line(list(totals.values()))
    return {
        "rows": list(totals.items()),
        "line": made,
        "highest": max(totals.values()),
        "height": charts.COLUMNS_HEIGHT,
    }


def chart(name: str, table: Table, visitors: Sequence[int] = ()) -> dict[str, Any]:
    """A bar for each of the largest, and a table of all; for staff with how many `visitors` each number stands for."""
    named = [(_named(name, key[0]), number) for key, number in table.shown]
    return {
        "name": name, "title": TITLES[name], "others": table.others, "total": table.total, "visitors": bool(visitors),
        "bars": charts.rows(named[:_MOST_ROWS]),
        "rows": [(*one, number) for one, number in zip_longest(named, visitors)],
    }  # fmt: skip


def _named(name: str, value: str) -> str:
    if not value or value == OTHERS:
        return str(_EMPTY.get(name, gettext("Unknown")))
    if name == "country":
        return country_name(value, "zh-Hant" if (get_language() or "").startswith("zh") else "en")
    return value

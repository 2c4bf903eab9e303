"""The pages of statistics, for everybody where the statement says so. What they show was released before."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_safe

from troth import clock
from troth.sharing.rules import OTHERS, K, Table
from troth.statement.words import country_name
from troth.visits import charts, statistics

_MOST_MONTHS: Final = 12
_MOST_ROWS: Final = 10
_TITLES: Final = {
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


@require_safe
def visits(request: HttpRequest, month: str = "") -> HttpResponse:
    """What everybody is told of a month; without one, of the last that is over."""
    if not statistics.public(clock.now()):
        raise Http404
    every = statistics.months()[:_MOST_MONTHS]
    chosen = _chosen(every, month)
    told = statistics.shown(every)
    shown: dict[str, Any] = {"months": every, "month": chosen, "k": K, "width": charts.WIDTH, "bar": charts.BAR}
    if chosen:
        tables = told[chosen]
        shown |= {"total": _total(tables), "charts": [_chart(name, tables[name]) for name in _TITLES if name in tables]}
        if "day" in tables:
            shown["days"] = _days(chosen, tables["day"])
        if len(every) > 1:
            shown["over"] = _over({first: _total(told[first]) for first in reversed(every)})
    return render(request, "visits/visits.html", shown)


def _chosen(every: list[date], month: str) -> date | None:
    if not month:
        return every[0] if every else None
    for first in every:
        if f"{first:%Y-%m}" == month:
            return first
    raise Http404


def _total(tables: Mapping[str, Table]) -> int:
    return next((table.total or 0 for name, table in tables.items() if name != "element"), 0)


def _days(first: date, table: Table) -> dict[str, Any]:
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


def _over(totals: Mapping[date, int]) -> dict[str, Any]:
    made = charts.line(list(totals.values()))
    return {
        "rows": list(totals.items()),
        "line": made,
        "highest": max(totals.values()),
        "height": charts.COLUMNS_HEIGHT,
    }


def _chart(name: str, table: Table) -> dict[str, Any]:
    named = [(_named(name, key[0]), number) for key, number in table.shown]
    return {
        "name": name, "title": _TITLES[name], "rows": named, "others": table.others, "total": table.total,
        "bars": charts.rows(named[:_MOST_ROWS]), "more": len(named) - _MOST_ROWS,
    }  # fmt: skip


def _named(name: str, value: str) -> str:
    if not value or value == OTHERS:
        return str(_EMPTY.get(name, gettext("Unknown")))
    if name == "country":
        return country_name(value, "zh-Hant" if (get_language() or "").startswith("zh") else "en")
    return value

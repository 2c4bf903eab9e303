"""The pages of statistics, for everybody where the statement says so. What they show was released before."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import clock
from troth.sharing.rules import K, Table
from troth.visits import showing, statistics

_MOST_MONTHS: Final = 12


@require_safe
def visits(request: HttpRequest, month: str = "") -> HttpResponse:
    """What everybody is told of a month; without one, of the last that is over."""
    if not statistics.public(clock.now()):
        raise Http404
    every = statistics.months()[:_MOST_MONTHS]
    chosen = _chosen(every, month)
    told = statistics.shown(every)
    shown: dict[str, Any] = {"months": every, "month": chosen, "k": K, **showing.SIZES}
    if chosen:
        tables = told[chosen]
        drawn = [showing.chart(name, tables[name]) for name in showing.TITLES if name in tables]
        shown |= {"total": _total(tables), "charts": drawn}
        if "day" in tables:
            shown["days"] = showing.days(chosen, tables["day"])
        if len(every) > 1:
            shown["over"] = showing.over({first: _total(told[first]) for first in reversed(every)})
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

"""What is counted of visits, for staff: small numbers are not left out, so it is not to be passed on."""

from datetime import date, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from troth import clock
from troth.desk import door
from troth.desk.rules import Post
from troth.visits import showing, statistics
from troth.visits.releasing import Span
from troth.visits.stores import Count, store

_MOST_MONTHS: Final = 12


@require_safe
@door.duty("visits")
def visits(request: HttpRequest, post: Post, month: str = "") -> HttpResponse:
    """Everything that is counted of a month; without one, of the latest that had visits."""
    store().settle()
    at = clock.now()
    months = statistics.by_month(at, _MOST_MONTHS)
    chosen = _chosen(list(months), month)
    shown: dict[str, Any] = {"post": post, "own_page": "visits", "months": months, "month": chosen, **showing.SIZES}
    if chosen:
        found = statistics.report(Span.of(f"{chosen:%Y-%m}"), at=at)
        shown |= {"pages": found.pages, "elements": found.elements, "charts": []}
        for name, counts in found.by.items():
            if name == "day":
                shown["days"] = showing.days(chosen, showing.whole(name, _every_day(chosen, at.date(), counts)))
            else:
                visitors = [one.visitors for one in counts]
                shown["charts"].append(showing.chart(name, showing.whole(name, counts), visitors))
        if len(months) > 1:
            shown["over"] = showing.over(dict(reversed(months.items())))
    return door.page(request, "visits", shown)


def _chosen(months: list[date], month: str) -> date | None:
    if not month:
        return months[0] if months else None
    for first in months:
        if f"{first:%Y-%m}" == month:
            return first
    raise Http404


def _every_day(first: date, today: date, counts: Any) -> list[Count]:
    """A count for each day that has begun: of none of them is anything left out."""
    there = {one.key[0]: one for one in counts}
    last = min(today, Span.of(f"{first:%Y-%m}").last)
    days = [str(first + timedelta(days=number)) for number in range((last - first).days + 1)]
    return [there.get(day, Count((day,), 0, 0)) for day in days]

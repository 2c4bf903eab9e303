"""What is counted of visits: everything for staff, and for everybody what was released."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from troth.sharing import reads as released
from troth.sharing.rules import Table
from troth.statement.reads import in_force
from troth.visits.releasing import Span, dimensions
from troth.visits.stores import Count, Dimension, Question, store


class Report(NamedTuple):
    """What staff are told of some days: all page views, all uses of key elements, and each by what is declared."""

    pages: Count
    elements: Count
    by: dict[Dimension, Sequence[Count]]


def report(span: Span, *, at: datetime) -> Report:
    """Everything that is counted of these days. It holds small numbers: for staff alone."""
    service = settings.TROTH_SERVICE
    declared = in_force(service, at).statement.visits
    asked = Question(service, span.first, span.last)
    by = {one: store().counts(asked._replace(by=(one,))) for one in (dimensions(declared) if declared else ())}
    return Report(store().totals(asked), store().totals(asked._replace(by=("element",))), by)


def by_month(at: datetime, most: int) -> dict[date, int]:
    """How many pages were seen in each month that had any, the latest first: this one, and up to `most` before it."""
    found, first = {}, at.date().replace(day=1)
    for _ in range(most + 1):
        span = Span.of(f"{first:%Y-%m}")
        if seen := store().totals(Question(settings.TROTH_SERVICE, span.first, span.last)).visits:
            found[first] = seen
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def public(at: datetime) -> bool:
    """Whether everybody sees statistics: the statement in force says so."""
    declared = in_force(settings.TROTH_SERVICE, at).statement.visits
    return declared is not None and declared.statistics == "public"


def months() -> list[date]:
    """The first days of the months of which everybody is told something, the latest first."""
    return released.months(settings.TROTH_SERVICE)


def shown(firsts: Sequence[date]) -> dict[date, dict[str, Table]]:
    """What everybody is told of the months that begin on these days, by dimension."""
    return released.public(settings.TROTH_SERVICE, firsts)

"""Tables of visits for others: for partners and research when somebody asks for one, for everybody month by month."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast

import isodate
from django.conf import settings

from troth.sharing import noise, rules
from troth.sharing.actions import EVERYBODY, RESEARCH, Asked, Made, release
from troth.sharing.errors import Exposing, NotDeclared, NotOver, TooFew
from troth.sharing.reads import releases
from troth.sharing.rules import Cell, Table, crossed, single
from troth.statement.model import Statement, Visits
from troth.statement.reads import in_force
from troth.visits.stores import DIMENSIONS, Dimension, Question, store

_MOST_DIMENSIONS: Final = 2


@dataclass(frozen=True)
class Span:
    """Whole months, from the first day of the first to the last day of the last."""

    first: date
    last: date

    @classmethod
    def of(cls, month: str, until: str = "") -> "Span":
        """Of months written YYYY-MM; raises ``ValueError`` for what is none."""
        first, last = date.fromisoformat(f"{month}-01"), date.fromisoformat(f"{until or month}-01")
        return cls(first, last.replace(day=calendar.monthrange(last.year, last.month)[1]))


def share(span: Span, by: tuple[Dimension, ...], *, recipient: str, epsilon: float, at: datetime) -> Made:
    """Releases a table of visits to `recipient`: of whole months that are over, by one or two declared dimensions.

    With an `epsilon` it has noise, and counts visitors, each in a few of the counts of a day at most.
    """
    service = settings.TROTH_SERVICE
    statement = in_force(service, at).statement
    declared = _insist_on_declared(statement, by, recipient)
    _insist_on_over(span, declared, at)
    store().settle()
    asked = Asked(service, span.first, span.last, by, recipient, round(epsilon * 1000))
    table = _bounded(asked) if asked.epsilon else _table(asked)  # before the unit: nobody waits while it is counted
    return release(asked, lambda: table, at=at)


def publish_months(at: datetime) -> int:
    """Releases to everybody what the months that are over had, if the statement says so; answers how many tables."""
    service = settings.TROTH_SERVICE
    declared = in_force(service, at).statement.visits
    if declared is None or declared.statistics != "public":
        return 0
    done = {(one.first, *one.by) for one in releases(service) if one.recipient == EVERYBODY}
    made = 0
    for span in _months(declared, at):
        for dimension in dimensions(declared):
            if (span.first, dimension) not in done and _had_visits(service, span, dimension):
                made += _published(span, dimension, at)
    return made


def _published(span: Span, dimension: Dimension, at: datetime) -> bool:
    try:
        share(span, (dimension,), recipient=EVERYBODY, epsilon=0, at=at)
    except (TooFew, Exposing):
        return False
    return True


def _had_visits(service: str, span: Span, dimension: Dimension) -> bool:
    return store().totals(Question(service, span.first, span.last, (dimension,))).visitors >= rules.K


def _months(declared: Visits, at: datetime) -> Iterator[Span]:
    """The months that are over and of which every day is kept, the earliest first."""
    first = (at.date() - isodate.parse_duration(declared.retention)).replace(day=1)
    while first < at.date().replace(day=1):
        span = Span.of(f"{first:%Y-%m}")
        if _kept(span, declared, at):
            yield span
        first = span.last + timedelta(days=1)


def dimensions(declared: Visits) -> tuple[Dimension, ...]:
    """By what visits are counted under a statement: what it declares, and key elements."""
    noted = {"day" if name == "date" else name for name in declared.fields}
    return tuple(one for one in DIMENSIONS if one in noted or (one == "element" and "page" in declared.fields))


def _insist_on_declared(statement: Statement, by: tuple[Dimension, ...], recipient: str) -> Visits:
    declared = statement.visits
    wrong = declared is None or not 0 < len(set(by)) == len(by) <= _MOST_DIMENSIONS
    if declared is None or wrong or not set(by) <= set(dimensions(declared)) or (len(by) > 1 and "element" in by):
        message = "Visits are not noted by this. Ask by one or two of what the statement declares; elements go alone."
        raise NotDeclared(message, clause="visits")
    public = recipient == EVERYBODY and declared.statistics == "public"
    if not public and recipient != RESEARCH and recipient not in statement.recipients:
        message = "The statement names no such recipient, and does not let everybody see statistics. See what it names."
        raise NotDeclared(message, clause="recipients")
    return declared


def _kept(span: Span, declared: Visits, at: datetime) -> bool:
    earliest: date = at.date() - isodate.parse_duration(declared.retention)
    return span.first >= earliest


def _insist_on_over(span: Span, declared: Visits, at: datetime) -> None:
    if span.last < span.first or span.last >= at.date() or not _kept(span, declared, at):
        message = "Months are released once they are over, and while all of their days are kept. Ask for such ones."
        raise NotOver(message)


def _table(asked: Asked) -> Table:
    ones = [_single(asked, dimension) for dimension in asked.by]
    return ones[0] if len(ones) == 1 else crossed(_cells(asked, asked.by), ones[0], ones[1])


def _single(asked: Asked, dimension: str) -> Table:
    cells = _cells(asked, (dimension,))
    if dimension == "day":
        there = {cell.key: cell for cell in cells}
        days = (asked.last - asked.first).days + 1
        keys = [(str(asked.first + timedelta(days=day)),) for day in range(days)]
        cells = [there.get(key, Cell(key, 0, 0)) for key in keys]
    total = store().totals(_question(asked, (dimension,)))
    return single(dimension, cells, Cell(*total))


def _cells(asked: Asked, by: tuple[str, ...]) -> list[Cell]:
    return [Cell(*one) for one in store().counts(_question(asked, by))]


def _question(asked: Asked, by: tuple[str, ...], most: int = 0) -> Question:
    return Question(asked.service, asked.first, asked.last, cast("tuple[Dimension, ...]", by), most)


def _bounded(asked: Asked) -> Table:
    """Counts of visitors, each in a few of them at most: what noise is put on."""
    found = store().counts(_question(asked, asked.by, noise.MOST))
    return Table(asked.by, (), tuple((one.key, one.visitors) for one in found), 0, None)

"""Until when a request is to be answered: by law, right and calendar. Pure.

A period of months or days begins on the day after receipt (Regulation (EEC, Euratom) 1182/71 Art. 3; Taiwan Civil
Code Art. 120), never with the proof of who somebody is. One that ends on a day off ends on the next working day
(1182/71 Art. 3(4); Civil Code Art. 122). California's days of the calendar are taken as they fall.
"""

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from troth.statement.model import Right

Law = Literal["gdpr", "tw-pdpa", "ca-ccpa", "statement"]
Asked = Right | Literal["stop-marketing", "question"]
ASKED: Final[tuple[Asked, ...]] = (*get_args(Right), "stop-marketing", "question")
CONFIRMED_WITHIN: Final = 10
_SATURDAY: Final = 5


@dataclass(frozen=True)
class Period:
    """So many months, days or years after the day of receipt; `rolls` on from a day off to the next working day."""

    months: int = 0
    days: int = 0
    rolls: bool = True

    def ends(self, received: date, holidays: Collection[date]) -> date:
        """The last day of the period."""
        last = _months_after(received, self.months) + timedelta(days=self.days)
        return _next_working_day(last, holidays) if self.rolls else last


class Clock(NamedTuple):
    """How long an answer may take, and how long when it is extended."""

    answer: Period
    extended: Period


class Due(NamedTuple):
    """Which law says until when: the last day, and the last one if the answer is extended."""

    law: Law
    day: date
    extended: date


_AT_ONCE: Final = Clock(Period(rolls=False), Period(rolls=False))
_MONTH: Final = Clock(Period(months=1), Period(months=3))
_FIFTEEN: Final = Clock(Period(days=15), Period(days=30))
_THIRTY: Final = Clock(Period(days=30), Period(days=60))
_FORTY_FIVE: Final = Clock(Period(days=45, rolls=False), Period(days=90, rolls=False))
# GDPR Art. 12(3) for the rights of Art. 15 to 21, but 21(3) and 7(3) at once. Taiwan PDPA Art. 13 with Art. 10 and 11.
# California: Civil Code 1798.130(a)(2); what it does not name has no clock there.
_CLOCKS: Final[Mapping[Law, Mapping[Asked, Clock]]] = MappingProxyType({
    "gdpr": {
        "access": _MONTH, "copy": _MONTH, "correct": _MONTH, "erase": _MONTH, "restrict": _MONTH, "object": _MONTH,
        "portability": _MONTH, "withdraw": _AT_ONCE, "stop-marketing": _AT_ONCE,
    },
    "tw-pdpa": {
        "access": _FIFTEEN, "copy": _FIFTEEN, "correct": _THIRTY, "erase": _THIRTY, "restrict": _THIRTY,
        "object": _THIRTY, "stop-marketing": _AT_ONCE,
    },
    "ca-ccpa": {
        "access": _FORTY_FIVE, "copy": _FORTY_FIVE, "portability": _FORTY_FIVE, "correct": _FORTY_FIVE,
        "erase": _FORTY_FIVE,
    },
})  # fmt: skip


def due(
    laws: Collection[Law], asked: Asked, received: date, holidays: Collection[date], promised: date | None = None
) -> Due:
    """The earliest day by which any of `laws` wants what is `asked` answered, and the earliest if it is extended.

    For what no law has a clock, questions and complaints, it is the day that the statement itself has `promised`, or a
    month.
    """
    clocks = {law: _CLOCKS[law][asked] for law in laws if asked in _CLOCKS.get(law, {})}
    if not clocks and promised:
        return Due("statement", promised, promised)
    if not clocks:
        clocks = {"statement": _MONTH}
    ends = {law: clock.answer.ends(received, holidays) for law, clock in clocks.items()}
    law = min(ends, key=lambda one: (ends[one], one))
    extended = min(clock.extended.ends(received, holidays) for clock in clocks.values())
    return Due(law, ends[law], max(extended, ends[law]))


def confirmed_by(received: date, holidays: Collection[date]) -> date:
    """By when California wants a request confirmed: 10 business days (11 CCR 7021(a))."""
    day = received
    for _ in range(CONFIRMED_WITHIN):
        day = _next_working_day(day + timedelta(days=1), holidays)
    return day


def _months_after(day: date, months: int) -> date:
    """The same date so many months later, or the last day of that month where it has no such date."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _next_working_day(day: date, holidays: Collection[date]) -> date:
    """`day`, or the first one after it that is neither of a weekend nor a holiday."""
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day

"""Visits in the database of the rows: as they came for as long as they are kept, and counted by the day."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any, Final

from django.db import connection
from django.db.models import Q, Sum

from troth.ledger.rows import Insertion
from troth.ledger.scrub import empty_journals, give_up
from troth.ledger.work import inside, unit_of_work
from troth.visits.models import Counted, Monthly, Seen, Unsettled, Word
from troth.visits.rules import Visit
from troth.visits.stores import DIMENSIONS, Count, Question
from troth.visits.stores.parted import drop_empty, make_parts

_AT_ONCE: Final = 5000
_MOST_KNOWN: Final = 200_000
_WORDS: Final = ("service", "page", "referrer", "country", "isp", "prefix", "browser", "element")
_PAGES, _ELEMENTS = "", "elements"
_add_words = Insertion(Word, "text", unless_there=True)
_add_counted = Insertion(Counted, "service", "dimension", "day", "value", "visits", "visitors")
_add_seen = Insertion(
    Seen, "service", "day", "hour", "page", "referrer", "country", "isp", "prefix", "browser", "element", "visitor",
    "person",
)  # fmt: skip


class Rows:
    """The store of visits on SQLite and PostgreSQL.

    What is counted is as of the last :meth:`settle`; only by two dimensions every visit is looked at.
    """

    def __init__(self) -> None:
        # Those that were kept just now are known once they were found again: the unit they came with may be undone.
        self._known: dict[str, int] = {}
        self._new: dict[str, int] = {}

    def add(self, visits: Sequence[Visit]) -> None:
        """Keeps visits; they are durable once this returns, or with the unit of work that it is called in."""
        if visits:
            self._add(visits)

    @unit_of_work
    def _add(self, visits: Sequence[Visit]) -> None:
        _one_at_a_time()
        if self._new:
            self._known.update(
                Word.objects.filter(pk__in=list(self._new.values())[:_AT_ONCE]).values_list("text", "pk")
            )
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        words = {getattr(one, name) or "" for one in visits for name in _WORDS}
        self._new = _numbered(sorted(words - self._known.keys() - {""}))
        numbers = {"": 0, **self._new, **{word: self._known[word] for word in words & self._known.keys()}}
        make_parts({one.at.date() for one in visits})
        _add_seen([_row(one, numbers) for one in visits])
        _mark({(numbers[one.service], one.at.date()) for one in visits})

    @unit_of_work
    def _forget_words(self) -> None:
        _one_at_a_time()
        _unused().delete()
        self._known.clear()
        self._new.clear()

    def settle(self) -> None:
        """Counts every day of which visits came since it was counted."""
        for mark in Unsettled.objects.order_by("day", "service"):
            _settle(mark, [*_counted(mark.service, mark.day)])

    def settled(self, question: Question) -> bool:
        """Whether every visit that came is counted."""
        service = _number(question.service)
        return not Unsettled.objects.filter(service=service, day__range=(question.first, question.last)).exists()

    def counts(self, question: Question) -> Sequence[Count]:
        """Every count that is not zero, the largest first; by day, the earliest first."""
        service = _number(question.service)
        if question.by == ("day",) and not question.most:
            span = (question.first, question.last)
            found = Counted.objects.filter(service=service, dimension=_PAGES, day__range=span)
            rows = found.order_by("day").values_list("day", "visits", "visitors")
            return [Count((str(day), ), visits, visitors) for day, visits, visitors in rows]  # fmt: skip
        if len(question.by) == 1 and not question.most:
            counts = _added_up(question, service)
        else:
            counts = _crossed(question, service)
        return sorted(counts, key=lambda one: (-one.visits, one.key))

    def totals(self, question: Question) -> Count:
        """What the counts of `question` are of, all together: its dimensions say only whether pages or elements."""
        kind = _ELEMENTS if "element" in question.by else _PAGES
        rows = _within(question, _number(question.service), kind)
        found = rows.aggregate(visits=Sum("visits", default=0), visitors=Sum("visitors", default=0))
        return Count((), found["visits"], found["visitors"])

    def forget(self, before: date, *, service: str) -> int:
        """Ends everything of the days before this one; answers how many visits went."""
        number, ended = _number(service), 0
        while gone := _forget(before, number):
            ended += gone
        if not ended:
            return 0
        self._forget_words()
        drop_empty(before)
        if not inside():
            empty_journals()
            give_up(Seen, Counted, Monthly, Word)
        return ended

    def unjoin(self, person: str) -> int:
        """Takes a person's visits apart from them for good; the counts stay. Answers how many visits there were."""
        parted = _unjoin(person)
        if parted and not inside():
            empty_journals()
            give_up(Seen)
        return parted

    def joined(self, person: str) -> Sequence[Visit]:
        """The visits that are joined with a person, the latest first."""
        return [_visit(row) for row in _with_words(Seen.objects.filter(person=person).order_by("-day", "-hour", "-pk"))]

    def persons(self) -> Iterable[str]:
        """Everybody with whom visits are joined."""
        return Seen.objects.exclude(person="").values_list("person", flat=True).distinct()


def _one_at_a_time() -> None:
    """Nobody takes a word away while somebody else needs it: until the unit is over. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('visits_word'))")


def _numbered(words: Sequence[str]) -> dict[str, int]:
    """The numbers of words; those that are new get theirs."""
    _add_words([(word,) for word in words])
    found: dict[str, int] = {}
    for start in range(0, len(words), _AT_ONCE):
        found.update(Word.objects.filter(text__in=words[start : start + _AT_ONCE]).values_list("text", "pk"))
    return found


def _mark(days: Iterable[tuple[int, date]]) -> None:
    """Notes of which days visits came."""
    with connection.cursor() as cursor:
        for service, day in sorted(days):
            cursor.execute(
                "INSERT INTO visits_unsettled (service, day, times) VALUES (%s, %s, 1)"
                " ON CONFLICT (service, day) DO UPDATE SET times = visits_unsettled.times + 1",
                [service, day],
            )


def _row(one: Visit, numbers: dict[str, int]) -> tuple[Any, ...]:
    at = one.at.astimezone(UTC)
    service, *others = (numbers[getattr(one, name) or ""] for name in _WORDS)
    return (service, at.date().isoformat(), at.hour, *others, one.visitor, one.person or "")


def _number(word: str) -> int:
    return Word.objects.filter(text=word).values_list("pk", flat=True).first() or 0


def _counted(service: int, day: date) -> Iterable[tuple[str, int, int, int]]:
    """Every count of a day, from the visits themselves: dimension, value, visits, visitors."""
    with connection.cursor() as cursor:
        for dimension in DIMENSIONS[1:]:
            kind = "<>" if dimension == "element" else "="
            cursor.execute(
                f"SELECT {dimension}, COUNT(*), COUNT(DISTINCT visitor) FROM visits_seen"  # noqa: S608 - names are ours
                f" WHERE day = %s AND service = %s AND element {kind} 0 GROUP BY 1",
                [day, service],
            )
            yield from ((dimension, *row) for row in cursor.fetchall())
        for total, kind in ((_PAGES, "="), (_ELEMENTS, "<>")):
            cursor.execute(
                "SELECT COUNT(*), COUNT(DISTINCT visitor) FROM visits_seen"  # noqa: S608 - names are ours
                f" WHERE day = %s AND service = %s AND element {kind} 0 HAVING COUNT(*) > 0",
                [day, service],
            )
            yield from ((total, 0, *row) for row in cursor.fetchall())


@unit_of_work
def _settle(mark: Unsettled, counted: Sequence[tuple[str, int, int, int]]) -> None:
    """Writes what was counted; if visits came meanwhile, the day stays one that is to be counted."""
    _add_to_month(mark.service, mark.day, -1)
    Counted.objects.filter(service=mark.service, day=mark.day).delete()
    _add_counted([(mark.service, dimension, mark.day.isoformat(), *numbers) for dimension, *numbers in counted])
    _add_to_month(mark.service, mark.day, 1)
    Unsettled.objects.filter(pk=mark.pk, times=mark.times).delete()


def _add_to_month(service: int, day: date, times: int) -> None:
    """Adds what is counted of a day to its month; with -1 as `times`, takes it away again."""
    month = day.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_monthly (service, dimension, month, value, visits, visitors)"
            " SELECT service, dimension, %s, value, %s * visits, %s * visitors FROM visits_counted"
            " WHERE service = %s AND day = %s ON CONFLICT (service, dimension, month, value) DO UPDATE"
            " SET visits = visits_monthly.visits + excluded.visits,"
            " visitors = visits_monthly.visitors + excluded.visitors",
            [month, times, times, service, day],
        )
    if times < 0:
        Monthly.objects.filter(service=service, month=month, visits=0).delete()


def _within(question: Question, service: int, dimension: str) -> Any:
    span = (question.first, question.last)
    if _whole_months(*span):
        return Monthly.objects.filter(service=service, dimension=dimension, month__range=span)
    return Counted.objects.filter(service=service, dimension=dimension, day__range=span)


def _whole_months(first: date, last: date) -> bool:
    return first.day == 1 and (last + timedelta(days=1)).day == 1


def _added_up(question: Question, service: int) -> list[Count]:
    table, at = ("monthly", "month") if _whole_months(question.first, question.last) else ("counted", "day")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, SUM(visits), SUM(visitors) FROM"  # noqa: S608 - names are ours
            f" visits_{table} AS counted LEFT JOIN visits_word ON visits_word.id = value"
            f" WHERE service = %s AND dimension = %s AND {at} BETWEEN %s AND %s GROUP BY value, text",
            [service, question.by[0], question.first, question.last],
        )
        return [Count((text or "",), int(visits), int(visitors)) for text, visits, visitors in cursor.fetchall()]


def _words(numbers: Iterable[int]) -> dict[int, str]:
    wanted, found = sorted(set(numbers)), {0: ""}
    for start in range(0, len(wanted), _AT_ONCE):
        found.update(Word.objects.filter(pk__in=wanted[start : start + _AT_ONCE]).values_list("pk", "text"))
    return found


def _crossed(question: Question, service: int) -> list[Count]:
    """From the visits themselves. A visitor is one of their day; what they saw first counts, if not everything may."""
    names = ", ".join(question.by)
    days = "" if "day" in question.by else ", day"
    kind = "<>" if "element" in question.by else "="
    seen = f"FROM visits_seen WHERE service = %s AND day BETWEEN %s AND %s AND element {kind} 0"
    if question.most:
        first = f"SELECT {names}{days}, visitor, MIN(id) AS first {seen} GROUP BY {names}{days}, visitor"
        place = "ROW_NUMBER() OVER (PARTITION BY day, visitor ORDER BY first) AS place"
        bounded = f"SELECT {names}, {place} FROM ({first}) AS firsts"  # noqa: S608 - names are ours
        counted = f"SELECT {names}, COUNT(*), COUNT(*) FROM ({bounded}) AS placed WHERE place <= %s GROUP BY {names}"  # noqa: S608 - names are ours
    else:
        daily = f"SELECT {names}, COUNT(*) AS visits, COUNT(DISTINCT visitor) AS visitors {seen} GROUP BY {names}{days}"
        counted = f"SELECT {names}, SUM(visits), SUM(visitors) FROM ({daily}) AS daily GROUP BY {names}"  # noqa: S608 - names are ours
    asked: list[Any] = [service, question.first, question.last, *([question.most] if question.most else [])]
    with connection.cursor() as cursor:
        cursor.execute(counted, asked)
        rows = cursor.fetchall()
    worded = [name != "day" for name in question.by]
    words = _words(row[place] for row in rows for place, is_word in enumerate(worded) if is_word)
    return [
        Count(tuple(words[value] if is_word else str(value) for value, is_word in zip(key, worded, strict=True)),
              int(visits), int(visitors))
        for *key, visits, visitors in rows
    ]  # fmt: skip


@unit_of_work
def _forget(before: date, service: int) -> int:
    rows = Seen.objects.filter(day__lt=before, service=service)
    gone = rows.filter(pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])).delete()[0]
    if not gone:
        counted = Counted.objects.filter(day__lt=before, service=service)
        for day in list(counted.values_list("day", flat=True).distinct()):
            _add_to_month(service, day, -1)
        counted.delete()
        Unsettled.objects.filter(day__lt=before, service=service).delete()
    return gone


def _unused() -> Any:
    """The words that nothing names any more."""
    named = Q()
    for model, columns in ((Counted, ("service", "value")), (Unsettled, ("service",)), (Seen, ("prefix",))):
        for column in columns:
            named |= Q(pk__in=model.objects.values(column).distinct())
    for column in _WORDS:
        unsettled = Seen.objects.filter(day__in=Unsettled.objects.values("day"))
        named |= Q(pk__in=unsettled.values(column).distinct())
    return Word.objects.exclude(named)


@unit_of_work
def _unjoin(person: str) -> int:
    key, parted = secrets.token_bytes(32), 0
    rows = Seen.objects.filter(person=person)
    for day, visitor in list(rows.values_list("day", "visitor").distinct()):
        # Nobody has the key a moment later: who it was on that day is one among those days' visitors.
        other = blake2b(bytes(visitor), key=key, digest_size=16).digest()
        parted += rows.filter(day=day, visitor=visitor).update(person="", visitor=other)
    return parted


def _with_words(rows: Any) -> Iterable[Any]:
    found = list(rows)
    words = _words(getattr(row, name) for row in found for name in _WORDS)
    for row in found:
        for name in _WORDS:
            setattr(row, name, words[getattr(row, name)])
    return found


def _visit(row: Any) -> Visit:
    at = datetime.combine(row.day, time(row.hour), UTC)
    named = {name: getattr(row, name) for name in _WORDS}
    return Visit(at=at, **{**named, "element": row.element or None}, visitor=bytes(row.visitor), person=row.person)

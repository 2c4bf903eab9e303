"""Visits in a ClickHouse of their own, for sites beyond one machine: the same counts, by the same questions.

Words of SQL are here; who carries them to a server, and what came back, is behind :class:`Asking`.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from troth.visits.rules import Visit
from troth.visits.stores import DIMENSIONS, Count, Question

_SEEN: Final = (
    "service LowCardinality(String), day Date, hour UInt8, page String, referrer String,"
    " country LowCardinality(String), isp LowCardinality(String), prefix String, browser LowCardinality(String),"
    " element LowCardinality(String), visitor UUID, person String"
)
_COUNTED: Final = (
    "service LowCardinality(String), dimension LowCardinality(String), day Date, value String, visits UInt64,"
    " visitors UInt64, version UInt64"
)
_PARTED: Final = "PARTITION BY toYYYYMM(day)"
_SEEN_ORDER: Final = f"{_PARTED} ORDER BY (service, day, page) SETTINGS old_parts_lifetime = 1, fsync_after_insert = 1"
_COUNTED_ORDER: Final = f"{_PARTED} ORDER BY (service, dimension, day, value)"
_FROM: Final = "FROM visits WHERE service = {service:String} AND day BETWEEN {first:Date} AND {last:Date}"
_MONTHLY: Final = _COUNTED.replace("day Date", "month Date")
_MONTHLY_ORDER: Final = "ORDER BY (service, dimension, month, value)"
_PAGES, _ELEMENTS = "", "elements"
_AT_ONCE: Final = "mutations_sync = 2"
SETTINGS: Final = {"distributed_foreground_insert": 1}
"""What was put is where it belongs once that is answered: nobody is taken apart from visits that come later."""


class Asking(Protocol):
    """Carries questions to a ClickHouse."""

    def rows(self, sql: str, **values: object) -> Sequence[Sequence[Any]]:
        """What a question is answered with."""

    def tell(self, sql: str, **values: object) -> None:
        """Has something done; it is done once this returns."""

    def put(self, table: str, lines: bytes) -> None:
        """Puts rows, a JSON object to each line, into a table; they are durable once this returns."""


class ClickHouse:
    """The store of visits on ClickHouse; on several machines if `cluster` names them."""

    def __init__(self, asking: Asking, cluster: str = "") -> None:
        self._asking, self._cluster = asking, cluster
        self._on = f" ON CLUSTER {cluster}" if cluster else ""
        # Where several machines hold them, each has its own part; the other name is that of all parts together.
        self._here = "_here" if cluster else ""
        self._make("visits", _SEEN, "MergeTree", _SEEN_ORDER, "sipHash64(service, day, visitor)")
        self._make("visits_counted", _COUNTED, "ReplacingMergeTree", _COUNTED_ORDER, "sipHash64(dimension, value)")
        self._make("visits_monthly", _MONTHLY, "ReplacingMergeTree", _MONTHLY_ORDER, "sipHash64(dimension, value)")

    def _make(self, name: str, columns: str, engine: str, order: str, shard: str) -> None:
        version = "(version)" if engine.startswith("Replacing") and not self._cluster else ""
        if self._cluster:
            more = ", version" if engine.startswith("Replacing") else ""
            place = f"'/clickhouse/tables/{{shard}}/{{database}}/{name}', '{{replica}}'"
            engine, version = f"Replicated{engine}", f"({place}{more})"
        made = f"CREATE TABLE IF NOT EXISTS {name}{self._here}{self._on} ({columns}) ENGINE = {engine}{version} {order}"
        self._asking.tell(made)
        if self._cluster:
            together = f"Distributed({self._cluster}, currentDatabase(), {name}_here, {shard})"
            self._asking.tell(f"CREATE TABLE IF NOT EXISTS {name}{self._on} ({columns}) ENGINE = {together}")

    def add(self, visits: Sequence[Visit]) -> None:
        """Keeps visits; they are durable once this returns."""
        if visits:
            self._asking.put("visits", b"\n".join(map(_line, visits)))

    def settle(self) -> None:
        """Counts every day of which visits came since it was counted, and those between them."""
        days: dict[str, list[str]] = {}
        for service, day in self._unsettled():
            days.setdefault(service, []).append(day)
        for service, some in days.items():
            version = _version()
            for dimension, column, kind in _WAYS:
                self._asking.tell(
                    f"INSERT INTO visits_counted SELECT service, {{dimension:String}}, day, {column}, count(),"
                    f" uniqExact(visitor), {{version:UInt64}} {_FROM} AND {kind} GROUP BY service, day, {column}",
                    dimension=dimension, service=service, first=min(some), last=max(some), version=version,
                )  # fmt: skip

            self._add_up(service, min(some), max(some))

    def _add_up(self, service: str, first: str, last: str) -> None:
        """Adds up the months from that of the one day to that of the other."""
        self._asking.tell(
            "INSERT INTO visits_monthly SELECT service, dimension, toStartOfMonth(day) AS month, value, sum(visits),"
            " sum(visitors), {version:UInt64} FROM visits_counted FINAL WHERE service = {service:String} AND"
            " day BETWEEN toStartOfMonth({first:Date}) AND toLastDayOfMonth({last:Date})"
            " GROUP BY service, dimension, month, value",
            service=service, first=first, last=last, version=_version(),
        )  # fmt: skip

    def settled(self, question: Question) -> bool:
        """Whether every visit that came is counted."""
        span = (str(question.first), str(question.last))
        return not any(service == question.service and span[0] <= day <= span[1] for service, day in self._unsettled())

    def _unsettled(self) -> Sequence[Sequence[str]]:
        return self._asking.rows(
            "SELECT service, toString(day) FROM"
            " (SELECT service, day, count() AS came FROM visits GROUP BY service, day) AS seen"
            " LEFT JOIN (SELECT service, day, sum(visits) AS known FROM visits_counted FINAL"
            " WHERE dimension IN ('', 'elements') GROUP BY service, day) AS counted USING (service, day)"
            " WHERE came <> known ORDER BY ALL"
        )

    def counts(self, question: Question) -> Sequence[Count]:
        """Every count that is not zero, the largest first; by day, the earliest first."""
        if len(question.by) > 1 or question.most:
            return self._crossed(question)
        (dimension,) = question.by
        value, of = ("toString(day)", _PAGES) if dimension == "day" else ("value", dimension)
        order = "1" if dimension == "day" else "2 DESC, 1"
        counts = _counts("visits_counted", "day") if dimension == "day" else _counts_of(question)
        found = self._asking.rows(
            f"SELECT {value} AS named, sum(visits), sum(visitors) {counts} AND dimension = {{of:String}}"
            f" GROUP BY named ORDER BY {order}",
            of=of, **_span(question),
        )  # fmt: skip
        return [Count((str(named),), int(visits), int(visitors)) for named, visits, visitors in found]

    def totals(self, question: Question) -> Count:
        """What the counts of `question` are of, all together: its dimensions say only whether pages or elements."""
        of = _ELEMENTS if "element" in question.by else _PAGES
        found = self._asking.rows(
            f"SELECT sum(visits), sum(visitors) {_counts_of(question)} AND dimension = {{of:String}}",
            of=of, **_span(question),
        )  # fmt: skip
        return Count((), *(int(number) for number in found[0]))

    def _crossed(self, question: Question) -> list[Count]:
        names = ", ".join("toString(day) AS day_" if name == "day" else name for name in question.by)
        outer = ", ".join("day_" if name == "day" else name for name in question.by)
        kind = "element <> ''" if "element" in question.by else "element = ''"
        if question.most:
            some = "ORDER BY ALL LIMIT {most:UInt32} BY day, visitor"
            each = f"SELECT DISTINCT {names}, day, visitor {_FROM} AND {kind} {some}"
            counted = f"SELECT {outer}, count(), count() FROM ({each}) GROUP BY {outer}"  # noqa: S608 - names are ours
        else:
            numbers = "count() AS visits, uniqExact(visitor) AS visitors"
            daily = f"SELECT {names}, {numbers} {_FROM} AND {kind} GROUP BY {outer}, day"
            counted = f"SELECT {outer}, sum(visits), sum(visitors) FROM ({daily}) GROUP BY {outer}"  # noqa: S608 - names are ours
        found = self._asking.rows(counted, most=question.most, **_span(question))
        made = [Count(tuple(map(str, key)), int(visits), int(visitors)) for *key, visits, visitors in found]
        return sorted(made, key=lambda one: (-one.visits, one.key))

    def forget(self, before: date, *, service: str) -> int:
        """Ends everything of the days before this one; answers how many visits went."""
        old = "service = {service:String} AND day < {before:Date}"
        values = {"service": service, "before": str(before)}
        ((gone,),) = self._asking.rows(f"SELECT count() FROM visits WHERE {old}", **values)  # noqa: S608 - names are ours
        if int(gone):
            for table in ("visits", "visits_counted"):
                self._tell(table, f"DELETE WHERE {old}", **values)
            self._tell("visits_monthly", f"DELETE WHERE {old.replace('day', 'month')}", **values)
            self._add_up(service, str(before), str(before))
        return int(gone)

    def unjoin(self, person: str) -> int:
        """Takes a person's visits apart from them for good; the counts stay. Answers how many visits there were."""
        ((there,),) = self._asking.rows("SELECT count() FROM visits WHERE person = {person:String}", person=person)
        if int(there):
            # Nobody has the key a moment later: who it was on a day is one among that day's visitors.
            key = f"(toUInt64({secrets.randbits(64)}), toUInt64({secrets.randbits(64)}))"
            other = f"reinterpretAsUUID(sipHash128Keyed({key}, visitor))"
            self._tell(
                "visits", f"UPDATE person = '', visitor = {other} WHERE person = {{person:String}}", person=person
            )
        return int(there)

    def _tell(self, table: str, what: str, **values: object) -> None:
        self._asking.tell(f"ALTER TABLE {table}{self._here}{self._on} {what} SETTINGS {_AT_ONCE}", **values)

    def joined(self, person: str) -> Sequence[Visit]:
        """The visits that are joined with a person, the latest first."""
        names = (
            "toString(day), hour, element, toString(visitor), service, page, referrer, country, isp, prefix, browser"
        )
        found = self._asking.rows(
            f"SELECT {names} FROM visits WHERE person = {{person:String}} ORDER BY day DESC, hour DESC, page",  # noqa: S608 - names are ours
            person=person,
        )
        return [_visit(row, person) for row in found]

    def persons(self) -> Iterable[str]:
        """Everybody with whom visits are joined."""
        return [str(person) for (person,) in self._asking.rows("SELECT DISTINCT person FROM visits WHERE person <> ''")]


# For each dimension, what it is counted by and of which visits.
_WAYS: Final = (
    *((name, name, "element <> ''" if name == "element" else "element = ''") for name in DIMENSIONS[1:]),
    (_PAGES, "''", "element = ''"),
    (_ELEMENTS, "''", "element <> ''"),
)


def _version() -> str:
    """Of rows of one key the last holds."""
    return str(int(datetime.now(UTC).timestamp() * 1_000_000))


def _counts(table: str, at: str) -> str:
    return f"FROM {table} FINAL WHERE service = {{service:String}} AND {at} BETWEEN {{first:Date}} AND {{last:Date}}"


def _counts_of(question: Question) -> str:
    months = question.first.day == 1 and (question.last + timedelta(days=1)).day == 1
    return _counts("visits_monthly", "month") if months else _counts("visits_counted", "day")


def _span(question: Question) -> Mapping[str, object]:
    return {"service": question.service, "first": str(question.first), "last": str(question.last)}


def _line(one: Visit) -> bytes:
    at = one.at.astimezone(UTC)
    said = {
        **one._asdict(), "day": str(at.date()), "hour": at.hour, "element": one.element or "",
        "person": one.person or "", "visitor": str(UUID(bytes=one.visitor)),
    }  # fmt: skip
    del said["at"]
    return json.dumps(said).encode()


def _visit(row: Sequence[Any], person: str) -> Visit:
    day, hour, element, visitor, *others = row
    service, page, referrer, country, isp, prefix, browser = map(str, others)
    at = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=int(hour))
    who = UUID(visitor).bytes
    return Visit(service, at, page, referrer, country, isp, prefix, browser, element or None, who, person)


class Connected:
    """A ClickHouse, by a client of its own project."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def rows(self, sql: str, **values: object) -> Sequence[Sequence[Any]]:
        """What a question is answered with."""
        return list(json.loads(self.client.raw_query(sql, parameters=values, fmt="JSONCompact"))["data"])

    def tell(self, sql: str, **values: object) -> None:
        """Has something done; it is done once this returns."""
        self.client.command(sql, parameters=values)

    def put(self, table: str, lines: bytes) -> None:
        """Puts rows, a JSON object to each line, into a table; they are durable once this returns."""
        self.client.raw_insert(table, insert_block=lines, fmt="JSONEachRow")


def connected(address: str) -> ClickHouse:
    """The store at ``http(s)://USER:PASSWORD@HOST:PORT/DATABASE``, with ``?cluster=NAME`` on several machines."""
    import clickhouse_connect  # noqa: PLC0415 - an extra, where visits are kept in a ClickHouse

    parts = urlsplit(address)
    client = clickhouse_connect.get_client(
        host=parts.hostname or "", port=parts.port or 0, username=parts.username, password=parts.password or "",
        database=parts.path.strip("/"), secure=parts.scheme == "https", autogenerate_session_id=False,
        settings=SETTINGS,
    )  # fmt: skip
    return ClickHouse(Connected(client), parse_qs(parts.query).get("cluster", [""])[0])

"""The store of visits on ClickHouse, its SQL run by the real engine in this process (chdb).

They stand apart: the engine is 534 MB. `make test-clickhouse` runs them.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from chdb.session import Session

from troth.visits.rules import Visit
from troth.visits.stores import DIMENSIONS, Dimension, Question
from troth.visits.stores.clickhouse import ClickHouse

FIRST = datetime(2026, 9, 28, tzinfo=UTC)
LAST = date(2026, 10, 3)


class Engine:
    """Carries questions to the engine in this process."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def rows(self, sql: str, **values: object) -> Sequence[Sequence[Any]]:
        """What a question is answered with."""
        found: list[list[Any]] = json.loads(self.session.query(sql, "JSONCompact", params=values).bytes())["data"]
        return found

    def tell(self, sql: str, **values: object) -> None:
        """Has something done."""
        self.session.query(sql, params=values)

    def put(self, table: str, lines: bytes) -> None:
        """Puts rows into a table."""
        self.session.query(f"INSERT INTO {table} FORMAT JSONEachRow {lines.decode()}")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    session = Session()
    session.query("CREATE DATABASE IF NOT EXISTS site ENGINE = Atomic")
    session.query("USE site")
    yield Engine(session)
    session.close()


@pytest.fixture
def store(engine: Engine) -> ClickHouse:
    for table in ("visits", "visits_counted", "visits_monthly"):
        engine.tell(f"DROP TABLE IF EXISTS {table} SYNC")
    return ClickHouse(engine)


def visits(many: int, seed: int = 1) -> list[Visit]:
    """Visits of a few days by a few visitors, with names that are hostile to SQL."""
    chance = random.Random(seed)  # noqa: S311 - made-up visits
    pages, countries, elements = ["/", "/a'; DROP TABLE visits --", "/貓/\\"], ["", "TW", "DE"], [None, None, "buy {x}"]
    return [
        Visit(
            "site", FIRST + timedelta(days=chance.randrange(6), hours=chance.randrange(24)), chance.choice(pages),
            country=chance.choice(countries), element=chance.choice(elements),
            visitor=chance.randrange(9).to_bytes(16, "big"),
        )
        for _ in range(many)
    ]  # fmt: skip


def asked(*by: Dimension, most: int = 0) -> Question:
    return Question("site", FIRST.date(), LAST, by, most)


def expected(seen: Sequence[Visit], by: Sequence[str]) -> dict[tuple[str, ...], tuple[int, int]]:
    """The same counts, one by one."""
    count: Counter[tuple[str, ...]] = Counter()
    visitors: dict[tuple[str, ...], set[tuple[date, bytes]]] = {}
    for one in seen:
        if (one.element is not None) == ("element" in by):
            key = tuple(str(one.at.date()) if name == "day" else str(getattr(one, name) or "") for name in by)
            count[key] += 1
            visitors.setdefault(key, set()).add((one.at.date(), one.visitor))
    return {key: (number, len(visitors[key])) for key, number in count.items()}


def told(store: ClickHouse, *by: Dimension) -> dict[tuple[str, ...], tuple[int, int]]:
    return {one.key: (one.visits, one.visitors) for one in store.counts(asked(*by))}


def test_counts_are_those_of_the_visits(store):
    """By each dimension, and by two, ClickHouse counts what came; also what comes after it has counted."""
    seen = visits(400)
    store.add(seen[:300])
    assert not store.settled(asked())
    store.settle()
    store.settle()
    assert store.settled(asked())
    store.add(seen[300:])
    store.settle()
    for dimension in DIMENSIONS:
        assert told(store, dimension) == expected(seen, (dimension,)), dimension
        months = store.counts(Question("site", date(2026, 9, 1), date(2026, 10, 31), (dimension,)))
        assert {one.key: one[1:] for one in months} == expected(seen, (dimension,)), dimension
    assert told(store, "page", "country") == expected(seen, ("page", "country"))
    assert told(store, "day", "country") == expected(seen, ("day", "country"))
    assert store.totals(asked())[1:] == expected(seen, ())[()]
    assert store.totals(asked("element")).visits == sum(bool(one.element) for one in seen)


def test_nobody_counts_more_often_than_asked_for(store):
    """With a bound, each visitor of a day counts in no more than so many counts, in each once."""
    seen = visits(300)
    store.add(seen)
    found = store.counts(asked("page", "country", most=1))
    assert sum(one.visits for one in found) == len({(one.at.date(), one.visitor) for one in seen if not one.element})


def test_what_is_over_is_forgotten(store):
    """Of the days before, nothing is left, neither visits nor counts."""
    seen = visits(200)
    store.add(seen)
    store.settle()
    before = date(2026, 10, 1)
    assert store.forget(before, service="other") == 0
    assert store.forget(before, service="site") == sum(one.at.date() < before for one in seen)
    left = [one for one in seen if one.at.date() >= before]
    assert told(store, "day") == expected(left, ("day",))
    months = store.counts(Question("site", date(2026, 9, 1), date(2026, 10, 31), ("page",)))
    assert {one.key: one[1:] for one in months} == expected(left, ("page",))
    assert store.settled(asked())


def test_a_person_is_taken_apart_from_their_visits(store, engine):
    """Once apart, nothing says whose visits they were; the counts are as before."""
    joined = [one._replace(person="p-somebody", visitor=b"\x99" * 16) for one in visits(5)]
    store.add([*joined, *visits(20, seed=2)])
    assert {one.page for one in store.joined("p-somebody")} == {one.page for one in joined}
    assert store.joined("p-somebody")[0].visitor == b"\x99" * 16
    assert list(store.persons()) == ["p-somebody"]
    store.settle()
    before = {name: told(store, name) for name in DIMENSIONS}
    assert store.unjoin("p-somebody") == 5
    assert store.unjoin("p-somebody") == 0
    assert store.joined("p-somebody") == []
    assert engine.rows(
        "SELECT count() FROM visits WHERE visitor = {one:UUID}", one="99999999-9999-9999-9999-999999999999"
    ) == [[0]]
    assert {name: told(store, name) for name in DIMENSIONS} == before

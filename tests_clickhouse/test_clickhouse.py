"""The store of visits on ClickHouse, its SQL run by the real engine in this process (chdb), through the real client.

They stand apart: the engine is 534 MB. `make test-clickhouse` runs them.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import clickhouse_connect
import pytest

from troth.visits.rules import Visit
from troth.visits.stores import DIMENSIONS, Dimension, Question
from troth.visits.stores.clickhouse import SETTINGS, ClickHouse, Connected

FIRST = datetime(2026, 9, 28, tzinfo=UTC)
LAST = date(2026, 10, 3)


# A cluster of this process alone: its port is never listened on, and tells the engine that it means itself.
CLUSTER = """<clickhouse><tcp_port>9000</tcp_port><remote_servers><main><shard>
<replica><host>127.0.0.1</host><port>9000</port></replica></shard></main></remote_servers></clickhouse>"""


class Alone(Connected):
    """A machine that is the whole cluster. Nothing keeps replicas in step there, so that none is made.

    The engine reads the words for it all the same, before they are taken out.
    """

    def tell(self, sql: str, **values: object) -> None:
        self.rows("SELECT formatQuery({said:String})", said=sql)
        sql = re.sub(r"Replicated(\w+)\('/clickhouse[^']*', '{replica}'(?:, )?", r"\1(", sql)
        super().tell(sql.replace(" ON CLUSTER main", ""), **values)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    file: Path = tmp_path_factory.mktemp("clickhouse") / "cluster.xml"
    file.write_text(CLUSTER, "utf-8")
    client = clickhouse_connect.get_client(
        interface="chdb", settings=SETTINGS, chdb_options={"config-file": str(file)}, autogenerate_session_id=False
    )
    engine = Alone(client)
    engine.tell("CREATE DATABASE IF NOT EXISTS site ENGINE = Atomic")
    client.database = "site"
    yield engine
    client.close()


@pytest.fixture(params=["", "main"], ids=["one machine", "a cluster"])
def store(engine: Alone, request: pytest.FixtureRequest) -> ClickHouse:
    for table in ("visits", "visits_counted", "visits_monthly"):
        for part in ("", "_here"):
            engine.tell(f"DROP TABLE IF EXISTS {table}{part} SYNC")
    return ClickHouse(engine, request.param)


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


def test_a_cluster_holds_its_parts_in_replicas(engine):
    """On several machines each holds a part, in step with its replicas; all parts together have the other name."""

    class Heard(Alone):
        def tell(self, sql: str, **values: object) -> None:
            made.append(sql)
            super().tell(sql, **values)

    made: list[str] = []
    ClickHouse(Heard(engine.client), "main")
    engines = dict(engine.rows("SELECT name, engine_full FROM system.tables WHERE database = 'site'"))
    for name in ("visits", "visits_counted", "visits_monthly"):
        assert engines[name].startswith(f"Distributed('main', 'site', '{name}_here', sipHash64(")
        (one,) = [one for one in made if f" {name}_here ON CLUSTER main (" in one]
        assert f"MergeTree('/clickhouse/tables/{{shard}}/{{database}}/{name}', '{{replica}}'" in one
        assert "ENGINE = Replicated" in one

"""The store of visits, on each kind of database: what is added is counted, forgotten, and taken apart from a person."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from troth.visits.rules import Visit
from troth.visits.stores import Question, Store

FIRST = datetime(2026, 9, 29, tzinfo=UTC)
WORDS = ("visits_word", "visits_seen", "visits_counted", "visits_monthly", "visits_unsettled")


def visit(page: str = "/", visitor: int = 1, **rest: object) -> Visit:
    return Visit(**{"service": "site", "at": FIRST, "page": page, "visitor": visitor.to_bytes(16, "big"), **rest})


@pytest.fixture
def postgresql() -> None:
    """Asked for by tests of what only PostgreSQL has."""


@pytest.fixture
def kept(installation: Path) -> Store:  # noqa: ARG001 - its databases are ready
    from troth.visits.stores.rows import Rows  # noqa: PLC0415 - needs the settings

    rows = Rows()
    rows.forget(date(2100, 1, 1), service="site")
    return rows


def asked(*by: str, days: int = 9) -> Question:
    return Question("site", FIRST.date(), FIRST.date() + timedelta(days=days), by)


def told(kept: Store, *by: str, **how: int) -> dict[tuple[str, ...], tuple[int, int]]:
    return {one.key: (one.visits, one.visitors) for one in kept.counts(asked(*by, **how))}


def test_visits_are_counted_by_each_dimension(kept):
    """What was added is counted: visits, and the visitors of each day added up."""
    later = FIRST + timedelta(days=2, hours=5)
    kept.add([visit(), visit(), visit("/a", 2, country="TW"), visit("/a", 2, at=later, country="TW")])
    kept.add([visit("/a", 3, element="buy")])
    assert not kept.settled(asked())
    kept.settle()
    assert kept.settled(asked())
    assert told(kept, "page") == {("/",): (2, 1), ("/a",): (2, 2)}
    assert told(kept, "day") == {("2026-09-29",): (3, 2), ("2026-10-01",): (1, 1)}
    assert told(kept, "country") == {("",): (2, 1), ("TW",): (2, 2)}
    assert told(kept, "element") == {("buy",): (1, 1)}
    assert told(kept, "page", "country") == {("/",  ""): (2, 1), ("/a", "TW"): (2, 2)}  # fmt: skip
    most = Question("site", FIRST.date(), FIRST.date(), ("page",), 1)
    assert [one[:2] for one in kept.counts(most)] == [(("/",), 1), (("/a",), 1)]
    assert told(kept, "page", days=1) == {("/",): (2, 1), ("/a",): (1, 1)}
    assert kept.totals(asked())[1:] == (4, 3)
    assert kept.totals(asked("element"))[1:] == (1, 1)


def test_what_comes_later_is_counted_with_the_rest(kept):
    """Counting again counts nothing twice."""
    for visitor in (1, 1, 2):
        kept.add([visit(visitor=visitor)])
        kept.settle()
    assert told(kept, "page") == {("/",): (3, 2)}


def test_a_month_is_the_sum_of_its_days(kept):
    """Whole months are answered from sums of their own, which follow whatever comes and goes."""
    days = [FIRST - timedelta(days=3), FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)]
    months = Question("site", date(2026, 9, 1), date(2026, 10, 31), ("page",))
    for at in (*days, *days):
        kept.add([visit(at=at), visit("/a", at=at)])
        kept.settle()
    assert [tuple(one) for one in kept.counts(months)] == [(("/",), 8, 4), (("/a",), 8, 4)]
    assert kept.totals(months)[1:] == (16, 4)
    assert kept.totals(months._replace(first=date(2026, 10, 1)))[1:] == (4, 1)
    kept.forget(FIRST.date(), service="site")
    assert [tuple(one) for one in kept.counts(months)] == [(("/",), 6, 3), (("/a",), 6, 3)]


def test_what_is_undone_is_not_remembered(kept):
    """A word that came with a unit of work that was undone is not taken for one that is there."""
    from troth.ledger.work import unit_of_work  # noqa: PLC0415 - needs the settings

    @unit_of_work
    def undone() -> None:
        kept.add([visit("/undone")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    kept.add([visit("/other")])
    kept.add([visit("/undone")])
    kept.settle()
    assert told(kept, "page") == {("/other",): (1, 1), ("/undone",): (1, 1)}


def test_what_is_over_is_forgotten(kept):
    """Nothing of the days before is left, not even a word."""
    kept.add([visit("/only-then"), visit("/now", at=FIRST + timedelta(days=40))])
    kept.settle()
    assert kept.forget((FIRST + timedelta(days=1)).date(), service="other") == 0
    assert kept.forget((FIRST + timedelta(days=1)).date(), service="site") == 1
    assert told(kept, "page", days=60) == {("/now",): (1, 1)}
    assert "/only-then" not in everything()


def everything() -> str:
    from django.db import connection  # noqa: PLC0415 - needs the settings

    with connection.cursor() as cursor:
        found = []
        for table in WORDS:
            cursor.execute(f"SELECT * FROM {table}")
            found += cursor.fetchall()
    return repr(found)


def test_a_person_is_taken_apart_from_their_visits(kept, installation):
    """Once apart, nothing says whose visits they were, in no row and no file; the counts are as before."""
    kept.add([visit("/a", 8, person="p-somebody"), visit("/b", 8, person="p-somebody"), visit("/a", 9)])
    assert [one.page for one in kept.joined("p-somebody")] == ["/b", "/a"]
    assert list(kept.persons()) == ["p-somebody"]
    assert kept.unjoin("p-somebody") == 2
    assert kept.joined("p-somebody") == []
    kept.settle()
    assert told(kept, "page") == {("/a",): (2, 2), ("/b",): (1, 1)}
    assert kept.totals(asked()).visitors == 2
    stored = everything()
    assert "p-somebody" not in stored
    assert repr((8).to_bytes(16, "big")) not in stored
    for file in installation.glob("troth.sqlite3*"):
        assert b"p-somebody" not in file.read_bytes()


@pytest.mark.usefixtures("postgresql")
def test_parts_of_postgresql(kept):
    """On PostgreSQL each month is a table of its own, which goes with what was in it."""
    kept.add([visit(), visit(at=FIRST + timedelta(days=5))])
    assert {"visits_seen_2026_09", "visits_seen_2026_10"} <= parts()
    assert kept.forget(date(2026, 10, 1), service="site") == 1
    assert "visits_seen_2026_09" not in parts()
    assert "visits_seen_2026_10" in parts()


def parts() -> set[str]:
    from django.db import connection  # noqa: PLC0415 - needs the settings

    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'visits_seen'::regclass")
        return {name for (name,) in cursor.fetchall()}


def test_who_agrees_no_more_is_found_by_nothing(kept: Store) -> None:
    """Somebody who went, or took their yes back, while their visit waited: neither they nor their number is kept."""
    from troth.visits.actions import keep  # noqa: PLC0415 - needs the settings
    from troth.visits.models import Seen  # noqa: PLC0415 - needs the settings

    joined = visit(person="3oc7myhhzzkjnczrawesszgf33hnhkkq6os")
    keep([joined], "personalise", at=FIRST)
    assert list(kept.persons()) == []
    assert [bytes(one.visitor) == joined.visitor for one in Seen.objects.all()] == [False]

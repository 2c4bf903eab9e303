"""What many bring at once is taken in one call, and each is still kept whole or not at all."""

import gc
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connections

from tests.rooms.ledger.test_work import Refused, names, waiting
from tests.support.waiting import WITHIN, until
from troth.ledger.errors import NotStored
from troth.ledger.models import Pending
from troth.ledger.rows import Insertion
from troth.ledger.work import insist_on_unit, unit_of_work, units_of_work

_calls: list[tuple[str, ...]] = []


@units_of_work
def keep(brought: Sequence[str]) -> list[str | Exception]:
    """Writes each to both databases; refuses what begins with `no`, and breaks over what begins with `break`."""
    _calls.append(tuple(brought))
    insist_on_unit()
    for name in brought:
        if name.startswith("break"):
            raise Refused(name)
        for alias, table in (("default", "done"), ("keys", "made")):
            with connections[alias].cursor() as cursor:
                if not name.startswith("no"):
                    cursor.execute(f"INSERT INTO {table} (name) VALUES (%s)", [name])
    return [Refused(name) if name.startswith("no") else name for name in brought]


def _all_at_once(*brought: str) -> list[object]:
    """What each who brings one is answered or told, when all come while the committer is busy."""
    entered, go_on = threading.Event(), threading.Event()

    @units_of_work
    def hold(_: Sequence[None]) -> list[None]:
        entered.set()
        assert go_on.wait(WITHIN)
        return [None]

    _calls.clear()
    with ThreadPoolExecutor(len(brought) + 1) as threads:
        first = threads.submit(hold, None)
        assert entered.wait(WITHIN)
        asked: list[Future[str]] = []
        for name in brought:
            asked.append(threads.submit(keep, name))
            until(lambda: waiting() == len(asked), "that it waits behind the others")
        go_on.set()
    assert first.exception() is None
    return [one.exception() or one.result() for one in asked]


@pytest.mark.usefixtures("ledger")
def test_one_call_for_all() -> None:
    """Those who wait are one call, in their order, and each gets its own answer."""
    assert _all_at_once("a", "b", "c") == ["a", "b", "c"]
    assert _calls == [("a", "b", "c")]
    assert names() == names("keys", "made") == {"a", "b", "c"}


@pytest.mark.usefixtures("ledger")
def test_each_learns_its_own_refusal() -> None:
    """Who is refused is told so, and the others of the same call are kept."""
    answers = _all_at_once("a", "no-1", "b")
    assert [type(one) for one in answers] == [str, Refused, str]
    assert len(_calls) == 1
    assert names() == {"a", "b"}


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(("wrong", "error"), [("break", Refused), ("a", IntegrityError)])
def test_one_that_breaks_spoils_no_other(wrong: str, error: type[Exception]) -> None:
    """If the call breaks over one of them, each is taken alone, and only that one leaves nothing."""
    answers = _all_at_once("a", wrong, "b")
    assert [type(one) for one in answers] == [str, error, str]
    assert _calls == [("a", wrong, "b"), ("a",), (wrong,), ("b",)]
    assert names() == names("keys", "made") == {"a", "b"}


@pytest.mark.usefixtures("ledger")
def test_joins_the_unit_around_it() -> None:
    """Within a unit it is part of that one, its refusals too."""

    @unit_of_work
    def outer(name: str) -> str:
        keep("inner")
        return keep(name)

    with pytest.raises(Refused):
        outer("no")
    assert names() == set()
    assert outer("a") == "a"
    assert names() == {"a", "inner"}


@pytest.mark.usefixtures("ledger")
def test_connection_that_broke() -> None:
    """When the connection breaks all are told that nothing is kept; the next who come are taken again."""

    @units_of_work
    def lose(brought: Sequence[str]) -> list[str]:
        keep("lost")
        connections["default"].connection.close()
        return list(brought)

    with pytest.raises(NotStored):
        lose("a")
    assert names() == set()
    assert keep("b") == "b"


class Brought:
    """Something that a caller brings."""


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("refused", [False, True])
def test_what_was_brought_is_let_go(*, refused: bool) -> None:
    """Once the caller has its answer or its refusal, nobody here holds what it brought: it may be what was typed."""

    @units_of_work
    def read(brought: Sequence[Brought]) -> list[str | Exception]:
        return [Refused(repr(one)) if refused else "read" for one in brought]

    def bring() -> weakref.ref[Brought]:
        own = Brought()
        try:
            read(own)
        except Refused:
            assert refused
        return weakref.ref(own)

    gc.disable()
    try:
        held = bring()
        until(lambda: held() is None, "that nobody holds it")
    finally:
        gc.enable()


@pytest.mark.usefixtures("ledger")
def test_many_rows_in_one_statement() -> None:
    """Rows are added by the thousand, and one that is there already is left as it is if that is asked for."""
    add, unless_there = (Insertion(Pending, "data", "leaf", unless_there=quiet) for quiet in (False, True))
    rows = [(b"%d" % number, number.to_bytes(32, "big")) for number in range(2_000)]
    unit_of_work(add)(rows[:1_500])
    unit_of_work(unless_there)(rows)
    with pytest.raises(IntegrityError):
        unit_of_work(add)(rows[-2:])
    assert Pending.objects.count() == len(rows)

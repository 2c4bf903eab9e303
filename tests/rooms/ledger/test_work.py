"""A unit of work is kept whole and durably, or not at all."""

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import translation

from tests.support.waiting import WITHIN, until
from troth.ledger import work
from troth.ledger.errors import NotStored
from troth.ledger.work import inside, unit_of_work


class Refused(Exception):
    """A unit's own reason to stop."""


@unit_of_work
def do(name: str, *, fail: bool = False) -> str:
    """Writes to both databases."""
    _insert("default", "done", name)
    _insert("keys", "made", name)
    if fail:
        raise Refused(name)
    return name


@unit_of_work
def promise(name: str) -> None:
    """Writes what cannot be committed unless `name` is done by then."""
    _insert("default", "later", name)


def _insert(alias: str, table: str, name: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (name) VALUES (%s)", [name])


def names(alias: str = "default", table: str = "done") -> set[str]:
    """What stands in a table."""
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT name FROM {table}")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.usefixtures("ledger")
def test_result_and_rows() -> None:
    """A unit returns its result, and both databases hold what it wrote."""
    assert do("a") == "a"
    assert names() == names("keys", "made") == {"a"}


@pytest.mark.usefixtures("ledger")
def test_raising_undoes_only_that_unit() -> None:
    """Among many units at once, one that raises leaves nothing, and the others are all there."""

    def one(number: int) -> str:
        try:
            return do(str(number), fail=number % 10 == 3)
        except Refused as error:
            return f"refused {error}"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(one, range(200)))
    kept = {str(number) for number in range(200) if number % 10 != 3}
    assert answers == [str(number) if number % 10 != 3 else f"refused {number}" for number in range(200)]
    assert names() == names("keys", "made") == kept


@pytest.mark.usefixtures("ledger")
def test_database_refusal_reaches_the_caller() -> None:
    """What the database refuses for the unit's own fault is told as it is, and later units go on."""
    do("a")
    with pytest.raises(IntegrityError):
        do("a")
    assert do("b") == "b"
    assert names() == {"a", "b"}


@pytest.mark.usefixtures("ledger")
def test_nested_units_are_one() -> None:
    """A unit within a unit is part of it: when the outer one fails, the inner one leaves nothing."""

    @unit_of_work
    def outer() -> None:
        assert inside()
        do("inner")
        raise Refused

    with pytest.raises(Refused):
        outer()
    assert not inside()
    assert names() == names("keys", "made") == set()


@pytest.mark.usefixtures("ledger")
def test_commit_that_fails() -> None:
    """When the commit fails nobody is told that it was kept, and nothing is."""
    with pytest.raises(NotStored) as refused:
        promise("nobody")
    assert (refused.value.code, refused.value.status) == ("ledger.not-stored", 503)
    assert names(table="later") == set()
    do("somebody")
    promise("somebody")
    assert names(table="later") == {"somebody"}


@pytest.mark.usefixtures("sqlite")
def test_commit_that_fails_for_all_waiting() -> None:
    """Everyone whose unit was in the commit that failed is told so; nobody's rows are there."""
    entered, go_on = threading.Event(), threading.Event()

    @unit_of_work
    def hold() -> None:
        entered.set()
        assert go_on.wait(WITHIN)

    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(hold)
        assert entered.wait(WITHIN)
        asked: list[Future[object]] = [threads.submit(do, name) for name in "abc"]
        asked += [threads.submit(promise, "nobody"), threads.submit(do, "d", fail=True)]
        until(lambda: waiting() == len(asked), "as many units that wait as were asked for")
        go_on.set()
    assert isinstance(first.exception(), NotStored)
    assert [type(one.exception()) for one in asked] == [NotStored, NotStored, NotStored, NotStored, Refused]
    assert names() == set()
    assert do("e") == "e"


def waiting() -> int:
    """How many units wait for the committer."""
    committer = work._post.committer  # noqa: SLF001 - the queue is nobody's business but this test's
    return committer.waiting.qsize() if committer else 0


@pytest.mark.usefixtures("sqlite")
def test_disk_full() -> None:
    """A full disk is told as such to who does not fit, leaves nothing of theirs, and is over once there is room."""

    @unit_of_work
    def room(pages: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + pages}")

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    room(2)
    with pytest.raises(NotStored):
        do("x" * 100_000)
    room(2)
    asked_for = [f"{number}{'y' * 2_000}" for number in range(50)]
    kept = set()
    with ThreadPoolExecutor(16) as threads:
        asked = {name: threads.submit(do, name) for name in asked_for}
    for name, answer in asked.items():
        if answer.exception() is None:
            kept.add(name)
        else:
            assert isinstance(answer.exception(), NotStored)
    assert names() == kept
    assert len(kept) < len(asked_for)
    room(1_000_000)
    assert do("z") == "z"


@pytest.mark.usefixtures("sqlite")
def test_transaction_given_up_by_the_database() -> None:
    """If the database gives the whole transaction up, no unit after it is kept by itself."""

    @unit_of_work
    def give_up() -> None:
        _insert("default", "done", "lost")
        connection.connection.rollback()

    with pytest.raises(NotStored):
        give_up()
    assert names() == set()
    assert do("a") == "a"


@pytest.mark.usefixtures("ledger")
def test_hidden_error() -> None:
    """A unit that hides an error which undoes it is not told that it was kept."""

    @unit_of_work
    def hide() -> None:
        _insert("default", "done", "b")
        with suppress(IntegrityError), transaction.atomic(savepoint=False):
            _insert("default", "done", "a")

    do("a")
    with pytest.raises(transaction.TransactionManagementError):
        hide()
    assert names() == {"a"}


@pytest.mark.usefixtures("ledger")
def test_hooks_of_a_failed_unit() -> None:
    """What should follow the commit follows it, but not for a unit that was undone."""
    followed: list[str] = []

    @unit_of_work
    def announce(name: str) -> None:
        transaction.on_commit(lambda: followed.append(name))
        do(name)

    do("a")
    with pytest.raises(IntegrityError):
        announce("a")
    announce("b")
    assert followed == ["b"]


@pytest.mark.usefixtures("ledger")
def test_not_inside_a_transaction() -> None:
    """A unit cannot promise durability inside somebody's transaction, and says so."""
    with pytest.raises(RuntimeError), transaction.atomic():
        do("a")
    assert names() == set()


@pytest.mark.usefixtures("ledger")
def test_language_of_the_caller() -> None:
    """A unit runs in the language of who asked for it."""
    with translation.override("zh-hant"):
        assert unit_of_work(translation.get_language)() == "zh-hant"


@pytest.mark.usefixtures("sqlite")
def test_after_a_fork() -> None:
    """A child process starts a committer of its own."""
    do("parent")
    connections.close_all()
    child = os.fork()
    if not child:
        os._exit(0 if do("child") == "child" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert names() == {"parent", "child"}


def test_signature_is_kept() -> None:
    """A unit of work keeps its name and words."""
    assert do.__name__ == "do"
    assert do.__doc__ == "Writes to both databases."

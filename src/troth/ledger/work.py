"""The unit of work: everything an action writes is kept together, durably, or not at all.

SQLite lets one writer in at a time and makes each commit wait for the disk. So one thread per process, the
committer, runs all waiting units in one transaction, a savepoint each, and commits once for all of them.
PostgreSQL groups commits by itself; there a unit runs in the thread that asked.

Persons' keys live in a database of their own, which commits first: a row without its key could never be read
again, a key without a row is only unused.
"""

import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections, transaction
from django.utils import translation

from troth.ledger.errors import NotStored

P = ParamSpec("P")
R = TypeVar("R")

MOST_UNITS_AT_ONCE: Final = 256

_log = logging.getLogger("troth.ledger")
_here = threading.local()


def unit_of_work(action: Callable[P, R]) -> Callable[P, R]:
    """Makes `action` one unit of work: it returns once all it wrote is durable, and if it raises, nothing is kept.

    Within another unit it joins that one. :class:`NotStored` says that the store could not keep it.
    """

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if inside():
            return action(*args, **kwargs)
        call = functools.partial(action, *args, **kwargs)
        if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
            return _through_committer(call)
        return _in_this_thread(call)

    return run


def inside() -> bool:
    """Whether a unit of work is running in this thread."""
    return getattr(_here, "running", False)


@contextmanager
def _running() -> Iterator[None]:
    _here.running = True
    try:
        yield
    finally:
        _here.running = False


@contextmanager
def _transactions() -> Iterator[None]:
    others = [alias for alias in connections if alias != DEFAULT_DB_ALIAS]
    with ExitStack() as stack:
        for alias in [DEFAULT_DB_ALIAS, *others]:
            stack.enter_context(transaction.atomic(using=alias, durable=True))
        yield


@contextmanager
def _savepoints() -> Iterator[None]:
    """What ``transaction.atomic`` does inside another, on all SQLite databases at once and at a tenth of its cost."""
    rows = connections.all()
    hooks = [len(one.run_on_commit) for one in rows]
    for one in rows:
        one.connection.execute("SAVEPOINT unit")
    try:
        yield
        _insist_on_commit()
    except BaseException:
        for one, kept in zip(rows, hooks, strict=True):
            del one.run_on_commit[kept:]
            if one.connection.in_transaction:
                one.connection.execute("ROLLBACK TO unit")
                one.connection.execute("RELEASE unit")
                one.set_rollback(False)
        raise
    for one in rows:
        with one.wrap_database_errors:
            one.connection.execute("RELEASE unit")


def _insist_on_commit() -> None:
    """What a unit wrote can be committed; Django would undo it and say nothing."""
    if any(one.in_atomic_block and one.needs_rollback for one in connections.all()):
        message = "The unit hid an error of the database that undoes it. Let the error pass."
        raise transaction.TransactionManagementError(message)


def _in_this_thread(call: Callable[[], R]) -> R:
    finished = False
    try:
        with _transactions(), _running():
            result = call()
            _insist_on_commit()
            finished = True
    except Error as error:
        if finished or isinstance(error, OperationalError | InterfaceError):
            raise _not_stored(error) from error
        raise
    return result


def _not_stored(error: BaseException) -> NotStored:
    _log.error("A unit of work could not be stored: %s.", type(error).__name__)
    return NotStored("The store could not keep this, and nothing is taken as done. Try again in a moment.")


@dataclass(eq=False)
class _Unit:
    call: Callable[[], Any]
    language: str | None
    done: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None

    def attempt(self) -> None:
        """Runs in savepoints of its own: an exception undoes only what this unit wrote."""
        try:
            with _savepoints(), _running(), translation.override(self.language):
                self.result = self.call()
        except (OperationalError, InterfaceError) as error:
            self.error = _not_stored(error)
            self.error.__cause__ = error
        except BaseException as error:  # noqa: BLE001 - carried to the thread that asked, whatever it is
            self.error = error

    def release(self) -> None:
        """Lets the thread that asked go on."""
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


class _TransactionLost(OperationalError):
    """SQLite gave the whole transaction up, as it does when the disk is full."""


class _Committer(threading.Thread):
    """Runs waiting units together and lets nobody go before the commit."""

    def __init__(self) -> None:
        super().__init__(name="troth-committer", daemon=True)
        self.waiting: SimpleQueue[_Unit] = SimpleQueue()

    def run(self) -> None:
        while True:
            units = [self.waiting.get()]
            try:
                self._commit(units)
            except BaseException as error:  # noqa: BLE001 - whatever broke the commit, no caller may wait for ever
                self._refuse(units, error)
            for unit in units:
                unit.release()

    def _commit(self, units: list[_Unit]) -> None:
        with _transactions():
            units[0].attempt()
            self._insist()
            while len(units) < MOST_UNITS_AT_ONCE:
                try:
                    units.append(self.waiting.get_nowait())
                except Empty:
                    break
                units[-1].attempt()
                self._insist()

    @staticmethod
    def _insist() -> None:
        """The transaction still stands on every database; otherwise what follows would be committed alone."""
        for connection in connections.all():
            if not connection.connection.in_transaction:
                message = "The transaction did not outlive a unit."
                raise _TransactionLost(message)

    @staticmethod
    def _refuse(units: list[_Unit], error: BaseException) -> None:
        for unit in units:
            if unit.error is None:
                unit.error = _not_stored(error)
                unit.error.__cause__ = error
        try:
            connections.close_all()
        except Error:
            _log.exception("A connection could not be closed.")


class _Post:
    """Where the committer of this process is found; a child process starts its own."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.committer: _Committer | None = None

    def put(self, unit: _Unit) -> None:
        with self.guard:
            if self.committer is None:
                self.committer = _Committer()
                self.committer.start()
        self.committer.waiting.put(unit)


_post = _Post()
os.register_at_fork(after_in_child=_post.__init__)  # type: ignore[misc]


def _through_committer(call: Callable[[], R]) -> R:
    if any(connection.in_atomic_block for connection in connections.all(initialized_only=True)):
        message = "A unit of work begins outside any transaction: it commits by itself."
        raise RuntimeError(message)
    unit = _Unit(call, translation.get_language())
    _post.put(unit)
    result: R = unit.done.result()
    return result

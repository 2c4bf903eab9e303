"""The unit of work: everything an action writes is kept together, durably, or not at all.

A commit waits for the disk, and a statement costs more than a row. So one thread per process, the committer, takes
what many callers bring at once: units that do the same are one call of their action with all they bring, all that
wait share one transaction, and one commit lets everybody go (decision 0011). SQLite lets one writer in at a time, so
there every unit goes that way; on PostgreSQL only those that come by the thousand.

Persons' keys live in a database of their own, which commits first: a row without its key could never be read
again, a key without a row is only unused.
"""

import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, Final, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections, transaction
from django.utils import translation

from troth.ledger.errors import NotStored

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

MOST_UNITS_AT_ONCE: Final = 256
# In seconds. What is begun with one of many is done once more for the others, and costs each of them more than this.
_PATIENCE: Final = 0.004
_LOOK_AGAIN: Final = 0.0001

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
        if connections[DEFAULT_DB_ALIAS].vendor != "sqlite":
            return _in_this_thread(functools.partial(action, *args, **kwargs))
        language = translation.get_language()

        def call(_none: Sequence[None]) -> list[R]:
            with translation.override(language):
                return [action(*args, **kwargs)]

        result: R = _through_committer(call, None)
        return result

    return run


def units_of_work(action: Callable[[Sequence[T]], Sequence[R | Exception]]) -> Callable[[T], R]:
    """Makes `action`, which takes many at once, a unit of work for each who brings one.

    It answers for each, in their order: a result, or the error to raise there, of whom it has then written nothing.
    If it raises itself, nothing is kept and it is called again for each alone. It speaks no caller's language.
    """

    @functools.wraps(action)
    def run(one: T) -> R:
        if inside():
            return _answered(action([one])[0])
        result: R = _through_committer(action, one)
        return result

    return run


def _answered(outcome: R | Exception) -> R:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def inside() -> bool:
    """Whether a unit of work is running in this thread."""
    return getattr(_here, "running", False)


def insist_on_unit() -> None:
    """Refuses what only makes sense inside a unit of work."""
    if not inside():
        message = "This is done inside a unit of work, with everything that belongs to it."
        raise RuntimeError(message)


@contextmanager
def _running() -> Iterator[None]:
    _here.running = True
    try:
        yield
    finally:
        _here.running = False


@contextmanager
def _transactions(*, savepoints: bool = False) -> Iterator[None]:
    """A transaction on every database, or savepoints within them; persons' keys end first."""
    others = [alias for alias in connections if alias != DEFAULT_DB_ALIAS]
    with ExitStack() as stack:
        for alias in [DEFAULT_DB_ALIAS, *others]:
            stack.enter_context(transaction.atomic(using=alias, durable=not savepoints))
        yield


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
    """What one caller brings to `action`, and the latch at which the caller waits."""

    action: Callable[[Sequence[Any]], Sequence[Any]]
    brought: Any
    outcome: Any = None
    failed: bool = False
    latch: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, error: BaseException) -> None:
        """What the database could not do for now is not the caller's fault."""
        if isinstance(error, OperationalError | InterfaceError):
            self.not_stored(error)
        else:
            self.outcome, self.failed = error, True

    def not_stored(self, error: BaseException) -> None:
        # An embedded store that could not commit has not: its word cannot be lost on the way.
        perhaps = self.outcome is not None and connections[DEFAULT_DB_ALIAS].vendor != "sqlite"
        self.outcome, self.failed = _not_stored(error), True
        self.outcome.perhaps = perhaps
        self.outcome.__cause__ = error


def _groups(units: Sequence[_Unit]) -> Iterator[list[_Unit]]:
    """The units, those next to each other that are of one action together."""
    for _, same in groupby(units, key=lambda unit: unit.action):
        yield list(same)


def _run(units: Sequence[_Unit]) -> None:
    """Runs units of one action, in one call."""
    with _running(), _sending_ahead():
        outcomes = units[0].action([unit.brought for unit in units])
        _insist_on_commit()
    for unit, outcome in zip(units, outcomes, strict=True):
        unit.outcome, unit.failed = outcome, isinstance(outcome, Exception)


@contextmanager
def _sending_ahead() -> Iterator[None]:
    """What is written goes to PostgreSQL without waiting for its word on each statement; that is waited for at the end.

    Should one break, those after it are not carried out, and its error is raised there at the latest.
    """
    with ExitStack() as stack:
        for one in connections.all():
            if one.vendor == "postgresql":
                stack.enter_context(one.wrap_database_errors)
                stack.enter_context(one.connection.pipeline())
        yield


def _attempt(unit: _Unit) -> None:
    """Runs one unit in savepoints of its own: if it raises, what it wrote is undone and the others stand."""
    try:
        with _transactions(savepoints=True):
            _run([unit])
    except BaseException as error:  # noqa: BLE001 - carried to the thread that asked, whatever it is
        unit.fail(error)
    _insist_on_transaction()


class _TransactionLost(OperationalError):
    """The database gave the whole transaction up, as SQLite does when the disk is full."""


def _insist_on_transaction() -> None:
    """The transaction still stands on every database; otherwise what follows would be committed alone."""
    for one in connections.all():
        if one.connection is None or one.needs_rollback or not getattr(one.connection, "in_transaction", True):
            message = "The transaction did not outlive a unit."
            raise _TransactionLost(message)


class _Committer(threading.Thread):
    """Runs waiting units together and lets nobody go before the commit."""

    def __init__(self) -> None:
        super().__init__(name="troth-committer", daemon=True)
        self.waiting: SimpleQueue[_Unit] = SimpleQueue()

    def run(self) -> None:
        together = 1
        while True:
            together = self._served([self.waiting.get()], together)

    def _served(self, units: list[_Unit], together: int) -> int:
        """Runs who waits, `units` first, and lets them go. What they brought is held on to by nobody here then."""
        try:
            self._gather(units, together)
            self._commit(units)
        except BaseException as error:  # noqa: BLE001 - whatever broke the commit, no caller may wait for ever
            self._refuse(units, error)
        for unit in units:
            unit.latch.release()
        return len(units)

    def _commit(self, units: list[_Unit]) -> None:
        if not self._committed(units):
            with _transactions():
                for unit in units:
                    _attempt(unit)

    def _committed(self, units: list[_Unit]) -> bool:
        """Runs all that wait in one go. Should one of several break, nothing is kept yet."""
        running = False
        try:
            with _transactions():
                done = 0
                while done < len(units) or self._take(units):
                    for group in _groups(units[done:]):
                        running = True
                        _run(group)
                        running = False
                        _insist_on_transaction()
                        done += len(group)
        except BaseException as error:
            if not running:
                raise
            if len(units) > 1:
                return False
            units[0].fail(error)
        return True

    def _gather(self, units: list[_Unit], together: int) -> None:
        """Waits a moment for as many as came last time: those who were let go together come back together."""
        patience = monotonic() + _PATIENCE
        while len(units) < together and monotonic() < patience:
            sleep(_LOOK_AGAIN)
            self._take(units)

    def _take(self, units: list[_Unit]) -> int:
        """Takes along who waits by now, and says how many they are."""
        before = len(units)
        with suppress(Empty):
            while len(units) < MOST_UNITS_AT_ONCE:
                units.append(self.waiting.get_nowait())
        return len(units) - before

    @staticmethod
    def _refuse(units: list[_Unit], error: BaseException) -> None:
        for unit in units:
            if not unit.failed:
                unit.not_stored(error)
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


def _through_committer(action: Callable[[Sequence[Any]], Sequence[Any]], brought: object) -> Any:
    if any(connection.in_atomic_block for connection in connections.all(initialized_only=True)):
        message = "A unit of work begins outside any transaction: it commits by itself."
        raise RuntimeError(message)
    unit = _Unit(action, brought)
    unit.latch.acquire()
    _post.put(unit)
    unit.latch.acquire()
    outcome, unit.outcome, unit.brought = unit.outcome, None, None
    if not unit.failed:
        return outcome
    try:
        raise outcome
    finally:
        # An error remembers where it was raised, and would keep itself and what was brought alive from there.
        del outcome

"""How often something was tried: counted in the store, so that it holds across processes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

from troth.control import rules
from troth.control.errors import TooOften
from troth.control.models import Tally
from troth.control.rules import Limit
from troth.ledger.work import unit_of_work
from troth.vault.keys import look_up_key


def insist(*tries: tuple[Limit, bytes], seen: Sequence[tuple[Limit, bytes]] = (), at: datetime) -> None:
    """Refuses a try that is too much under one of the limits whose value is not empty; else counts it under each.

    A try that is refused counts nowhere. Under the limits in `seen` nothing is counted here: :func:`count` does it.
    """
    wait = _counted([one for one in tries if one[1]], [one for one in seen if one[1]], at=at)
    if wait:
        raise too_often(wait)


@unit_of_work
def count(limit: Limit, value: bytes, *, at: datetime) -> None:
    """Counts one more under `limit`, without asking whether it is too much."""
    _raise([_tally(limit, value, at)])


@unit_of_work
def _counted(tries: Sequence[tuple[Limit, bytes]], seen: Sequence[tuple[Limit, bytes]], *, at: datetime) -> int:
    """Counts the try, and answers 0; or counts nothing, and answers in how many seconds there may be another."""
    # Always locked in the order that they are named in: two who try at once wait for each other and never both.
    tallies = []
    for limit, value in (*tries, *seen):
        tally = _tally(limit, value, at)
        if tally.count >= limit.most:
            return ceil((tally.over - at).total_seconds())
        tallies.append(tally)
    _raise(tallies[: len(tries)])
    return 0


def _tally(limit: Limit, value: bytes, at: datetime) -> Tally:
    digest = rules.keyed(look_up_key(), limit.name, value)
    Tally.objects.bulk_create([Tally(digest=digest, count=0, over=at + limit.within)], ignore_conflicts=True)
    tally = Tally.objects.select_for_update().get(digest=digest)
    if tally.over <= at:
        tally.count, tally.over = 0, at + limit.within
    return tally


def _raise(tallies: Iterable[Tally]) -> None:
    for tally in tallies:
        tally.count += 1
        tally.save()


@unit_of_work
def clear(limit: Limit, value: bytes) -> None:
    """What was counted under `limit` counts no more."""
    Tally.objects.filter(digest=rules.keyed(look_up_key(), limit.name, value)).delete()


def too_often(seconds: int) -> TooOften:
    """The refusal; whoever answers with it says when to come back."""
    message = "This was tried too often. Wait {minutes} minutes, then try again."
    error = TooOften(message, minutes=ceil(seconds / 60))
    error.retry_after = seconds
    return error


@unit_of_work
def drop_over(*, at: datetime) -> None:
    """Counts go whose time is over."""
    Tally.objects.filter(over__lte=at).delete()

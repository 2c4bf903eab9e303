"""How often something was tried: counted in the store, so that it holds across processes."""

from datetime import datetime
from math import ceil

from troth.control import rules
from troth.control.errors import TooOften
from troth.control.models import Tally
from troth.control.rules import Limit
from troth.ledger.work import unit_of_work
from troth.vault.keys import look_up_key


@unit_of_work
def count(limit: Limit, value: bytes, *, at: datetime) -> int:
    """Counts one more try under `limit`; answers in how many seconds there may be another, or 0 when this is one."""
    digest = rules.keyed(look_up_key(), limit.name, value)
    Tally.objects.bulk_create([Tally(digest=digest, count=0, over=at + limit.within)], ignore_conflicts=True)
    tally = Tally.objects.select_for_update().get(digest=digest)
    if tally.over <= at:
        tally.count, tally.over = 0, at + limit.within
    if tally.count >= limit.most:
        return ceil((tally.over - at).total_seconds())
    tally.count += 1
    tally.save()
    return 0


def insist(*tries: tuple[Limit, bytes], at: datetime) -> None:
    """Counts a try under each limit whose value is not empty; refuses one that is too much."""
    waits = [count(limit, value, at=at) for limit, value in tries if value]
    if any(waits):
        raise too_often(max(waits))


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

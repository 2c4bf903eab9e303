"""What each value of one person serves today, purpose by purpose, and why not: for the person's own page."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final, NamedTuple

from troth.use import reads, rules
from troth.use.gates import Reason, Source, Wanted, bits
from troth.use.rules import Given, Standing

# Stands for the transaction that a value belongs to, whichever that is: what holds for one holds for all.
_ITS_OWN: Final = "own"


class Serving(NamedTuple):
    """One purpose that a value was given for: from when on not any more, and why not now; None when it may be used."""

    purpose: str
    until: date
    why_not: Reason | None


Servings = dict[str, tuple[Serving, ...]]


def serving(person: str, service: str, at: datetime) -> dict[str, Servings]:
    """What every value of `person` serves, by record and field, as the statement in force at `at` judges it."""
    known = reads.people([person], service, at).get(person)
    if known is None:
        return {}
    on = reads.day_of(at)
    return {given.record: _servings(given, known.standing, on) for given in known.givens}


def _servings(given: Given, standing: Standing, on: int) -> Servings:
    own, found = given.source.own, {}
    refused = {purpose: _refused(given, standing, purpose, on) for purpose in _purposes(given.source, given.fields)}
    for bit in bits(given.fields):
        (field,) = own.fields.names(bit)
        found[field] = tuple(
            Serving(purpose, _until(given.source, bit, purpose, given.day), refused[purpose].get(bit))
            for purpose in _purposes(given.source, bit)
        )
    return found


@lru_cache(4096)
def _purposes(source: Source, fields: int) -> tuple[str, ...]:
    """The purposes that `fields` were asked for, or added to the transaction for."""
    own, asked = source.own, source.own.points.get(source.point)
    mask = 0
    for field in own.fields.names(fields):
        if asked and field in asked.purposes:
            mask |= asked.purposes[field]
        for one in own.supplements.values():
            if (one.point, one.field) == (source.point, field):
                mask |= own.purposes.bit(one.purpose)
    return own.purposes.names(mask)


def _refused(given: Given, standing: Standing, purpose: str, on: int) -> dict[int, Reason]:
    """For each field that the purpose may not have, neither here nor at any recipient of its own: why not."""
    reasons: dict[int, Reason] = {}
    allowed, given = 0, given._replace(record=_ITS_OWN)
    for wanted in _wanted(given.source, purpose):
        allowed |= rules.may_use(given, standing, wanted, given.fields, on)
        reasons = rules.why_not(given, standing, wanted, on) | reasons
    return {bit: reason for bit, reason in reasons.items() if not bit & allowed}


def _wanted(source: Source, purpose: str) -> Iterator[Wanted]:
    """How the purpose would be asked about: by itself, or for each recipient that needs a yes of its own."""
    now = source.judges[-1]
    parties: Collection[str] = ()
    if purpose in now.purposes and now.purposes.bit(purpose) & now.per_recipient:
        parties = now.recipients.names(now.recipients_for[purpose])
    for party in parties or ("",):
        yield Wanted(purpose, party, "", _ITS_OWN)


@lru_cache(65536)
def _until(source: Source, bit: int, purpose: str, day: int) -> date:
    """The day on which the shortest of what is promised is over: for this purpose, and for keeping the value at all."""
    since, own = datetime.combine(date.fromordinal(day), time.min, UTC), source.own
    ends = [since + one.retention[purpose] for one in source.judges if purpose in one.retention]
    (field,) = own.fields.names(bit)
    if own.points[source.point].declared & bit:
        ends.append(own.keep_until(own.served(source.point, field, source.chosen), since))
    return min(ends, default=since).date()

"""May this purpose use this now? A few AND operations on what :mod:`troth.use.gates` makes of the statements. Pure.

Days are counted as :meth:`datetime.date.toordinal` counts them, and begin at 00:00 UTC (decision 0008): what is over in
the course of a day is not used any more from its beginning. So an answer is the same all day unless somebody says
something.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from troth.statement.compile import Compiled
from troth.use.gates import FOREVER, Gate, Reason, Source, Wanted, bits, gate

NOT_HELD: Final = Reason("not-held", "collection")
UNKNOWN_PERSON: Final = Reason("person-unknown", "collection")


class Given(NamedTuple):
    """What of one record is held: which `fields`, in the bits of its own statement, since which day."""

    source: Source
    fields: int
    day: int
    record: str = ""


class Standing(NamedTuple):
    """What a person said to one service, as it stands now.

    `given`: offers with a yes. `covered`: those whose yes still covers what the statement in force asks about.
    `objected`: ``purpose.X``, ``recipient.X``, ``transfer.CC``. `born_by`: they were born on this day or before, as
    far as anybody knows. `young`: they were found to be too young.
    """

    given: frozenset[str] = frozenset()
    covered: frozenset[str] = frozenset()
    objected: frozenset[str] = frozenset()
    restricted: bool = False
    young: bool = False
    born_by: int = FOREVER


def may_use(given: Given, standing: Standing, wanted: Wanted, fields: int, on: int) -> int:
    """Which of `fields` of one record may be used on the day `on`; all in the bits of the record's own statement."""
    source, held, day, record = given
    found = gate(source, wanted, on, in_transaction=wanted.transaction == record != "")
    if day > on or not permits(found, standing) or standing.born_by > old_enough(found, standing):
        return 0
    allowed = 0
    for earliest, mask in found.lasting:
        if day >= earliest:
            allowed |= mask
    return allowed & held & fields


def permits(found: Gate, standing: Standing) -> bool:
    """Whether nothing that the person said stands against what `found` lets through; their age is not asked."""
    return (
        found.needs <= standing.given
        and found.covers <= standing.covered
        and found.blocked.isdisjoint(standing.objected)
        and not (standing.restricted and found.unless_restricted)
    )


def old_enough(found: Gate, standing: Standing) -> int:
    """The day on which or before which the person must be known to be born."""
    return min(found.grown, found.born_by) if standing.young else found.born_by


def why_not(given: Given, standing: Standing, wanted: Wanted, on: int) -> dict[int, Reason]:
    """For each field of a record that may not be used, by its bit: why, and which clause says so."""
    source, held, day, record = given
    found = gate(source, wanted, on, in_transaction=wanted.transaction == record != "")
    said = _said_against(found, standing, wanted)
    earliest = {bit: first for first, mask in found.lasting for bit in bits(mask)}
    reasons = {}
    for bit in bits(held):
        if bit not in earliest:
            reasons[bit] = found.refused.get(bit, NOT_HELD)
        elif said:
            reasons[bit] = said
        elif not earliest[bit] <= day <= on:
            reasons[bit] = Reason("retention-over", f"purpose.{wanted.purpose}")
    return reasons


def _said_against(found: Gate, standing: Standing, wanted: Wanted) -> Reason | None:
    purpose = f"purpose.{wanted.purpose}"
    if missing := found.needs - standing.given:
        return Reason("consent-missing", purpose, min(missing))
    if missing := found.covers - standing.covered:
        return Reason("consent-outdated", purpose, min(missing), "in-force")
    if against := found.blocked & standing.objected:
        about = min(against)
        return Reason("objected", purpose if about.startswith("purpose.") else about, about)
    if standing.restricted and found.unless_restricted:
        return Reason("restricted", "rights")
    if standing.born_by > old_enough(found, standing):
        return Reason("too-young" if standing.young else "age-unknown", purpose)
    return None


class Answer(NamedTuple):
    """Which fields may be used, and for each other one that was asked for, why not."""

    allowed: tuple[str, ...]
    refused: Mapping[str, Reason]


def decide(givens: Sequence[Given], standing: Standing, wanted: Wanted, fields: tuple[str, ...], on: int) -> Answer:
    """The same for everything that is held of a person. A field may be used if any value of it may.

    Of a field that is refused in several records, the newest one says why.
    """
    allowed: set[str] = set()
    for given in givens:
        if may := may_use(given, standing, wanted, asked(given.source.own, fields), on):
            allowed.update(named(given.source.own, may))
    if len(allowed) == len(fields):
        return Answer(fields, {})
    kept = tuple(field for field in fields if field in allowed)
    return Answer(kept, _refused(givens, standing, wanted, [field for field in fields if field not in allowed], on))


def _refused(
    givens: Sequence[Given], standing: Standing, wanted: Wanted, fields: Iterable[str], on: int
) -> dict[str, Reason]:
    found = dict.fromkeys(fields, NOT_HELD)
    for given in sorted(givens, key=lambda one: (one.day, one.record)):
        for bit, reason in why_not(given, standing, wanted, on).items():
            (name,) = named(given.source.own, bit)
            if name in found:
                found[name] = reason
    return found


@lru_cache(4096)
def asked(own: Compiled, fields: tuple[str, ...]) -> int:
    """The bits of those of `fields` that `own` declares."""
    return own.fields.known(fields)


@lru_cache(65536)
def named(own: Compiled, mask: int) -> tuple[str, ...]:
    """The fields in `mask`."""
    return own.fields.names(mask)

"""What the statements alone say of a use on one day, so that what is left to ask of a person is a few set operations.

A gate is made once for each purpose, recipient, country, point and day, and remembered. Every statement that judges
must let through: the one under which something was given, and the one in force. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final, NamedTuple

from troth.statement.ages import consent_age
from troth.statement.checks.recipients import FITTING
from troth.statement.compile import Compiled
from troth.statement.frameworks import standing as stands
from troth.statement.model import Recipient, Transfer

# Past every day there is.
FOREVER: Final = 10_000_000
# A person may have everything kept and not used, but for these (GDPR Art. 18(2)).
_DESPITE_RESTRICTION: Final = ("legal-obligation", "vital-interest")
_CONFIDENTIAL: Final = ("processor", "partner")


class Wanted(NamedTuple):
    """What somebody wants to do: for which purpose, for whom, where, and for which transaction alone if for one.

    Without a recipient nothing leaves; a country without a recipient is where it would be worked on.
    """

    purpose: str
    recipient: str = ""
    country: str = ""
    transaction: str = ""


class Reason(NamedTuple):
    """Why a field may not be used: a code, and the id of the clause that says so.

    `about` names the choice or objection it is about, `under` which statement says so: the one ``given`` under or the
    one ``in-force``; both are empty where they say nothing.
    """

    code: str
    clause: str
    about: str = ""
    under: str = ""


class Gate(NamedTuple):
    """What the statements let through, and what is to be asked of the person.

    `lasting`: the first day on which a field must have been given so that its time is not over, with the fields.
    `refused`: why each other field is not let through. `needs`: offers that need a yes, `covers` those that need one
    which still covers what is asked today. `blocked`: objections that stop it. `unless_restricted`: a restriction
    does. `born_by`: who is not known to be born on this day or before is not old enough; `grown`: the same of those
    who are known to have been too young.
    """

    lasting: tuple[tuple[int, int], ...]
    refused: Mapping[int, Reason]
    needs: frozenset[str]
    covers: frozenset[str]
    blocked: frozenset[str]
    unless_restricted: bool
    born_by: int
    grown: int


class Source(NamedTuple):
    """Where something was given: the statement and its point, the purposes `chosen` there, and who judges its use.

    `judges` are the statements that must let it through, the one in force last. `own` is among them unless the person
    accepted a newer one.
    """

    own: Compiled
    judges: tuple[Compiled, ...]
    point: str
    chosen: int


@lru_cache(16384)
def gate(source: Source, wanted: Wanted, on: int, *, in_transaction: bool) -> Gate:
    """The gate for what comes from `source` on the day `on`, for its own transaction or any other."""
    own, judges, point, _ = source
    purpose, day, now = wanted.purpose, date.fromordinal(on), judges[-1]
    here = _here(own, point)
    refused = {bit: why for bit in here if (why := _undeclared(source, wanted, bit, in_transaction=in_transaction))}
    if len(refused) < len(here) and (reason := _unreachable(judges, wanted, day)):
        refused = {bit: refused.get(bit, reason) for bit in here}
    aged = any(purpose in one.purposes and one.purposes.bit(purpose) & one.aged for one in judges)
    least = now.minimum_age
    sure = max(least, consent_age("", day)) if aged else least
    return Gate(
        lasting=_lasting(source, purpose, [bit for bit in here if bit not in refused], on),
        refused=refused,
        needs=frozenset(_offer(one, wanted) for one in judges if _rests_on(one, purpose, "consent")),
        covers=frozenset([_offer(now, wanted)] if _rests_on(now, purpose, "consent") else []),
        blocked=frozenset(_objections(judges, wanted)),
        unless_restricted=not all(_rests_on(one, purpose, *_DESPITE_RESTRICTION) for one in judges),
        born_by=years_before(day, least) if aged else FOREVER,
        grown=years_before(day, sure) if sure else FOREVER,
    )


def _here(own: Compiled, point: str) -> list[int]:
    """Every field that can be held of a record of `point`: those asked for there, and those added to it."""
    added = own.fields.mask(one.field for one in own.supplements.values() if one.point == point)
    return list(bits((own.points[point].declared if point in own.points else 0) | added))


def bits(mask: int) -> Iterator[int]:
    """The bits of `mask`, each by itself."""
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def _under(judges: Sequence[Compiled], judge: Compiled) -> str:
    return "in-force" if judge is judges[-1] else "given"


def _undeclared(source: Source, wanted: Wanted, bit: int, *, in_transaction: bool) -> Reason | None:
    """Which of the statements does not declare this use of a field, and how."""
    (field,) = source.own.fields.names(bit)
    for judge in source.judges:
        if wanted.purpose not in judge.purposes:
            code, clause = "purpose-unknown", "purposes"
        elif field not in judge.fields or source.point not in judge.points:
            code, clause = "not-declared", "collection"
        else:
            code, clause = _not_served(judge, source.point, wanted.purpose, field, in_transaction=in_transaction)
        if not code:
            code, clause = _not_given(judge, wanted, field)
        if code:
            return Reason(code, clause, "", _under(source.judges, judge))
    return None


def _not_served(one: Compiled, point: str, purpose: str, field: str, *, in_transaction: bool) -> tuple[str, str]:
    """Why the field does not serve the purpose: what was asked for at the point, or added to one transaction (P08)."""
    if one.points[point].declared & one.fields.bit(field):
        served = one.points[point].serving.get(purpose, 0) & one.fields.bit(field)
        return ("", "") if served else ("not-for-purpose", f"purpose.{purpose}")
    for name, added in one.supplements.items():
        if (added.point, added.field) == (point, field):
            if added.purpose != purpose:
                return "not-for-purpose", f"supplement.{name}"
            return ("", "") if in_transaction else ("other-transaction", f"supplement.{name}")
    return "not-declared", "collection"


def _not_given(one: Compiled, wanted: Wanted, field: str) -> tuple[str, str]:
    """Why the recipient is not given the field."""
    purpose, recipient = wanted.purpose, wanted.recipient
    if not recipient:
        each = one.purposes.bit(purpose) & one.per_recipient
        return ("recipient-unnamed", f"purpose.{purpose}") if each else ("", "")
    if recipient not in one.recipients:
        return "recipient-unknown", "recipients"
    given = one.given_to.get((recipient, purpose), 0) & one.fields.bit(field)
    return ("", "") if given else ("not-for-recipient", f"recipient.{recipient}")


def _unreachable(judges: tuple[Compiled, ...], wanted: Wanted, day: date) -> Reason | None:
    """Why nothing goes to this recipient or country: its agreement, a country nobody was told of, its safeguard."""
    now, recipient = judges[-1], wanted.recipient
    party = now.parties.get(recipient)
    if party and wanted.country and wanted.country != party.country:
        return Reason("other-country", f"recipient.{recipient}", "", "in-force")
    if party and not _agreed(party, day):
        return Reason("agreement-lapsed", f"recipient.{recipient}", "", "in-force")
    country = _destination(now, wanted)
    for judge in judges:
        if country and country not in judge.home and country not in judge.transfers:
            return Reason("country-undeclared", "stored-in", "", _under(judges, judge))
    if country in now.transfers and country not in now.home:
        kind = party.kind if party else "affiliate"
        if not _safe(now.transfers[country], country, now.exporter, kind, day):
            return Reason("safeguard-lapsed", f"transfer.{country}", "", "in-force")
    return None


def _destination(now: Compiled, wanted: Wanted) -> str:
    """The country it goes to; empty where it stays."""
    party = now.parties.get(wanted.recipient)
    return wanted.country or (party.country if party else "")


def _agreed(party: Recipient, day: date) -> bool:
    """Whether an agreement binds the recipient on this day; the law itself binds an authority."""
    if party.kind == "authority":
        return True
    signed = party.agreement
    return (
        signed is not None
        and signed.kind in FITTING[party.kind]
        and (signed.confidential or party.kind not in _CONFIDENTIAL)
        and signed.signed <= day
        and (signed.expires is None or day <= signed.expires)
    )


def _safe(transfer: Transfer, country: str, exporter: str, kind: str, day: date) -> bool:
    return (
        transfer.valid_from <= day
        and (transfer.valid_to is None or day <= transfer.valid_to)
        and stands(transfer.safeguard, country, exporter=exporter, kind=kind, on=day) == "holds"
    )


def _rests_on(one: Compiled, purpose: str, *bases: str) -> bool:
    return purpose in one.purposes and any(one.basis.get(basis, 0) & one.purposes.bit(purpose) for basis in bases)


def _offer(one: Compiled, wanted: Wanted) -> str:
    """The choice that a purpose waits for: one for all, or one for each recipient."""
    each = one.per_recipient & one.purposes.bit(wanted.purpose)
    return f"{wanted.purpose}.{wanted.recipient}" if each else wanted.purpose


def _objections(judges: tuple[Compiled, ...], wanted: Wanted) -> Iterator[str]:
    """What a person can say against it: GDPR Art. 21(1), and transfers that are not essential (P26)."""
    country = _destination(judges[-1], wanted)
    for judge in judges:
        if _rests_on(judge, wanted.purpose, "legitimate-interest", "public-task"):
            yield f"purpose.{wanted.purpose}"
        transfer = judge.transfers.get(country)
        if transfer and country not in judge.home and not transfer.essential:
            yield f"transfer.{country}"
            if wanted.recipient:
                yield f"recipient.{wanted.recipient}"


def _lasting(source: Source, purpose: str, left: Iterable[int], on: int) -> tuple[tuple[int, int], ...]:
    found: dict[int, int] = {}
    for bit in left:
        earliest = _earliest(source.own, source.judges, purpose, _kept_for(source, bit), on)
        found[earliest] = found.get(earliest, 0) | bit
    return tuple(found.items())


def _kept_for(source: Source, bit: int) -> int | None:
    """The purposes that a field was kept for when it was given; nothing is said of what was added to a transaction."""
    (field,) = source.own.fields.names(bit)
    given = source.own.points[source.point].declared & bit
    return source.own.served(source.point, field, source.chosen) if given else None


def kept_since(source: Source, fields: int, on: int) -> int:
    """The first day of which, on the day `on`, any of `fields` that were given from `source` is still kept."""
    # Nothing is said of what was added to a transaction.
    each = [_kept_for(source, bit) for bit in bits(fields)]
    return min([0 if one is None else _earliest(source.own, (), "", one, on) for one in each], default=0)


@lru_cache(4096)
def _earliest(own: Compiled, judges: tuple[Compiled, ...], purpose: str, kept_for: int | None, on: int) -> int:
    """The first day on which a value must have been given so that on the day `on` no retention of it is over."""

    def ends(day: int) -> int:
        since = datetime.combine(date.fromordinal(day), time.min, UTC)
        last = [since + one.retention[purpose] for one in judges]
        if kept_for is not None:
            last.append(own.keep_until(kept_for, since))
        return min(last).date().toordinal()

    return _first(ends, on)


def _first(ends: Callable[[int], int], on: int) -> int:
    """The first day of which `ends` is after `on`. It never goes back from one day to the next."""
    day = max(1, 2 * on - ends(on))
    while ends(day) <= on and day <= on:
        day += 1
    while day > 1 and ends(day - 1) > on:
        day -= 1
    return day


def years_before(day: date, years: int) -> int:
    """The same day so many years earlier; 28 February where there is no 29."""
    try:
        return day.replace(year=day.year - years).toordinal()
    except ValueError:
        return day.replace(year=day.year - years, day=28).toordinal()

"""The statement as integer masks, so that every decision is a few AND operations.

Each field, purpose and recipient has a bit, in the declared order. For example, what a recipient may get
for a purpose is ``asked & compiled.collected_for[purpose] & compiled.given_to[recipient, purpose]``.
A statement is compiled after :mod:`troth.statement.checks` found no error in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import isodate
from isodate import Duration

from troth.statement.model import Point, Recipient, Statement, Supplement, Transfer

_FROM = datetime(2001, 1, 1, tzinfo=UTC)


def length(period: str) -> timedelta:
    """How long an ISO 8601 period lasts, months and years measured from 1 January 2001, so that periods compare."""
    end: datetime = _FROM + isodate.parse_duration(period)
    return end - _FROM


class Bits:
    """Declared names, each with its bit."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._bits = {name: 1 << position for position, name in enumerate(self._names)}

    def bit(self, name: str) -> int:
        """The bit of `name`, which must be declared."""
        return self._bits[name]

    def __contains__(self, name: object) -> bool:
        return name in self._bits

    def known(self, names: Iterable[str]) -> int:
        """The bits of those of `names` that are declared."""
        return self.mask(name for name in names if name in self._bits)

    def mask(self, names: Iterable[str]) -> int:
        """The bits of `names` together."""
        mask = 0
        for name in names:
            mask |= self._bits[name]
        return mask

    def names(self, mask: int) -> tuple[str, ...]:
        """The names whose bits are in `mask`, in the declared order."""
        return tuple(name for name, bit in self._bits.items() if mask & bit)


@dataclass(frozen=True)
class CompiledPoint:
    """A collection point: `required` and `optional` are fields, `choices` purposes.

    `purposes` says what each field serves here; `serving` which fields each purpose has here; `age` whether it is for
    those alone who said that they are old enough.
    """

    required: int
    optional: int
    choices: int
    purposes: Mapping[str, int]
    serving: Mapping[str, int]
    age: bool = False

    @property
    def declared(self) -> int:
        """Every field that may be given here; anything else is refused."""
        return self.required | self.optional


@dataclass(frozen=True, eq=False)
class Compiled:
    """What a decision needs to know of the statement.

    `collected_for`: for each purpose the fields that any point, or a supplement, gathers for it.
    `basis`: for each legal basis its purposes. `given_to`: for each recipient and purpose the fields that it
    may get. `recipients_for`: for each purpose its recipients. `per_recipient`: purposes that need a yes for
    each recipient. `retention`: for each purpose how long; a purpose that names no time keeps nothing.
    `parties`, `transfers`, `supplements`: as declared. `home`: where it is stored, and `exporter`: where the controller
    is. `minimum_age`: who is younger is not meant at all; 0 where nothing is said. `aged`: purposes that somebody
    is asked about who had to say that they are old enough.
    """

    service: str
    fields: Bits
    purposes: Bits
    recipients: Bits
    points: Mapping[str, CompiledPoint]
    collected_for: Mapping[str, int]
    basis: Mapping[str, int]
    given_to: Mapping[tuple[str, str], int]
    recipients_for: Mapping[str, int]
    per_recipient: int
    retention: Mapping[str, timedelta | Duration]
    parties: Mapping[str, Recipient]
    transfers: Mapping[str, Transfer]
    supplements: Mapping[str, Supplement]
    home: frozenset[str]
    exporter: str
    minimum_age: int
    aged: int

    @property
    def consent(self) -> int:
        """Purposes that need a yes: GDPR Art. 6(1)(a)."""
        return self.basis.get("consent", 0)

    @property
    def objectable(self) -> int:
        """Purposes that a person may object to: GDPR Art. 21(1), that is, those of Art. 6(1)(e) and (f)."""
        return self.basis.get("legitimate-interest", 0) | self.basis.get("public-task", 0)

    def served(self, point: str, field: str, chosen: int) -> int:
        """The purposes that `field` of `point` serves when of the consent purposes only `chosen` got a yes."""
        return self.points[point].purposes[field] & (chosen | ~self.consent)

    def keep_until(self, purposes: int, since: datetime) -> datetime:
        """When a value given at `since` for `purposes` ends: after the longest of their retentions."""
        return since + _longest(self, purposes, since.date())


@lru_cache(1024)
def _longest(compiled: Compiled, purposes: int, day: date) -> timedelta:
    """How long the longest of `purposes` lasts from `day` on: months and years are not equally long."""
    begin = datetime.combine(day, time.min)
    names = compiled.purposes.names(purposes)
    return max((begin + compiled.retention[name] - begin for name in names), default=timedelta())


def compile_statement(statement: Statement) -> Compiled:
    """The masks of `statement`."""
    fields, purposes, recipients = Bits(statement.data), Bits(statement.purposes), Bits(statement.recipients)
    points = {name: _point(point, fields, purposes) for name, point in statement.collection.items()}
    given_to = {
        (name, purpose): fields.mask(given)
        for name, recipient in statement.recipients.items()
        for purpose, given in recipient.purposes.items()
    }
    return Compiled(
        service=statement.id,
        fields=fields,
        purposes=purposes,
        recipients=recipients,
        points=points,
        collected_for={purpose: _collected_for(purpose, statement, points, fields) for purpose in statement.purposes},
        basis=_basis(statement, purposes),
        given_to=given_to,
        recipients_for={
            purpose: recipients.mask(name for name, served in given_to if served == purpose)
            for purpose in statement.purposes
        },
        per_recipient=purposes.mask(name for name, purpose in statement.purposes.items() if purpose.per_recipient),
        retention={
            name: isodate.parse_duration(purpose.retention) if purpose.retention else timedelta()
            for name, purpose in statement.purposes.items()
        },
        parties=statement.recipients,
        transfers=statement.transfers,
        supplements=statement.supplements,
        home=frozenset(statement.stored_in),
        exporter=statement.controller.country,
        minimum_age=statement.service.minimum_age or 0,
        aged=purposes.mask(name for point in statement.collection.values() if point.age for name in point.choices),
    )


def _point(point: Point, fields: Bits, purposes: Bits) -> CompiledPoint:
    served = point.fields()
    return CompiledPoint(
        required=fields.mask(point.required),
        optional=fields.mask(point.optional),
        choices=purposes.mask(point.choices),
        purposes={field: purposes.mask(names) for field, names in served.items()},
        serving={
            purpose: fields.mask(field for field, names in served.items() if purpose in names)
            for purpose in dict.fromkeys(purpose for names in served.values() for purpose in names)
        },
        age=point.age,
    )


def _collected_for(purpose: str, statement: Statement, points: Mapping[str, CompiledPoint], fields: Bits) -> int:
    mask = fields.mask(one.field for one in statement.supplements.values() if one.purpose == purpose)
    for point in points.values():
        mask |= point.serving.get(purpose, 0)
    return mask


def _basis(statement: Statement, purposes: Bits) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, purpose in statement.purposes.items():
        if purpose.basis:
            found[purpose.basis] = found.get(purpose.basis, 0) | purposes.bit(name)
    return found

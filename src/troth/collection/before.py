"""What somebody gave before, as far as a purpose may use it: to fill in forms (P09), or to fit the site (P19)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from troth.statement import reads as statements
from troth.statement.model import Statement
from troth.use import reads as use
from troth.use.actions import open_values
from troth.use.gates import Wanted

# The kind of purpose that fills in forms, by its term in the vocabulary.
FILLING_IN: Final = "dpv:OptimiseUserInterface"
# Files cannot be filled in, letters are written anew, and what a payment or a device says belongs to one time alone.
_NEVER: Final = ("file", "multiline", "payment-reference", "diagnostics")


class Before(NamedTuple):
    """What stands in a field of somebody's: at which point and on which day they gave it, and what may use it now."""

    text: str
    point: str
    at: datetime
    purpose: str


def given_before(person: str, term: str, fields: Iterable[str], *, service: str, at: datetime) -> dict[str, Before]:
    """Of `fields` the newest that `person` gave and that a purpose of this kind may use at `at`; counted in the ledger.

    No purpose of the kind, a choice that was not made, an objection or a restriction: then there is nothing.
    """
    published = statements.in_force(service, at)
    found: dict[str, Before] = {}
    for purpose in published.statement.of_kind(term):
        serving = published.compiled.fields.names(published.compiled.collected_for[purpose])
        asked = tuple(field for field in fields if field in serving and field not in found)
        found |= _opened(person, purpose, asked, service, at) if asked else {}
    return found


def _opened(person: str, purpose: str, fields: tuple[str, ...], service: str, at: datetime) -> dict[str, Before]:
    values = open_values([person], Wanted(purpose), fields, service=service, by="site", at=at).plain.get(person, {})
    known = use.people([person], service, at) if values else {}
    where = {given.record: given for one in known.values() for given in one.givens}
    found = {}
    for field, some in values.items():
        record, plain = some[-1]
        if given := where.get(record):
            day = datetime.combine(date.fromordinal(given.day), time.min, UTC)
            found[field] = Before(plain.decode(), given.source.point, day, purpose)
    return found


def fillable(statement: Statement, point: str) -> tuple[str, ...]:
    """The fields of `point` that may stand in its form before anybody typed; nothing delicate is among them."""
    data = statement.data
    return tuple(
        name
        for name in statement.collection[point].fields()
        if data[name].sensitivity == "ordinary" and data[name].input not in _NEVER
    )

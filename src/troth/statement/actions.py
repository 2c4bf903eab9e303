"""Publishing: a statement becomes a version, and from its day on it is what troth asks."""

from datetime import UTC, date, datetime, time

import isodate
from django.conf import settings

from troth.ledger.actions import append
from troth.ledger.rules import JSON
from troth.ledger.work import unit_of_work
from troth.statement.canonical import digest
from troth.statement.checks import check
from troth.statement.difference import difference
from troth.statement.errors import NotWhole, OtherService, StoreElsewhere, TooEarly, Unchanged
from troth.statement.loader import loads
from troth.statement.model import Statement
from troth.statement.models import Version
from troth.statement.reads import Published, version


@unit_of_work
def publish(source: bytes, *, effective: date, at: datetime) -> int:
    """Makes `source` the next version, in force from `effective` (00:00 UTC). Answers its number.

    Refuses a statement with errors, one of another service or for a store elsewhere, one that changes
    nothing, and a material change nearer than the notice that the version in force promises.
    """
    statement = _whole(source, at.date())
    fits_here(statement)
    last = _last(statement.id)
    if last:
        _in_time(last, statement, effective, at.date())
    elif effective < at.date():
        message = f"{effective} has passed. A statement can hold from today on, not backwards."
        raise TooEarly(message, clause="changes")
    number = last.number + 1 if last else 1
    fingerprint = digest(statement)
    facts: dict[str, JSON] = {"service": statement.id, "version": number, "statement": fingerprint}
    leaf = append("published", {**facts, "effective": str(effective)}, at=at)
    Version.objects.create(
        service=statement.id,
        number=number,
        digest=fingerprint,
        source=source,
        published=at,
        effective=datetime.combine(effective, time.min, UTC),
        leaf=leaf,
    )
    return number


def _whole(source: bytes, today: date) -> Statement:
    loaded = loads(source)
    errors = [finding for finding in check(loaded, today=today) if finding.severity == "error"]
    if errors or loaded.statement is None:
        first = errors[0].line("statement")
        message = f"The statement has {len(errors)} findings that are errors; the first: {first}. Run `troth check`."
        raise NotWhole(message)
    return loaded.statement


def fits_here(statement: Statement) -> None:
    """Refuses a statement of another service, or for a store that stands elsewhere (P24)."""
    if statement.id != settings.TROTH_SERVICE:
        message = (
            f"This installation serves {settings.TROTH_SERVICE}, the statement is about {statement.id}."
            " Set `service` in troth.toml, or the statement's `id`."
        )
        raise OtherService(message)
    if settings.TROTH_COUNTRY not in statement.stored_in:
        declared = ", ".join(statement.stored_in)
        message = f"The store stands in {settings.TROTH_COUNTRY}; the statement says {declared}. Move one of them."
        raise StoreElsewhere(message, clause="stored-in")


def _last(service: str) -> Published | None:
    number = Version.objects.filter(service=service).order_by("-number").values_list("number", flat=True).first()
    return version(service, number) if number else None


def _in_time(last: Published, statement: Statement, effective: date, today: date) -> None:
    if Version.objects.filter(service=statement.id, digest=digest(statement)).exists():
        message = "This statement was published before, word for word. Change something or leave it in force."
        raise Unchanged(message)
    notice = isodate.parse_duration(last.statement.changes.notice)
    material = difference(last.statement, statement).material
    earliest = max(today + notice if material else today, last.effective.date())
    if effective < earliest:
        message = f"{effective} is too early. The version in force promises notice: {earliest} is the first day."
        raise TooEarly(message, clause="changes")

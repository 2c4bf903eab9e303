"""Who is to be told of what a person put right (GDPR Art. 19)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from troth.control.models import ToTell
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.use.reads import uses_of


class Waiting(NamedTuple):
    """A recipient that is to be told of a correction, and of which field; when it was made."""

    recipient: str
    label: str
    at: datetime


def queue(person: str, places: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Notes, within a unit of work, that whoever was given a value in one of `places` is to be told of its correction.

    `places` are records and fields.
    """
    ToTell.objects.bulk_create(
        ToTell(person=person, record=record, field=field, recipient=recipient, at=at)
        for record, field in places
        for recipient in recipients_of(person, field)
    )


def waiting(person: str, service: str, language: str, at: datetime) -> list[Waiting]:
    """Every recipient that waits to be told of a correction of `person`, the newest first."""
    rows = ToTell.objects.filter(person=person).order_by("-pk").values_list("recipient", "field", "at")
    voice = Voice(statements.in_force(service, at).statement, language)
    return [Waiting(voice.recipient(recipient), voice.datum(field), when) for recipient, field, when in rows]


def names(recipients: Iterable[str], service: str, language: str, at: datetime) -> list[str]:
    """What `recipients` are called."""
    voice = Voice(statements.in_force(service, at).statement, language)
    return [voice.recipient(one) for one in recipients]


def recipients_of(person: str, field: str) -> list[str]:
    """Whom `field` of `person` was opened for, each once."""
    return sorted({use.recipient for use in uses_of(person) if use.recipient and field in use.fields})

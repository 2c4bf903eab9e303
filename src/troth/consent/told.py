"""What the ledger has of a person's agreements and wishes, each with what opens its entry."""

from datetime import datetime
from typing import NamedTuple

from troth.consent.models import Agreement, Wish


class Agreed(NamedTuple):
    """An agreement of a person: where, when, under which version, and its entry's leaf."""

    record: str
    service: str
    point: str
    version: int
    at: datetime
    leaf: bytes


class Wished(NamedTuple):
    """A wish of a person, with its entry's leaf."""

    ref: str
    service: str
    wish: str
    about: str
    given: bool
    number: int
    by: str
    at: datetime
    leaf: bytes


def agreements_of(person: str) -> list[Agreed]:
    """Every agreement of `person`, the oldest first."""
    rows = Agreement.objects.filter(person=person).order_by("at", "record")
    return [
        Agreed(record, service, point, version, at, bytes(leaf))
        for record, service, point, version, at, leaf in rows.values_list(
            "record", "service", "point", "version", "at", "leaf"
        )
    ]


def wishes_of(person: str) -> list[Wished]:
    """Every wish of `person`, the oldest first."""
    rows = Wish.objects.filter(person=person).order_by("pk")
    return [
        Wished(
            row.ref, row.service, row.kind, row.about, row.given, row.number, row.by, row.at, bytes(row.leaf)
        )
        for row in rows
    ]  # fmt: skip

"""What was released."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from troth.sharing.actions import EVERYBODY, table_of
from troth.sharing.models import Release
from troth.sharing.rules import Table


class Told(NamedTuple):
    """A release: of which days, by what, to whom, with how much noise in thousandths, and its entry's leaf."""

    ref: str
    first: date
    last: date
    by: Sequence[str]
    epsilon: int
    recipient: str
    digest: str
    at: datetime
    leaf: bytes


def releases(service: str) -> list[Told]:
    """Every release, the oldest first."""
    rows = Release.objects.filter(service=service).order_by("pk").values(*Told._fields)
    return [Told(**{**row, "leaf": bytes(row["leaf"])}) for row in rows]


def months(service: str) -> list[date]:
    """The first days of the months of which everybody was told something, the latest first."""
    rows = Release.objects.filter(service=service, recipient=EVERYBODY, epsilon=0)
    return list(rows.order_by("-first").values_list("first", flat=True).distinct())


def public(service: str, firsts: Sequence[date]) -> dict[date, dict[str, Table]]:
    """The tables that everybody was told of the months that begin on these days, by their dimension."""
    rows = Release.objects.filter(service=service, recipient=EVERYBODY, epsilon=0, first__in=firsts).order_by("pk")
    found: dict[date, dict[str, Table]] = {}
    for row in rows:
        found.setdefault(row.first, {})["-".join(row.by)] = table_of(bytes(row.body))
    return found

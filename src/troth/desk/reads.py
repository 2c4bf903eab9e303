"""What publishing a statement would mean for whom, and how far an announcement has come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings

from troth.consent import reads as consent
from troth.desk import letters
from troth.desk.letters import CHANGE
from troth.desk.models import Announcement
from troth.statement import actions as statement
from troth.statement.difference import Difference
from troth.statement.reads import MAIL
from troth.vault import reads as vault

# What a mail server surely takes; more people take longer, and the notice counts from when the last was told.
_LETTERS_A_SECOND: Final = 10


@dataclass(frozen=True)
class Plan:
    """What would be published, before it is: against which version, what changes, whom it touches, and since when.

    `points`: where whoever gave something is touched; None where everybody is. `touched` counts them. `told_by` is the
    day on which all of them can have been told, `earliest` the first on which it may hold.
    """

    against: int
    difference: Difference
    tell: str
    points: frozenset[str] | None
    touched: int
    told_by: date
    earliest: date


def plan(source: bytes, *, at: datetime) -> Plan:
    """What publishing `source` at `at` would mean. Nothing is written."""
    found = statement.planned(source, at=at)
    points = found.difference.touched
    touched = count_touched(points) if found.tell else 0
    told_by = at.date()
    if found.tell == MAIL and found.last:
        letters.purpose(found.last.statement)
        letters.insist_on_able()
        told_by = (at + timedelta(seconds=touched / _LETTERS_A_SECOND)).date()
    against = found.last.number if found.last else 0
    return Plan(against, found.difference, found.tell, points, touched, told_by, found.earliest(told_by))


def count_touched(points: Collection[str] | None) -> int:
    """How many people of whom anything is held gave something at one of `points`, or anywhere."""
    gave = consent.persons_at(settings.TROTH_SERVICE, points)
    return sum(len(gave.intersection(some)) for some in vault.everybody()) if gave else 0


class Progress(NamedTuple):
    """How far people were told of a version: letters written, people without one, and whether it is complete."""

    told: int
    without: int
    complete: bool


def progress(version: int) -> Progress | None:
    """How far the announcement of a version by letter has come; None where there is none."""
    row = Announcement.objects.filter(version=version, kind=CHANGE).first()
    return Progress(row.told, row.without, row.done) if row else None

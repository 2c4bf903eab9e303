"""Requests as they stand, as values."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef

from troth.control import entries
from troth.control.errors import NoSuchRequest
from troth.control.models import Answer, Enclosed, Request, Words
from troth.vault.apart import open_for
from troth.vault.reads import person_keys

_AT_ONCE: Final = 500


class Standing(NamedTuple):
    """A request, and what became of it so far. `due` counts an extension in."""

    ref: str
    person: str
    asked: str
    door: str
    law: str
    at: datetime
    due: date
    longest: date
    extended: bool
    closed: datetime | None
    outcome: str
    reason: str
    leaf: str

    @property
    def state(self) -> str:
        """``open``, ``extended``, or what came of it."""
        return self.outcome if self.closed else entries.EXTENDED if self.extended else "open"

    @property
    def until(self) -> datetime:
        """The last moment of the day by which it is due, as pages write days."""
        return datetime.combine(self.due, time.max, UTC)

    @property
    def at_once(self) -> bool:
        """Whether nobody has a day for it."""
        return self.due == self.at.date()

    def overdue(self, on: date) -> bool:
        """Whether it should have been answered before `on`."""
        return not self.closed and self.due < on


def request(ref: str) -> Standing:
    """One request; raises :class:`NoSuchRequest`."""
    found = _standing(Request.objects.filter(ref=ref))
    if not found:
        message = "There is no request with this reference. `troth requests list` names those there are."
        raise NoSuchRequest(message)
    return found[0]


def requests_of(person: str) -> list[Standing]:
    """Everything that a person asked for, the newest first."""
    return _standing(Request.objects.filter(person=person).order_by("-pk"))


def requests(*, closed: bool) -> list[Standing]:
    """Every request that waits for its answer, the most pressing first; with `closed`, the others as well."""
    answered = Exists(Answer.objects.filter(request=OuterRef("ref"), step=entries.CLOSED))
    rows = Request.objects.order_by("pk")
    found = _standing(rows if closed else rows.filter(~answered))
    return sorted(found, key=lambda one: (bool(one.closed), one.due))


def open_of(person: str) -> int:
    """How many requests of a person wait for their answer."""
    return sum(not one.closed for one in requests_of(person))


def words_of(ref: str) -> str:
    """What was written with a request, for those who answer it; empty when it was nothing, or who wrote it is gone."""
    found = Words.objects.filter(request=ref).values_list("person", "sealed").first()
    if found is None or found[0] not in person_keys([found[0]]):
        return ""
    return open_for(found[0], bytes(found[1]), "control_words", ref).decode()


class File(NamedTuple):
    """A file that came with a request, opened."""

    name: str
    kind: str
    content: bytes


def files_of(ref: str) -> list[File]:
    """The files that came with a request by mail, in their order."""
    rows = Enclosed.objects.filter(request=ref).order_by("ref").values_list("ref", "person", "sealed")
    keys = person_keys({person for _, person, _ in rows})
    found = []
    for one, person, sealed in rows:
        if person in keys:
            head, _, content = open_for(person, bytes(sealed), "control_enclosed", one).partition(b"\n")
            name, kind = json.loads(head)
            found.append(File(name, kind, content))
    return found


def _standing(rows: Iterable[Request]) -> list[Standing]:
    found = list(rows)
    answers: dict[str, dict[str, Answer]] = defaultdict(dict)
    for start in range(0, len(found), _AT_ONCE):
        refs = [row.ref for row in found[start : start + _AT_ONCE]]
        for answer in Answer.objects.filter(request__in=refs):
            answers[answer.request][answer.step] = answer
    return [_one(row, answers[row.ref]) for row in found]


def _one(row: Request, answers: dict[str, Answer]) -> Standing:
    longer, closed = answers.get(entries.EXTENDED), answers.get(entries.CLOSED)
    said = closed or longer
    return Standing(
        row.ref, row.person, row.asked, row.door, row.law, row.at, row.longest if longer else row.due, row.longest,
        longer is not None, closed.at if closed else None, closed.outcome if closed else "",
        said.reason if said else "", bytes(row.leaf).hex(),
    )  # fmt: skip

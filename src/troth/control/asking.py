"""Taking requests in and answering them: one kind of thing with a clock and a state, whichever door it came through."""

from datetime import datetime
from typing import Final, Literal, NamedTuple

import isodate

from troth.consent import actions as wishes
from troth.consent.wishes import Wish
from troth.control import asked as reads
from troth.control import clocks, entries
from troth.control.clocks import ASKED, Asked, Due
from troth.control.days_off import holidays_of
from troth.control.errors import AlreadyAnswered, NotAsked, TooManyOpen
from troth.control.models import Answer, Request, Words
from troth.ledger.actions import append
from troth.ledger.rules import JSON
from troth.ledger.work import unit_of_work
from troth.statement.reads import in_force
from troth.vault.apart import seal_for
from troth.vault.errors import NoSuchPerson
from troth.vault.reads import known
from troth.vault.rules import new_ref
from troth.visits import actions as visits


class Through(NamedTuple):
    """Through which door a request came, and who brought it: the ``person``, ``staff``, or the token of a program.

    By mail it is the ``sender``, of whom nobody knows yet who they are.
    """

    door: Literal["page", "api", "staff", "mail"]
    by: str


OWN_PAGE: Final = Through("page", "person")
BY_MAIL: Final = Through("mail", "sender")
MOST_OPEN: Final = 20
_UNKNOWN: Final = ("staff", "mail")
MOST_WORDS: Final = 4000
_RIGHTS: Final = {("consent", False): "withdraw", ("objection", True): "object", ("restriction", True): "restrict"}


@unit_of_work
def ask(person: str, asked: str, *, service: str, through: Through, at: datetime, words: str = "") -> str:
    """Takes a request in: its clock begins. Answers its reference.

    Whoever asks through a door of their own must be somebody of whom something is held; staff may note what somebody
    unknown asks, and then keep no words of it; so may what came by mail. `words` are sealed under the person's key.
    """
    row = _received(person, asked, service=service, through=through, at=at)
    if words and person:
        keep_words(row.ref, person, words[:MOST_WORDS])
    return row.ref


@unit_of_work
def keep_words(ref: str, person: str, words: str) -> None:
    """Seals what was written with the request `ref` under the key of its person, or of a case."""
    Words.objects.create(request=ref, person=person, sealed=seal_for(person, words.encode(), "control_words", ref))


@unit_of_work
def ask_automatic(person: str, asked: str, *, service: str, at: datetime) -> str:
    """Takes in what is answered by itself: of the page of the person alone, and however many others wait."""
    return _received(person, asked, service=service, through=OWN_PAGE, at=at, no_wait=True).ref


@unit_of_work
def fulfilled(person: str, asked: str, *, service: str, through: Through, at: datetime) -> str:
    """Notes a request that is met in the same moment, within the unit of work that meets it."""
    row = _received(person, asked, service=service, through=through, at=at, no_wait=True)
    _answer(row, entries.CLOSED, outcome="done", reason="", by=through.by, at=at)
    return row.ref


@unit_of_work
def wish(person: str, wished: Wish, *, service: str, at: datetime) -> None:
    """Notes what a person wishes on their own page; where it is a right of theirs, also that they asked."""
    noted(person, wished, service=service, by="person", at=at)
    if asked := _RIGHTS.get((wished.kind, wished.given)):
        fulfilled(person, asked, service=service, through=OWN_PAGE, at=at)


@unit_of_work
def noted(person: str, wished: Wish, *, service: str, by: str, at: datetime) -> bytes:
    """Notes a wish, whoever tells us, and does at once what it asks of visits; answers the leaf of its entry."""
    leaf = wishes.wish(person, service, wished, by=by, at=at)
    visits.heed(person, wished, service, at=at)
    return leaf


@unit_of_work
def extend(ref: str, *, reason: str, by: str, at: datetime) -> None:
    """The answer takes longer, as far as the law lets it: once, and told before the first day is over."""
    if reason not in entries.WHY_LONGER:
        message = "An answer may take longer for no such reason. Say `complex` or `many`."
        raise NotAsked(message, field="reason")
    row, stands = _open(ref)
    if stands.extended or row.longest <= row.due or at.date() > row.due:
        message = "This answer cannot be extended: it was already, its law does not let it, or its day is over."
        raise AlreadyAnswered(message)
    _answer(row, entries.EXTENDED, outcome="", reason=reason, by=by, at=at)


@unit_of_work
def close(ref: str, *, outcome: str, reason: str, by: str, at: datetime) -> None:
    """The request is answered: done, or refused for a reason that the person is told."""
    if reason not in entries.OUTCOMES.get(outcome, ()):
        message = "A request is done, or refused for one of the reasons that `troth requests close --help` names."
        raise NotAsked(message, field="outcome")
    row, _ = _open(ref)
    _answer(row, entries.CLOSED, outcome=outcome, reason=reason, by=by, at=at)


def end_open(person: str, *, at: datetime) -> None:
    """Answers what a person still waits for, within the unit of work that erases them: after it nobody can."""
    # Locked before they are read: who answers one at the same moment comes before this, or finds it answered.
    rows = list(Request.objects.select_for_update().filter(person=person).order_by("pk"))
    waiting = {one.ref for one in reads.requests_of(person) if not one.closed}
    for row in rows:
        if row.ref in waiting:
            outcome, reason = ("done", "") if row.asked == "erase" else ("refused", "nothing-held")
            _answer(row, entries.CLOSED, outcome=outcome, reason=reason, by="troth", at=at)


def _open(ref: str) -> tuple[Request, reads.Standing]:
    rows = list(Request.objects.select_for_update().filter(ref=ref))
    stands = reads.request(ref)
    if stands.closed:
        message = "This request is answered already. Take a new one in."
        raise AlreadyAnswered(message)
    return rows[0], stands


def due(asked: Asked, service: str, at: datetime) -> Due:
    """By when what is asked at `at` is to be answered: the earliest day of the laws that the statement names."""
    statement, day = in_force(service, at).statement, at.date()
    holidays = holidays_of(statement.controller.country, day.year)
    promised = statement.complaints
    end = day + isodate.parse_duration(promised.answer_within) if promised else None
    return clocks.due(statement.service.laws, asked, day, holidays, end)


def _received(
    person: str, asked: str, *, service: str, through: Through, at: datetime, no_wait: bool = False
) -> Request:
    name = next((one for one in ASKED if one == asked), None)
    if name is None:
        message = "Nobody can ask for this. Name a right of the statement, `stop-marketing` or `question`."
        raise NotAsked(message, field="right")
    _insist_on_person(person, through)
    if not no_wait and person and reads.open_of(person) >= MOST_OPEN:
        message = "So many requests wait for an answer already that no more can be taken. Wait for one of them."
        raise TooManyOpen(message)
    law, day, longest = due(name, service, at)
    row = Request(
        ref=new_ref(at), person=person, service=service, asked=name, door=through.door, by=through.by, law=law, due=day,
        longest=longest, at=at,
    )  # fmt: skip
    row.leaf = _appended("requested", entries.asked_facts(row), row.ref, person, at)
    row.save(force_insert=True)
    return row


def _insist_on_person(person: str, through: Through) -> None:
    if (person or through.door not in _UNKNOWN) and not known([person]):
        message = "Nothing is held of anybody with this reference. Check that it is whole."
        raise NoSuchPerson(message)


def _answer(row: Request, step: str, *, outcome: str, reason: str, by: str, at: datetime) -> None:
    due = row.longest if step == entries.EXTENDED else row.due
    answer = Answer(request=row.ref, step=step, due=due, outcome=outcome, reason=reason, by=by, at=at)
    facts = entries.answered_facts(answer, row.asked, row.law)
    answer.leaf = _appended("answered", facts, row.ref, row.person, at)
    answer.save(force_insert=True)


def _appended(kind: str, facts: dict[str, JSON], ref: str, person: str, at: datetime) -> bytes:
    words = entries.words(kind, facts, person, at)
    return append(kind, {**facts, "commitment": entries.committed(words, person, ref)}, at=at)

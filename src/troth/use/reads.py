"""What is known of people as far as a decision needs it: read once, remembered, and forgotten when they say something.

Every question first asks what was said or given since the last one, so that a wish holds from the next question on,
whichever process took it.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from django.db import connection

from troth.consent import reads as consent
from troth.consent.wishes import Spoken, Wish
from troth.ledger.tail import added
from troth.statement import reads as statements
from troth.statement.compile import Compiled
from troth.statement.difference import difference
from troth.statement.errors import NoSuchVersion
from troth.use import rules
from troth.use.gates import Source, Wanted
from troth.use.known import Kind, Known, Law, Stance
from troth.use.models import FEW, REF, Use, Used
from troth.use.rules import Answer, Given, Standing
from troth.use.words import heard
from troth.vault import reads as vault

_REMEMBERED: Final = 50_000
_ANSWERS: Final = 256
_AT_ONCE: Final = 5_000


Answers: TypeAlias = dict[tuple[Wanted, tuple[str, ...]], Answer]


class Person(NamedTuple):
    """Everything that a decision about one person needs.

    `answers` are what was decided before, today, about somebody who is like them in everything but their reference.
    """

    givens: tuple[Given, ...]
    standing: Standing
    answers: Answers


class Question(NamedTuple):
    """Whether some fields of a person may be used as is wanted."""

    person: str
    wanted: Wanted
    fields: tuple[str, ...]


def decide(questions: Sequence[Question], service: str, at: datetime) -> list[Answer]:
    """The answer to each question, by the statement in force at `at`. Of somebody unknown nothing may be used."""
    on = day_of(at)
    found = people({question.person for question in questions}, service, at)
    return [_answer(found[one.person], one, on) if one.person in found else _of_nobody(one.fields) for one in questions]


def _answer(person: Person, question: Question, on: int) -> Answer:
    _, wanted, fields = question
    answer = person.answers.get((wanted, fields))
    if answer is None:
        answer = rules.decide(person.givens, person.standing, wanted, fields, on)
        # What is for one record alone is for nobody who is like them.
        if not wanted.transaction:
            if len(person.answers) == _ANSWERS:
                person.answers.clear()
            person.answers[wanted, fields] = answer
    return answer


@lru_cache(1024)
def _of_nobody(fields: tuple[str, ...]) -> Answer:
    return Answer((), dict.fromkeys(fields, rules.UNKNOWN_PERSON))


def people(persons: Collection[str], service: str, at: datetime) -> dict[str, Person]:
    """What is known of `persons`; those of whom nothing is held are left out."""
    known = vault.known(persons)
    return _memory(service).people(known, statements.number_in_force(service, at), day_of(at))


@lru_cache(4096)
def fields_of(own: Compiled, fields: frozenset[str]) -> int:
    """The bits of `fields`, as `own` has them."""
    return own.fields.known(fields)


@lru_cache(4096)
def day_of(at: datetime) -> int:
    """The day of `at`, which begins at 00:00 UTC."""
    return at.astimezone(UTC).date().toordinal()


class UseOf(NamedTuple):
    """One use of a person's values: when, for what, of which fields how many in all, for whom, where, by whom."""

    at: datetime
    purpose: str
    fields: Mapping[str, int]
    recipient: str
    country: str
    by: str
    entry: str


def uses_of(person: str) -> list[UseOf]:
    """Every use of what is held of `person`, the newest first."""
    numbers = [*Used.objects.filter(person=person).values_list("use", flat=True), *_among_many(person)]
    rows = Use.objects.filter(pk__in=numbers).order_by("-pk")
    return [
        UseOf(row.at, row.purpose, row.fields, row.recipient, row.country, row.by, bytes(row.leaf).hex())
        for row in rows
    ]


def recipients_of(person: str) -> list[str]:
    """Every recipient for whom something that is held of `person` was opened."""
    return sorted({one.recipient for one in uses_of(person)} - {""})


_CROWDS = """
    SELECT use, refs FROM use_crowd WHERE id IN (
        SELECT (SELECT id FROM use_crowd WHERE use = many.id AND first <= %s ORDER BY first DESC LIMIT 1)
        FROM use_use AS many WHERE persons > %s
    )
"""


def _among_many(person: str) -> Iterator[int]:
    """The uses of many people in which `person` is one of them: of each, only the crowd is read where they would be."""
    with connection.cursor() as cursor:
        cursor.execute(_CROWDS, [person, FEW])
        for use, refs in cursor.fetchall():
            # A reference may begin within two others that stand behind each other.
            if person in {refs[start : start + REF] for start in range(0, len(refs), REF)}:
                yield use


class _Memory:
    """What was read of people of one service, under the version in force, as long as they say nothing new.

    It is of one day: what is over in the course of it is not used from its beginning, and forgotten with its end.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._guard = threading.Lock()
        self._tails = (vault.new_values(), vault.new_corrections(), vault.new_erasures(), *consent.new_words())
        self._of = (0, 0)
        self._round = 0
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._alike: dict[Known, Answers] = {}

    def people(self, persons: Collection[str], number: int, on: int) -> dict[str, Person]:
        with self._guard:
            self._catch_up(number, on)
            remembered, alike = self._people, self._alike
            found = {person: remembered[person] for person in persons if person in remembered}
            begun = self._round
        if len(found) == len(persons):
            return found
        read = dict(_load([one for one in persons if one not in found], self._service, number, alike))
        with self._guard:
            # Somebody may have spoken while their rows were read; then what was read is not remembered.
            if self._round == begun and len(read) < _REMEMBERED:
                self._people.update(read)
                while len(self._people) > _REMEMBERED:
                    self._people.popitem(last=False)
        return found | read

    def _catch_up(self, number: int, on: int) -> None:
        if (number, on) != self._of or len(self._alike) > _REMEMBERED:
            self._people.clear()
            self._alike = {}
            self._of = number, on
            self._round += 1
        for person in added(self._tails):
            self._people.pop(person, None)
            self._round += 1


@lru_cache(8)
def _memory(service: str) -> _Memory:
    return _Memory(service)


def _load(
    persons: Sequence[str], service: str, number: int, alike: dict[Known, Answers]
) -> Iterator[tuple[str, Person]]:
    """Reads what is known of each of `persons`, as the version `number` in force judges it."""
    law = law_of(service, number)
    for person, known, records in known_of(persons, service):
        givens = []
        for (kind, day), record in zip(known.records, records, strict=True):
            source = law.source(kind)
            givens.append(Given(source, fields_of(source.own, kind.fields), day, record))
        standing = law.standing(known.stance)._replace(born_by=known.born_by)
        # Which of several records is the newest may depend on their references.
        answers = alike.setdefault(known, {}) if len(givens) == 1 else {}
        yield person, Person(tuple(givens), standing, answers)


def known_of(persons: Sequence[str], service: str) -> Iterator[tuple[str, Known, tuple[str, ...]]]:
    """What each of `persons` gave and said, whoever judges it, and the records of what they gave."""
    for start in range(0, len(persons), _AT_ONCE):
        some = persons[start : start + _AT_ONCE]
        fields: dict[str, list[str]] = defaultdict(list)
        for record, field in vault.held(some):
            fields[record].append(field)
        for person, spoken in consent.spoken(some, service).items():
            for ref, record in spoken.supplements:
                fields[record] += fields.pop(ref, [])
            yield person, *_known(spoken, fields, service)


def _known(spoken: Spoken, fields: Mapping[str, list[str]], service: str) -> tuple[Known, tuple[str, ...]]:
    held = tuple(one[0] for one in spoken.agreements if one[0] in fields)
    if spoken.wishes or len(spoken.agreements) != 1:
        return _heard(spoken, fields, service), held
    # Most people said what others said, at the same point on the same day.
    ((record, point, version, at),) = spoken.agreements
    choices = tuple([(number > 0, "", offer, given) for number, _, offer, given in spoken.choices])
    return _alike(point, version, day_of(at), choices, tuple(fields.get(record, ())), service), held


@lru_cache(65536)
def _alike(
    point: str, version: int, day: int, choices: tuple[tuple[int, str, str, bool], ...], fields: tuple[str, ...],
    service: str,
) -> Known:  # fmt: skip
    at = datetime.combine(date.fromordinal(day), time.min, UTC)
    return _heard(Spoken([("", point, version, at)], list(choices), []), {"": fields} if fields else {}, service)


def _heard(spoken: Spoken, fields: Mapping[str, Collection[str]], service: str) -> Known:
    spoken = spoken._replace(wishes=[one for one in spoken.wishes if _stands(one[2], one[3], one[4], service)])
    said = heard(spoken, lambda version: _compiled(service, version))
    chosen: dict[str, set[str]] = defaultdict(set)
    for _, record, offer, given in spoken.choices:
        if given:
            chosen[record].add(offer.partition(".")[0])
    records = tuple(
        (Kind(version, point, frozenset(chosen[record]), frozenset(fields[record]), said.accepted), day_of(at))
        for record, point, version, at in spoken.agreements
        if record in fields
    )
    stance = Stance(frozenset(said.yes.items()), frozenset(said.objected), said.restricted, said.young)
    return Known(records, stance, said.born_by)


def _stands(wish: Wish, version: int, at: datetime, service: str) -> bool:
    """Whether a wish that allows something was said under versions that are there.

    After an older store was put back, one that came later is not, and another may be published under its number. What
    a person takes back or objects to holds whatever it was said under.
    """
    if wish.given == (wish.kind in ("objection", "restriction")):
        return True
    accepted = wish.number if wish.kind == "acceptance" else version
    try:
        return all(statements.version(service, one).published <= at for one in (version, accepted))
    except NoSuchVersion:
        return False


@lru_cache(16)
def law_of(service: str, number: int) -> Law:
    """How kinds and stances are judged while the version `number` is in force."""
    gone = statements.retracted(service)

    @lru_cache(65536)
    def source(kind: Kind) -> Source:
        own = _compiled(service, kind.version)
        accepted = min(kind.accepted, number)
        # What was accepted ahead and then retracted never held: nobody has accepted anything by it.
        first = max(kind.version, 0 if accepted in gone else accepted)
        judges = tuple(dict.fromkeys(_compiled(service, one) for one in (first, number)))
        return Source(own, judges, kind.point, own.purposes.mask(kind.chosen))

    @lru_cache(65536)
    def standing(stance: Stance) -> Standing:
        covered = [
            offer
            for offer, version in stance.yes
            if offer.partition(".")[0] not in asked_again(service, version, number)
        ]
        return Standing(
            given=frozenset(offer for offer, _ in stance.yes),
            covered=frozenset(covered),
            objected=stance.objected,
            restricted=stance.restricted,
            young=stance.young,
        )

    return Law(source, standing)


def _compiled(service: str, number: int) -> Compiled:
    return statements.version(service, number).compiled


@lru_cache(256)
def asked_again(service: str, version: int, number: int) -> frozenset[str]:
    """The purposes whose yes under `version` does not cover what `number` asks about."""
    if version == number:
        return frozenset()
    one, other = (statements.version(service, each).statement for each in (version, number))
    return frozenset(difference(one, other).ask_again)

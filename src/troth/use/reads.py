"""What is known of people as far as a decision needs it: read once, remembered, and forgotten when they say something.

Every question first asks what was said or given since the last one, so that a wish holds from the next question on,
whichever process took it.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from troth.consent import reads as consent
from troth.consent.wishes import Spoken
from troth.statement import reads as statements
from troth.statement.compile import Compiled
from troth.statement.difference import difference
from troth.use import rules
from troth.use.gates import Source, Wanted
from troth.use.models import Use, Used
from troth.use.rules import Answer, Given, Standing
from troth.use.words import heard, standing
from troth.vault import reads as vault

_REMEMBERED: Final = 50_000
_AT_ONCE: Final = 500


class Person(NamedTuple):
    """Everything that a decision about one person needs."""

    givens: tuple[Given, ...]
    standing: Standing


class Question(NamedTuple):
    """Whether some fields of a person may be used as is wanted."""

    person: str
    wanted: Wanted
    fields: tuple[str, ...]


def decide(questions: Sequence[Question], service: str, at: datetime) -> list[Answer]:
    """The answer to each question, by the statement in force at `at`. Of somebody unknown nothing may be used."""
    on = day_of(at)
    found = people({question.person for question in questions}, service, at)
    return [
        rules.decide(*found[one.person], one.wanted, one.fields, on)
        if one.person in found
        else Answer((), dict.fromkeys(one.fields, rules.UNKNOWN_PERSON))
        for one in questions
    ]


def people(persons: Collection[str], service: str, at: datetime) -> dict[str, Person]:
    """What is known of `persons`; those of whom nothing is held are left out."""
    return _memory(service).people(persons, statements.number_in_force(service, at))


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
    numbers = Used.objects.filter(person=person).values_list("use", flat=True)
    rows = Use.objects.filter(pk__in=numbers).order_by("-pk")
    return [
        UseOf(row.at, row.purpose, row.fields, row.recipient, row.country, row.by, bytes(row.leaf).hex())
        for row in rows
    ]


class _Memory:
    """What was read of people of one service, under the version in force, as long as they say nothing new."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._guard = threading.Lock()
        self._tails = (vault.new_values(), *consent.new_words())
        self._number = 0
        self._round = 0
        self._people: OrderedDict[str, Person] = OrderedDict()

    def people(self, persons: Collection[str], number: int) -> dict[str, Person]:
        known = vault.known(persons)
        with self._guard:
            self._catch_up(number)
            found = {person: self._people[person] for person in persons if person in self._people}
            begun = self._round
        if len(found) == len(persons) == len(known):
            return found
        read = dict(load([one for one in persons if one in known and one not in found], self._service, number))
        with self._guard:
            # Somebody may have spoken while their rows were read; then what was read is not remembered.
            if self._round == begun:
                self._people.update(read)
                while len(self._people) > _REMEMBERED:
                    self._people.popitem(last=False)
        return {person: one for person, one in (found | read).items() if person in known}

    def _catch_up(self, number: int) -> None:
        if number != self._number:
            self._people.clear()
            self._number = number
        for tail in self._tails:
            for row in tail.added():
                self._people.pop(row[1], None)
                self._round += 1


@lru_cache(8)
def _memory(service: str) -> _Memory:
    return _Memory(service)


def load(persons: Sequence[str], service: str, number: int) -> Iterator[tuple[str, Person]]:
    """Reads what is known of each of `persons`, as the version `number` in force judges it."""
    for start in range(0, len(persons), _AT_ONCE):
        some = persons[start : start + _AT_ONCE]
        fields: dict[str, list[str]] = defaultdict(list)
        for _, record, field in vault.held(some):
            fields[record].append(field)
        for person, spoken in consent.spoken(some, service).items():
            yield person, known_of(spoken, fields, service, number)


def known_of(spoken: Spoken, fields: Mapping[str, Iterable[str]], service: str, number: int) -> Person:
    """What a decision needs of one person who said all this, of whose records these `fields` are held."""
    said = heard(spoken, lambda version: _compiled(service, version))
    chosen: dict[str, set[str]] = defaultdict(set)
    for _, record, offer, given in spoken.choices:
        if given:
            chosen[record].add(offer.partition(".")[0])
    givens = []
    for record, point, version, at in spoken.agreements:
        if record in fields:
            source = _source(service, version, point, frozenset(chosen[record]), said.accepted, number)
            givens.append(Given(source, source.own.fields.known(fields[record]), day_of(at), record))
    return Person(tuple(givens), standing(said, lambda version: asked_again(service, version, number)))


@lru_cache(65536)
def _source(service: str, version: int, point: str, chosen: frozenset[str], accepted: int, number: int) -> Source:
    """Where something was given under `version`, and who judges: that or what was accepted since, and `number`."""
    own = _compiled(service, version)
    first = max(version, min(accepted, number))
    judges = dict.fromkeys(_compiled(service, one) for one in (first, number))
    return Source(own, tuple(judges), point, own.purposes.mask(chosen))


def _compiled(service: str, number: int) -> Compiled:
    return statements.version(service, number).compiled


@lru_cache(256)
def asked_again(service: str, version: int, number: int) -> frozenset[str]:
    """The purposes whose yes under `version` does not cover what `number` asks about."""
    if version == number:
        return frozenset()
    one, other = (statements.version(service, each).statement for each in (version, number))
    return frozenset(difference(one, other).ask_again)

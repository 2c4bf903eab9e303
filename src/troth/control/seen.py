"""A person's first page: what is held, until when, what for, which choices stand, and what happened last."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

from troth.consent import reads as consent
from troth.consent.wishes import Spoken
from troth.control.changing import Change, changes
from troth.control.choosing import Choices, Last, choices, last_words
from troth.control.history import Event, events_of
from troth.control.naming import Names
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.use import reads as uses
from troth.use.serving import serving
from troth.use.words import heard
from troth.vault.reads import Lasting, lasting

MOST: Final = 6
_WIDTH: Final = 1000
_LEAST: Final = timedelta(days=30)


class Bar(NamedTuple):
    """What was given at once, drawn from the day it was given to the day its time is over, on a scale of a thousand."""

    title: str
    values: int
    given: datetime
    until: datetime
    start: int
    length: int


class Served(NamedTuple):
    """A purpose: how many of the values may be used for it today, and how many that are of a hundred."""

    clause: str
    label: str
    values: int
    share: int


class Seen(NamedTuple):
    """Everything that stands on the page."""

    values: int
    sent: int
    since: datetime | None
    bars: Sequence[Bar]
    today: int
    purposes: Sequence[Served]
    more: int
    choices: Choices
    yes: int
    objections: int
    restricted: bool
    changes: Sequence[Change]
    last: Last
    events: Sequence[tuple[Event, Mapping[str, Any]]]


def of(person: str, service: str, language: str, at: datetime) -> Seen:
    """The page of `person` at `at`. It opens nothing, and asks as often for much as for little."""
    published = statements.in_force(service, at)
    voice = Voice(published.statement, language)
    held = [one for one in lasting(person) if one.until > at]
    spoken = consent.spoken([person], service)[person]
    said = heard(spoken, lambda number: statements.version(service, number).compiled)
    (known,) = uses.people([person], service, at).values()
    standing = choices(voice, published.compiled, known.standing)
    bars, today = _bars(held, _titles(spoken, service, language), at)
    purposes = _purposes(person, voice, at)
    asked = [*standing.mail, *standing.consents]
    return Seen(
        values=len(held),
        sent=len({one.record for one in held}),
        since=min((one.since for one in held), default=None),
        bars=bars,
        today=today,
        purposes=purposes[:MOST],
        more=max(0, len(purposes) - MOST),
        choices=standing,
        yes=sum(one.on for one in asked),
        objections=len(known.standing.objected),
        restricted=known.standing.restricted,
        changes=changes(spoken, said, {one.record for one in held}, service, language, at),
        last=last_words(spoken),
        events=_last(person, Names(published.statement, language)),
    )


def _titles(spoken: Spoken, service: str, language: str) -> dict[str, str]:
    """What each submission was called where it was made."""
    found = {}
    for record, point, version, _ in spoken.agreements:
        voice = Voice(statements.version(service, version).statement, language)
        found[record] = voice.say(voice.statement.collection[point].title)
    return found


def _bars(held: Sequence[Lasting], titles: Mapping[str, str], at: datetime) -> tuple[list[Bar], int]:
    if not held:
        return [], 0
    begin = min(one.since for one in held)
    whole = max(max(one.until for one in held) - begin, _LEAST)
    by_record: dict[str, list[Lasting]] = defaultdict(list)
    for one in held:
        by_record[one.record].append(one)

    def place(moment: datetime) -> int:
        return int((moment - begin) / whole * _WIDTH)

    bars = []
    for record, values in list(by_record.items())[: -MOST - 1 : -1]:
        given, until = values[0].since, max(one.until for one in values)
        length = max(place(until) - place(given), 8)
        bars.append(Bar(titles.get(record, ""), len(values), given, until, place(given), length))
    return bars, place(at)


def _purposes(person: str, voice: Voice, at: datetime) -> list[Served]:
    """Every purpose that something may be used for today, the one for most of it first."""
    found: Counter[str] = Counter()
    total = 0
    for fields in serving(person, voice.statement.id, at).values():
        total += len(fields)
        found.update(one.purpose for served in fields.values() for one in served if one.why_not is None)
    return [
        Served(f"purpose.{name}", voice.purpose(name), count, count * 100 // total)
        for name, count in found.most_common()
    ]


def _last(person: str, names: Names) -> list[tuple[Event, Mapping[str, Any]]]:
    """What happened last, but that they looked at it themselves."""
    happened = (one for one in events_of(person) if one.said.get("by") != "person" or one.kind != "used")
    return [(one, names.of(one)) for one in islice(happened, MOST)]

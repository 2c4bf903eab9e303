"""What is held of one person, as that person sees it: every value with all that is to be said of it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.template.loader import render_to_string

from troth.consent import reads as consent
from troth.control.said import why_not
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.use import reads as uses
from troth.use.actions import open_own
from troth.use.serving import Serving, Servings, serving

RIGHT = "right."


class Opening(NamedTuple):
    """How often a field was opened for one purpose, for whom and by whom, and when last.

    `label` says the purpose in words, and is empty where it was opened for the person themselves.
    """

    label: str
    recipient: str
    country: str
    by: str
    times: int
    last: datetime


class Purpose(NamedTuple):
    """A purpose that a value was given for, in words: its basis, until when, why it is not used if it is not."""

    clause: str
    label: str
    basis: str
    until: str
    why_not: str


class File(NamedTuple):
    """A file as its sealed description has it."""

    name: str
    kind: str
    size: int
    ref: str
    key: str

    @classmethod
    def described(cls, plain: bytes) -> "File":
        """The file that `plain` describes."""
        said: dict[str, Any] = json.loads(plain)
        return cls(said["name"], said["type"], said["size"], said["file"], said["key"])


class Shown(NamedTuple):
    """A value as people read it: text, or named details, or a file."""

    text: str = ""
    details: Sequence[tuple[str, str]] = ()
    file: File | None = None


class Held(NamedTuple):
    """One value: its field and label, what it is, what it serves and may be used for today, and who opened it."""

    field: str
    label: str
    shown: Shown
    purposes: Sequence[Purpose]
    used_for: str
    openings: str


class Added(NamedTuple):
    """What was added from elsewhere: what it is, from where, for what, and until when it is held."""

    label: str
    shown: Shown
    source: str
    purpose: str
    until: str


class Record(NamedTuple):
    """What was given at one point at one time, under one version, as far as it is held; and what was added to it."""

    record: str
    point: str
    title: str
    version: int
    at: datetime
    values: Sequence[Held]
    added: Sequence[Added]


def records(person: str, service: str, language: str, at: datetime) -> list[Record]:
    """Everything that is held of `person`, opened for them, the newest first. It is counted as their own use."""
    opened = open_own(person, "access", service=service, by="person", at=at).plain.get(person, {})
    by_record: dict[str, dict[str, bytes]] = defaultdict(dict)
    for field, values in opened.items():
        for record, plain in values:
            by_record[record][field] = plain
    served = serving(person, service, at)
    now = Voice(statements.in_force(service, at).statement, language)
    openings = {field: _written(found) for field, found in openings_of(person, now).items()}
    added = _added(person, language, by_record)
    made = consent.spoken([person], service)[person].agreements
    found = []
    for record, point, version, given in sorted(made, key=lambda one: (one[3], one[0]), reverse=True):
        if record in by_record:
            voice = Voice(statements.version(service, version).statement, language)
            held = list(_values(voice, point, by_record[record], served.get(record, {}), openings))
            title = voice.say(voice.statement.collection[point].title)
            found.append(Record(record, point, title, version, given, held, added[record]))
    return found


def _added(person: str, language: str, plain: Mapping[str, Mapping[str, bytes]]) -> Mapping[str, Sequence[Added]]:
    """By record what was added to it, as far as it is held."""
    found: dict[str, list[Added]] = defaultdict(list)
    for one in consent.supplements_of(person):
        if value := plain.get(one.ref, {}).get(one.field):
            voice = Voice(statements.version(one.service, one.version).statement, language)
            declared = voice.statement.supplements[one.name]
            said = voice.say(declared.source), voice.purpose(declared.purpose), voice.words.day(one.until)
            found[one.record].append(Added(voice.datum(one.field), shown(voice, one.field, value), *said))
    return found


def _values(
    voice: Voice, point: str, plain: Mapping[str, bytes], served: Servings, openings: Mapping[str, str]
) -> Iterator[Held]:
    declared = voice.statement.collection[point].fields()
    for field in sorted(plain, key=lambda name: list(declared).index(name) if name in declared else len(declared)):
        purposes = [_purpose(voice, one) for one in served.get(field, ())]
        used_for = voice.words.listed(one.label for one in purposes if not one.why_not)
        yield Held(
            field, voice.datum(field), shown(voice, field, plain[field]), purposes, used_for, openings.get(field, "")
        )


def _purpose(voice: Voice, one: Serving) -> Purpose:
    return Purpose(
        f"purpose.{one.purpose}",
        voice.purpose(one.purpose),
        voice.basis(voice.statement.purposes[one.purpose]),
        voice.words.day(one.until),
        why_not(one.why_not.code) if one.why_not else "",
    )


def shown(voice: Voice, field: str, plain: bytes) -> Shown:
    """A value as people read it, in the words of the statement that it was given under."""
    datum = voice.statement.data[field]
    if datum.input == "file":
        return Shown(file=File.described(plain))
    text = plain.decode()
    match datum.input:
        case "diagnostics":
            return Shown(details=list(json.loads(text).items()))
        case "choice":
            return Shown(voice.say(datum.options[text]) if text in datum.options else text)
        case "country":
            return Shown(voice.words.country(text))
    return Shown(text)


def _written(openings: Sequence[Opening]) -> str:
    """The same for every value of a field, however many there are: written once."""
    return render_to_string("control/_openings.html", {"openings": openings})


def openings_of(person: str, voice: Voice) -> dict[str, list[Opening]]:
    """Who opened what of `person`, by field: for which purpose how often, and when last; the newest first."""
    found: dict[str, dict[tuple[str, str, str, str], list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for use in uses.uses_of(person):
        label = "" if use.purpose.startswith(RIGHT) else voice.purpose(use.purpose)
        recipient = voice.recipient(use.recipient) if use.recipient else ""
        country = voice.words.country(use.country) if use.country else ""
        for field in use.fields:
            found[field][label, recipient, country, use.by].append(use.at)
    return {
        field: [Opening(*who, len(times), max(times)) for who, times in each.items()] for field, each in found.items()
    }

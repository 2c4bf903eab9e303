"""Whether the vault holds what it was given, all of it and nothing else.

Every value is opened in its place, every file chunk by chunk, and what comes out is thrown away: an answer says
whether it is whole, never what it is.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from heapq import heappush, heappushpop
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from django.db import connections
from django.db.models import Exists, OuterRef

from troth.clock import rfc3339
from troth.ledger.evidence import Reading, Told
from troth.ledger.rebuild import MOST_FINDINGS, Finding
from troth.ledger.rules import sha256_hex
from troth.vault import evidence_corrections, keys, rules
from troth.vault.certificate import committed
from troth.vault.errors import ForeignKey
from troth.vault.files import unsealed
from troth.vault.models import Erasure, LookUp, Person, PersonKey, Sealed


@dataclass(frozen=True)
class Given:
    """What an entry and its agreement say was given: whose it is, each value's digest and when its time is over.

    `files` are the fields that are files, `address` the one that finds the person. Where the statement of that time
    cannot be read, `ends` is empty and nothing is known of these.
    """

    entry: str
    record: str
    person: str
    at: datetime
    digests: Mapping[str, str]
    ends: Mapping[str, datetime]
    files: Collection[str]
    address: str | None

    def finding(self, message: str) -> Finding:
        return Finding(self.entry, message, record=self.record)


class _Row(NamedTuple):
    person: str
    record: str
    field: str
    sealed: bytes
    file: str
    since: datetime
    keep_until: datetime


_sealed = Reading(Sealed, "record", *_Row._fields)
_persons = Reading(Person, "ref", "ref", "since")
_keys = Reading(PersonKey, "person", "person", "wrapped")
_indexes = Reading(LookUp, "person", "index", "person")
_erasures = Reading(Erasure, "person", "person", "swept")


class Shelf:
    """What stands in the vault for some records, by the person each one belongs to."""

    def __init__(self, persons: Mapping[str, str]) -> None:
        refs = set(persons.values())
        self.known = {ref for ref, _ in _persons(refs)}
        self.erased = {ref for ref, _ in _erasures(refs)}
        self.altered: set[str] = set()
        self.keys = dict(self._unwrapped(refs))
        self.indexes = dict(_indexes(refs))
        self.corrected = evidence_corrections.digests(list(persons))
        self.rows: dict[str, dict[str, _Row]] = defaultdict(dict)
        for plain in _sealed(list(persons)):
            row = _Row(*plain)
            self.rows[row.record][row.field] = row

    def _unwrapped(self, persons: Collection[str]) -> Iterator[tuple[str, bytes]]:
        unwrap = keys.key_encryption().unwrap
        for person, wrapped in _keys(persons):
            if not wrapped:  # keys are read a moment later than rows: somebody may be erasing them
                self.erased.add(person)
                continue
            try:
                yield person, unwrap(wrapped, person)
            except (ForeignKey, ValueError):
                self.altered.add(person)

    def salt(self, person: str, record: str) -> bytes | None:
        """The salt of the record's entry; None when the person's key is gone or altered."""
        key = self.keys.get(person)
        return rules.entry_salt(key, record) if key else None


class Holdings:
    """What was given and what ended, counted while entries go by; held against the rows in the end.

    Its own entries are those of the kind ``expired``; those of the other kinds that end something are handed to it.
    """

    kind = "expired"

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._there = self._known = self._indexes = 0
        self._look_up_key = keys.look_up_key()
        self._missing: Counter[str] = Counter()
        self._latest: list[tuple[datetime, str, str, str]] = []
        self._gone = 0
        self._told: Counter[str] = Counter()
        self._told_gone = 0
        self._last = ""
        rows = Erasure.objects.values_list("leaf", "person", "at")
        self._erasures = {bytes(leaf): (person, at) for leaf, person, at in rows}

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """Takes note of what ended; what does not say so as it should is a finding."""
        for entry in entries:
            fields, persons, at = (entry.said.get(name) for name in ("fields", "persons", "at"))
            if not isinstance(fields, dict) or not isinstance(at, str) or not _counts([*fields.values(), persons]):
                yield Finding(entry.name, f"What {entry.name} says does not count what ended.")
                continue
            self._told.update(fields)
            self._told_gone += persons or 0
            self._last = max(self._last, at)

    def swept(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """The same of what was swept after persons were erased."""
        for entry in entries:
            fields = entry.said.get("fields")
            if not isinstance(fields, dict) or not _counts(fields.values()):
                yield Finding(entry.name, f"What {entry.name} says does not count what was swept.")
                continue
            self._told.update(fields)

    def restored(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """Takes note of what had ended before a backup was made that is restored, and was told of only after it."""
        for entry in entries:
            fields, persons = entry.said.get("fields"), entry.said.get("persons")
            if not isinstance(fields, dict) or not _counts([*fields.values(), persons]):
                yield Finding(entry.name, f"What {entry.name} says does not count what had ended.")
                continue
            self._told.update(fields)
            self._told_gone += persons or 0

    def tells_of(self, leaf: bytes) -> bool:
        """Whether an erasure stands for the entry with this leaf."""
        return leaf in self._erasures

    def erased(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """Takes note of who was erased; an entry that tells of nobody is a finding."""
        for entry in entries:
            row = self._erasures.pop(entry.leaf, None)
            if row is None:
                yield Finding(entry.name, f"What {entry.name} tells of is not there: its erasure is gone.")
                continue
            person, at = row
            self._told_gone += 1
            if entry.said != {"kind": "erased", "at": rfc3339(at), "commitment": committed(person)}:
                yield Finding(entry.name, f"The erasure that {entry.name} tells of was changed.")

    # One record.

    def given(self, given: Given, shelf: Shelf) -> Iterator[Finding]:
        """What of `given` is not held as it was given."""
        rows = shelf.rows.get(given.record, {})
        yield from self._person(given, shelf, rows)
        key = shelf.keys.get(given.person)
        envelope = rules.envelope(key, given.person, given.record) if key else None
        self._there += len(rows)
        for field, digest in given.digests.items():
            row = rows.get(field)
            if row is None:
                self._absent(given, field, early=given.person in shelf.erased)
                continue
            yield from _placed(given, row, shelf.corrected.get((given.record, field), digest))
            if envelope:
                yield from self._opened(given, row, envelope, shelf)
        if rows.keys() - given.digests.keys():
            yield given.finding(f"A value is held that was never given with {given.entry}.")

    def _absent(self, given: Given, field: str, *, early: bool) -> None:
        self._missing[field] += 1
        if given.ends and not early:
            push = heappush if len(self._latest) < MOST_FINDINGS else heappushpop
            push(self._latest, (given.ends[field], given.entry, field, given.record))

    def _person(self, given: Given, shelf: Shelf, rows: Mapping[str, _Row]) -> Iterator[Finding]:
        key_there = given.person in shelf.keys
        if given.person in shelf.altered:
            yield given.finding(f"The key of the person of {given.entry} was altered, or is another person's.")
        elif given.person in shelf.erased:
            if key_there:
                yield given.finding(f"The person of {given.entry} was erased, and their key is there.")
        elif given.person not in shelf.known:
            if key_there or rows:
                what = "A key" if key_there else "Something"
                yield given.finding(f"{what} stands for the person of {given.entry}, of whom nothing should be left.")
        elif not key_there and any(self._lasts(given, field) for field in rows):
            yield given.finding(
                f"The key of the person of {given.entry} is gone, and the time of their values is not over."
            )

    def _lasts(self, given: Given, field: str) -> bool:
        """Whether the time of a value is not over; retention may be ending it this moment if it is."""
        return field in given.ends and given.ends[field] > self._now

    def _opened(self, given: Given, row: _Row, envelope: rules.Envelope, shelf: Shelf) -> Iterator[Finding]:
        try:
            plain = envelope.open(row.sealed, row.field)
        except (InvalidTag, ValueError):
            yield given.finding(f"The sealed value `{row.field}` of {given.entry} does not open in its place.")
            return
        if row.field in given.files and not _file_whole(row.file, plain):
            if self._lasts(given, row.field) and _named_now(row.file):
                yield given.finding(f"The file `{row.field}` of {given.entry} was altered, or is not there.")
        elif row.field == given.address:
            index = rules.look_up_index(self._look_up_key, plain.decode())
            if shelf.indexes.get(index) != given.person:
                yield given.finding(f"The person of {given.entry} cannot be found any more by their address.")

    # Everybody.

    def people(self, people: Mapping[str, tuple[Collection[datetime], bool]]) -> Iterator[Finding]:
        """Holds persons against their submissions: when each was made, and whether any gave an address."""
        since = dict(_persons(people))
        found = Counter(person for _, person in _indexes(people))
        self._known += len(since)
        self._gone += len(people) - len(since)
        self._indexes += found.total()
        for person, (times, addressed) in people.items():
            subject = f"person {person}"
            if person in since and since[person] not in times:
                yield Finding(subject, "This person is not known since a submission of theirs.")
            if found[person] > (person in since and addressed):
                yield Finding(subject, "A look-up index finds this person by an address that they did not give.")

    def _erased(self) -> Iterator[Finding]:
        for person, _ in self._erasures.values():
            yield Finding(f"person {person}", "No entry of the ledger tells of this person's erasure.")
        if Erasure.objects.filter(Exists(Sealed.objects.filter(person=OuterRef("person"))), swept=True).exists():
            yield Finding("vault", "Something is held of somebody who was erased, and is said to be swept.")
        if Person.objects.filter(Exists(Erasure.objects.filter(person=OuterRef("ref")))).exists():
            yield Finding("vault", "Somebody who was erased is known.")

    def left_over(self) -> Iterator[Finding]:
        """What no entry explains: values and persons that are gone, or there, without it."""
        for end, entry, field, record in sorted(self._latest, reverse=True):
            # To the millisecond, as entries tell the time.
            if rfc3339(end) > self._last:
                yield Finding(entry, f"The value `{field}` of {entry} is gone before its time is over.", record=record)
        for field in sorted(self._missing.keys() | self._told.keys()):
            yield from _counted(f"Values `{field}` that are gone", self._told[field], self._missing[field])
        yield from _counted("Persons of whom nothing is left", self._told_gone, self._gone)
        yield from self._erased()
        yield from _counted("Values that are held", self._there, Sealed.objects.count())
        yield from _counted("Persons that are known", self._known, Person.objects.count())
        yield from _counted("Look-up indexes", self._indexes, LookUp.objects.count())


def _placed(given: Given, row: _Row, digest: str) -> Iterator[Finding]:
    if sha256_hex(row.sealed) != digest:
        yield given.finding(f"The sealed value `{row.field}` of {given.entry} is not the one that was given.")
    end = given.ends.get(row.field, row.keep_until)
    is_file = row.field in given.files if given.ends else bool(row.file)
    stands = {"person": row.person, "since": row.since, "keep_until": row.keep_until, "file": bool(row.file)}
    for column, value in {"person": given.person, "since": given.at, "keep_until": end, "file": is_file}.items():
        if stands[column] != value:
            yield given.finding(f"The row of the value `{row.field}` of {given.entry} was changed: its {column}.")


def _file_whole(ref: str, plain: bytes) -> bool:
    """Whether the file of a sealed description is `ref`, and each of its chunks is in its place."""
    try:
        described = json.loads(plain)
        if described["file"] != ref:
            return False
        for _ in unsealed(ref, bytes.fromhex(described["key"])):
            pass
    except (ValueError, TypeError, LookupError, OSError, InvalidTag):
        return False
    return True


def _named_now(ref: str) -> bool:
    """Whether a value names the file at this moment: files go while the rows that are read stand still."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_named, ref).result()


def _named(ref: str) -> bool:
    try:
        return Sealed.objects.filter(file=ref).exists()
    finally:
        connections.close_all()


def _counts(numbers: Iterable[Any]) -> bool:
    return all(type(number) is int and number >= 0 for number in numbers)


def _counted(what: str, told: int, found: int) -> Iterator[Finding]:
    if told != found:
        message = f"{what}: the ledger accounts for {told:,}, the rows for {found:,}."
        yield Finding("vault", message, str(told), str(found))

"""What other rooms may know of the vault without opening anything."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from django.db.models import Max, Min

from troth.ledger.among import rows_among
from troth.ledger.tail import Tail
from troth.vault import keys, rules
from troth.vault.errors import Erased, NoSuchPerson
from troth.vault.models import Correction, Erasure, LookUp, Person, PersonKey, Sealed, Suppression
from troth.vault.router import KEYS

_AT_ONCE: Final = 10_000


def entry_salt(person: str, record: str) -> bytes:
    """The salt of this record's ledger entry; raises :class:`Erased` when the person's key is gone."""
    return rules.entry_salt(rules.salts_of(secret_of(person)), record)


def sealed_values(record: str) -> dict[str, bytes]:
    """The sealed values of a record by field, still sealed."""
    return {
        field: bytes(sealed) for field, sealed in Sealed.objects.filter(record=record).values_list("field", "sealed")
    }


def files() -> Iterator[str]:
    """The references of all files that belong to a value."""
    return Sealed.objects.exclude(file="").values_list("file", flat=True).iterator()


def files_among(refs: Collection[str]) -> set[str]:
    """Which of these files belong to a value."""
    return set(refs).intersection(files())


def secrets_of(persons: Iterable[str]) -> dict[str, bytes]:
    """The secrets of `persons`; whose key is gone is left out."""
    rows = rows_among(PersonKey, "person", list(persons), "person", "wrapped")
    unwrap = keys.key_encryption().unwrap
    return {person: unwrap(bytes(wrapped), person) for person, wrapped in rows if wrapped}


def secret_of(person: str) -> bytes:
    """The secret of `person`; raises :class:`Erased` when their key is gone."""
    row = PersonKey.objects.using(KEYS).filter(person=person).values_list("wrapped", flat=True).first()
    if not row:
        message = "This person's key was destroyed; nothing it sealed can be read."
        raise Erased(message)
    return keys.key_encryption().unwrap(bytes(row), person)


def person_keys(persons: Iterable[str]) -> dict[str, bytes]:
    """The keys under which other rooms seal what is no value of a person; who was erased is left out."""
    return {person: rules.beside(secret) for person, secret in secrets_of(persons).items()}


def person_key(person: str) -> bytes:
    """The same of one; raises :class:`Erased`."""
    return rules.beside(secret_of(person))


def person_at(address: str) -> str:
    """The reference of whoever is known by this address; raises :class:`NoSuchPerson`."""
    index = rules.look_up_index(keys.look_up_key(), address)
    person = LookUp.objects.filter(index=index).values_list("person", flat=True).first()
    if person is None:
        message = "Nothing is held of anybody with this address."
        raise NoSuchPerson(message)
    return person


def is_suppressed(address: str) -> bool:
    """Whether somebody with this address asked to be erased."""
    key = keys.look_up_key()
    digest = rules.suppression(key, rules.look_up_index(key, address))
    return Suppression.objects.filter(digest=digest).exists()


def numbered_ref(person: str, name: str, number: int) -> str:
    """The reference of the `number`-th `name` of `person`, which an installation can find again, and nobody else."""
    return rules.numbered_ref(keys.look_up_key(), person, name, number)


def held(persons: Collection[str]) -> list[tuple[str, str]]:
    """Of each of `persons` the record and field of every value, still sealed."""
    return rows_among(Sealed, "person", persons, "record", "field")


class Lasting(NamedTuple):
    """A value, still sealed: where it stands, since when, and until when it is kept."""

    record: str
    field: str
    since: datetime
    until: datetime


def lasting(person: str) -> list[Lasting]:
    """Every value of `person`, the oldest first."""
    rows = Sealed.objects.filter(person=person).order_by("since", "pk")
    return [Lasting(*row) for row in rows.values_list("record", "field", "since", "keep_until")]


def held_until(record: str) -> datetime | None:
    """When the last value of a record is over; None when none is held."""
    last: datetime | None = Sealed.objects.filter(record=record).aggregate(last=Max("keep_until"))["last"]
    return last


def known(persons: Collection[str]) -> set[str]:
    """Those of `persons` of whom anything is held."""
    asked = set(persons)
    # Mostly it is all of them. With each row that SQLite hands over this thread lets all others ahead.
    ((there,),) = rows_among(Person, "ref", asked, "COUNT(*)")
    return asked if there == len(asked) else {person for (person,) in rows_among(Person, "ref", asked, "ref")}


def persons_after(ref: str, most: int) -> list[str]:
    """The next persons behind `ref`, in the order of their references."""
    rows = Person.objects.filter(ref__gt=ref).order_by("ref").values_list("ref", flat=True)
    return list(rows[:most])


def everybody() -> Iterator[list[str]]:
    """All persons of whom anything is held, many at once."""
    rows = Person.objects.values_list("ref", flat=True).iterator(_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        yield some


def new_values() -> Tail:
    """Tells of values that are held anew: of whom."""
    return Tail(Sealed, "person")


def new_corrections() -> Tail:
    """Tells of values that were put right anew: of whom."""
    return Tail(Correction, "person")


def new_erasures() -> Tail:
    """Tells of erasures that are new: of whom."""
    return Tail(Erasure, "person")


@dataclass(frozen=True)
class Holdings:
    """Of how many persons how many values are held."""

    persons: int
    values: int


def holdings() -> Holdings:
    """How much is held."""
    return Holdings(Person.objects.count(), Sealed.objects.count())


def next_due() -> datetime | None:
    """When the time of the value is over that ends first; None when nothing is held."""
    due: datetime | None = Sealed.objects.aggregate(due=Min("keep_until"))["due"]
    return due

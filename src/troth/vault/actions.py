"""What the vault does: holds values, lets them lapse."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef

from troth.ledger.actions import append
from troth.ledger.rows import Insertion
from troth.ledger.work import unit_of_work
from troth.vault import keys, rules
from troth.vault.errors import Erased
from troth.vault.models import LookUp, Person, PersonKey, Sealed
from troth.vault.reads import person_key
from troth.vault.router import KEYS

_AT_ONCE = 500

_add_person = Insertion(Person)
_add_key = Insertion(PersonKey)
_add_look_up = Insertion(LookUp, unless_there=True)
_add_sealed = Insertion(Sealed)


@dataclass(frozen=True)
class Value:
    """A value to hold: its field, its bytes, and until when its longest purpose keeps it."""

    field: str
    plain: bytes
    keep_until: datetime
    file: str = ""


@dataclass(frozen=True)
class Held:
    """Whose values they are now, the salt of the ledger entry, and the digest of each sealed value."""

    person: str
    salt: bytes
    digests: dict[str, str]


@unit_of_work
def hold(record: str, values: Sequence[Value], *, email: str | None, at: datetime) -> Held:
    """Seals `values` of the record `record` for the person with this address, or for a new person."""
    person, key = _person(email, at)
    sealed: list[dict[str, Any]] = [
        {
            "person": person,
            "record": record,
            "field": value.field,
            "sealed": rules.seal(key, value.plain, rules.value_context(person, record, value.field)),
            "file": value.file,
            "since": at,
            "keep_until": value.keep_until,
        }
        for value in values
    ]
    _add_sealed(*sealed)
    digests = {one["field"]: sha256(one["sealed"]).hexdigest() for one in sealed}
    return Held(person, rules.entry_salt(key, record), digests)


def _person(email: str | None, at: datetime) -> tuple[str, bytes]:
    """The person with this address and their key; a new one where nobody is found, or whoever it was is erased."""
    person = rules.new_ref()
    if email is not None:
        index = rules.look_up_index(keys.look_up_key(), email)
        while not _add_look_up({"index": index, "person": person}):
            # Locked, so that retention does not end this person meanwhile; gone, if it just did.
            row = LookUp.objects.select_for_update().filter(index=index).first()
            if row is None:
                continue
            try:
                return row.person, person_key(row.person)
            except Erased:
                row.delete()
    key = rules.new_key()
    _add_key({"person": person, "wrapped": keys.key_encryption().wrap(key, person)})
    _add_person({"ref": person, "since": at})
    return person, key


@unit_of_work
def expire(*, at: datetime) -> int:
    """Values whose time is over go; whoever has none left goes with key and index. Answers how many went."""
    due = Sealed.objects.select_for_update(skip_locked=True).filter(keep_until__lte=at).order_by("keep_until")
    lapsed = list(due[:_AT_ONCE])
    Sealed.objects.filter(pk__in=[one.pk for one in lapsed]).delete()
    gone = _forget_whom_nothing_is_held_of(at)
    if lapsed or gone:
        append("expired", {"fields": dict(Counter(one.field for one in lapsed)), "persons": gone}, at=at)
    return len(lapsed) + gone


def _forget_whom_nothing_is_held_of(at: datetime) -> int:
    nothing_held = ~Exists(Sealed.objects.filter(person=OuterRef("ref")))
    empty = Person.objects.filter(nothing_held, since__lt=at)
    found = list(empty.values_list("ref", flat=True)[:_AT_ONCE])
    list(LookUp.objects.select_for_update().filter(person__in=found))
    # Asked again now that nobody can be found by address: a submission may have come in before the lock.
    gone = list(empty.filter(ref__in=found).values_list("ref", flat=True))
    LookUp.objects.filter(person__in=gone).delete()
    Person.objects.filter(ref__in=gone).delete()
    PersonKey.objects.using(KEYS).filter(person__in=gone).delete()
    return len(gone)

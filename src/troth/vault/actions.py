"""What the vault does: holds values, lets them lapse, erases persons."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import connection
from django.db.models import Exists, OuterRef

from troth.ledger.actions import append
from troth.ledger.evidence import Told
from troth.ledger.rows import Insertion
from troth.ledger.work import insist_on_unit, unit_of_work
from troth.vault import files, keys, rules
from troth.vault.certificate import committed
from troth.vault.errors import NoSuchPerson
from troth.vault.models import Erasure, LookUp, Person, PersonKey, Sealed, Suppression
from troth.vault.reads import secret_of, secrets_of
from troth.vault.router import KEYS

T = TypeVar("T")

_AT_ONCE = 500

_add_persons = Insertion(Person, "ref", "since")
_add_keys = Insertion(PersonKey, "person", "wrapped")
_add_look_ups = Insertion(LookUp, "index", "person")
_add_sealed = Insertion(Sealed, "person", "record", "field", "sealed", "file", "since", "keep_until")
# Locked where others may write meanwhile, so that retention does not end a person whom something is given for.
_KNOWN = 'SELECT "index", person FROM vault_lookup WHERE "index" IN ({})'
_KNOWN_AND_LOCKED = 'SELECT "index", person FROM vault_lookup WHERE "index" = ANY(%s) ORDER BY "index" FOR UPDATE'


@dataclass(frozen=True)
class Value:
    """A value to hold: its field, its bytes, and until when its longest purpose keeps it."""

    field: str
    plain: bytes
    keep_until: datetime
    file: str = ""

    @property
    def lasting(self) -> bytes:
        """What stays of it when it is sealed anew."""
        return files.lasting(self.plain) if self.file else self.plain


@dataclass(frozen=True)
class Holding:
    """The values of one record, to be held for the person with this address, or for a new person."""

    record: str
    values: Sequence[Value]
    email: str | None


@dataclass(frozen=True)
class Held:
    """Whose values they are now, the salt of the ledger entry, and the digest of each value."""

    person: str
    salt: bytes
    digests: dict[str, str]


@dataclass(frozen=True)
class _Owner:
    person: str
    secret: bytes


def hold(holdings: Sequence[Holding], *, at: datetime) -> list[Held]:
    """Seals the values of `holdings`, within the unit of work they belong to, and says of each what is held."""
    insist_on_unit()
    rows, held = [], []
    own = rules.draw(rules.OWN, len(holdings))
    for holding, owner, nonces in zip(holdings, _owners(holdings, at), own, strict=True):
        person, record = owner.person, holding.record
        envelope, digests = rules.envelope(owner.secret, person, record, nonces), {}
        salts = rules.salts_of(owner.secret)
        for value in holding.values:
            digests[value.field] = rules.value_digest(salts, record, value.field, value.lasting)
            sealed = envelope.seal(value.plain, value.field)
            rows.append((person, record, value.field, sealed, value.file, at, value.keep_until))
        held.append(Held(person, rules.entry_salt(salts, record), digests))
    _add_sealed(rows)
    return held


def add(person: str, record: str, value: Value, *, at: datetime) -> str:
    """Seals one more value of `person`, as a record of its own, within the unit of work it belongs to: its digest.

    :class:`NoSuchPerson` when nothing is held of them.
    """
    insist_on_unit()
    if not Person.objects.select_for_update().filter(ref=person):
        message = "Nothing is held of anybody with this reference any more."
        raise NoSuchPerson(message)
    secret = secret_of(person)
    sealed = rules.envelope(secret, person, record).seal(value.plain, value.field)
    _add_sealed([(person, record, value.field, sealed, value.file, at, value.keep_until)])
    return rules.value_digest(rules.salts_of(secret), record, value.field, value.lasting)


def _owners(holdings: Sequence[Holding], at: datetime) -> list[_Owner]:
    """The person of each holding: who is known by its address, or somebody new. One address is one person."""
    look_up = keys.look_up_key()
    indexes = [None if one.email is None else rules.look_up_index(look_up, one.email) for one in holdings]
    known = _known({index for index in indexes if index is not None})
    many = len(holdings)
    spare = zip(rules.new_refs(at, many), rules.draw(rules.KEY, many), strict=True)
    owners, new, named = [], [], []
    for index in indexes:
        owner = known.get(index) if index is not None else None
        if owner is None:
            owner = _Owner(*next(spare))
            new.append((owner.person, owner.secret))
            if index is not None:
                known[index] = owner
                named.append((index, owner.person))
        owners.append(owner)
    wrapped = keys.key_encryption().wrap(new)
    _add_keys([(person, key) for (person, _), key in zip(new, wrapped, strict=True)])
    _add_persons([(person, at) for person, _ in new])
    # In their order, so that two processes wait for each other and never both.
    _add_look_ups(sorted(named))
    return owners


def _known(indexes: Iterable[bytes]) -> dict[bytes, _Owner]:
    """Who stands behind each index. Whoever was erased is not known any more: their index goes."""
    persons = _found(sorted(indexes))
    if not persons:
        return {}
    left = secrets_of(persons.values())
    erased = [index for index, person in persons.items() if person not in left]
    if erased:
        LookUp.objects.filter(index__in=erased).delete()
    return {index: _Owner(person, left[person]) for index, person in persons.items() if person in left}


def _found(indexes: Sequence[bytes]) -> dict[bytes, str]:
    if not indexes:
        return {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_KNOWN_AND_LOCKED, [list(indexes)])
        else:
            cursor.execute(_KNOWN.format(", ".join(["%s"] * len(indexes))), indexes)
        return {bytes(index): person for index, person in cursor.fetchall()}


@unit_of_work
def expire(*, at: datetime) -> int:
    """Values whose time is over go; whoever has none left goes with key and index. Answers how many went."""
    due = Sealed.objects.select_for_update(skip_locked=True).filter(keep_until__lte=at).order_by("keep_until")
    lapsed = list(due[:_AT_ONCE])
    Sealed.objects.filter(pk__in=[one.pk for one in lapsed]).delete()
    gone = _forget_whom_nothing_is_held_of(at)
    if lapsed or gone:
        fields = dict(Counter(one.field for one in lapsed))
        # Two rounds may count alike at the same moment, and the very same entry would stand once.
        append("expired", {"reference": rules.new_ref(at), "fields": fields, "persons": gone}, at=at)
    return len(lapsed) + gone


def _forget_whom_nothing_is_held_of(at: datetime) -> int:
    nothing_held = ~Exists(Sealed.objects.filter(person=OuterRef("ref")))
    empty = Person.objects.filter(nothing_held, since__lt=at)
    found = list(empty.values_list("ref", flat=True)[:_AT_ONCE])
    list(Person.objects.select_for_update().filter(ref__in=found).order_by("ref"))
    list(LookUp.objects.select_for_update().filter(person__in=found))
    # Asked again now that nobody can be found by address: a submission may have come in before the lock.
    gone = list(empty.filter(ref__in=found).values_list("ref", flat=True))
    LookUp.objects.filter(person__in=gone).delete()
    Person.objects.filter(ref__in=gone).delete()
    PersonKey.objects.using(KEYS).filter(person__in=gone).delete()
    return len(gone)


@dataclass(frozen=True)
class Erased:
    """Who was erased, when, the leaf of the entry that tells of it, and which recipients are to be told."""

    person: str
    at: datetime
    leaf: bytes
    recipients: tuple[str, ...]


@unit_of_work
def erase(person: str, recipients: Sequence[str] = (), *, at: datetime) -> Erased:
    """From now on nobody can read what is held of `person`, nor find them: key, look-up index and person go.

    What was sealed is swept later (:func:`sweep`), so that this takes as long for much as for little. Erasing again
    answers the same. :class:`NoSuchPerson` when nothing is held of them. `recipients` are to be told of it, and the
    entry names them.
    """
    # The person first, as all who lock both do; then a submission of theirs comes before this, or finds nobody.
    there = stays(person)
    indexes = list(LookUp.objects.select_for_update().filter(person=person).order_by("index"))
    if done := Erasure.objects.filter(person=person).first():
        return Erased(person, done.at, bytes(done.leaf), tuple(done.recipients))
    if not there:
        message = "Nothing is held of anybody with this reference."
        raise NoSuchPerson(message)
    leaf = append("erased", {"commitment": committed(person), "recipients": list(recipients)}, at=at)
    return _erased(Erased(person, at, leaf, tuple(recipients)), [bytes(one.index) for one in indexes])


def _erased(done: Erased, indexes: Sequence[bytes]) -> Erased:
    person = done.person
    PersonKey.objects.using(KEYS).filter(person=person).update(wrapped=b"")
    key = keys.look_up_key()
    left = [Suppression(digest=rules.suppression(key, index)) for index in indexes]
    Suppression.objects.bulk_create(left, ignore_conflicts=True)
    LookUp.objects.filter(person=person).delete()
    Person.objects.filter(ref=person).delete()
    Erasure.objects.create(person=person, at=done.at, leaf=done.leaf, recipients=list(done.recipients))
    return done


def stays(person: str) -> bool:
    """Whether anything is held of `person`; if so, nobody erases them before this unit of work is over."""
    insist_on_unit()
    return bool(Person.objects.select_for_update().filter(ref=person))


def stay(persons: Sequence[str]) -> set[str]:
    """Those of `persons` of whom anything is held; nobody erases them before this unit of work is over."""
    insist_on_unit()
    # In their order, so that two processes wait for each other and never both.
    return set(Person.objects.select_for_update().filter(ref__in=persons).order_by("ref").values_list("ref", flat=True))


@unit_of_work
def sweep(*, at: datetime) -> int:
    """Removes some of what is still sealed of those who were erased; answers how much, or 0 when nothing is left."""
    unswept, anything = Erasure.objects.filter(swept=False), Exists(Sealed.objects.filter(person=OuterRef("person")))
    persons = list(unswept.filter(anything).values_list("person", flat=True)[:_AT_ONCE])
    rows = Sealed.objects.select_for_update(skip_locked=True).filter(person__in=persons)
    left = dict(rows.values_list("pk", "field")[:_AT_ONCE])
    Sealed.objects.filter(pk__in=left).delete()
    unswept.filter(~anything).update(swept=True)
    if left:
        append("swept", {"reference": rules.new_ref(at), "fields": dict(Counter(left.values()))}, at=at)
    return len(left)


def erase_again(told: Mapping[str, Told], forget: Callable[[str], object]) -> int:
    """Erases whoever the ledger says was erased: after an older store was put back. Answers how many were there.

    `told` has the entries of erasures by what each commits to; `forget` is what other rooms do about a person.
    """
    persons = list(Person.objects.values_list("ref", flat=True)) if told else []
    found = [(person, told[one]) for person in persons if (one := committed(person)) in told]
    for some in _batches(found):
        _erase_again(some, forget)
    return len(found)


@unit_of_work
def _erase_again(found: Sequence[tuple[str, Told]], forget: Callable[[str], object]) -> None:
    for person, one in found:
        forget(person)
        indexes = LookUp.objects.filter(person=person).values_list("index", flat=True)
        at = datetime.fromisoformat(one.said["at"])
        _erased(Erased(person, at, one.leaf, tuple(one.said["recipients"])), list(map(bytes, indexes)))


def finish_erasures(erase: Callable[[str], object]) -> int:
    """Finishes every erasure that stopped half-way, by `erase`, and undoes what an older keys database brought back.

    Keys are destroyed before anything else is known of it. Answers how many there were.
    """
    rows = PersonKey.objects.using(KEYS).values_list("person", flat=True)
    emptied = list(rows.filter(wrapped=b""))
    halves = [
        person
        for some in _batches(emptied)
        for person in Person.objects.filter(ref__in=some).values_list("ref", flat=True)
    ]
    for person in halves:
        erase(person)
    erased = list(Erasure.objects.values_list("person", flat=True))
    back = [person for some in _batches(erased) for person in rows.filter(person__in=some).exclude(wrapped=b"")]
    for some in _batches(back):
        _destroy(some)
    return len(halves) + len(back)


@unit_of_work
def _destroy(persons: Sequence[str]) -> None:
    PersonKey.objects.using(KEYS).filter(person__in=persons).update(wrapped=b"")


def _batches(many: Sequence[T]) -> Iterable[Sequence[T]]:
    return (many[start : start + _AT_ONCE] for start in range(0, len(many), _AT_ONCE))

"""Putting another value in the place of one that is wrong (GDPR Art. 16), and another address in the place of one.

The old value is gone: what was sealed is overwritten by what is sealed anew. Of the correction stays which field it was
of, when, and the salted digest of what it is now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from troth.ledger.actions import append
from troth.ledger.append_only import AppendOnly
from troth.ledger.rules import JSON, commitment, sha256_hex
from troth.ledger.work import unit_of_work
from troth.vault import files, keys, rules
from troth.vault.errors import AddressTaken, ChangedSince, NoSuchValue
from troth.vault.models import Correction, LookUp, Sealed
from troth.vault.reads import secret_of

APPEND_ONLY: Final = (AppendOnly("vault_correction", "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf"),)


class Corrected(NamedTuple):
    """A correction of a person: of which field of which record, by its digest, when, who told us, its entry's leaf."""

    ref: str
    record: str
    field: str
    digest: str
    by: str
    at: datetime
    leaf: bytes


def corrections_of(person: str) -> list[Corrected]:
    """Every correction of what `person` gave, the oldest first."""
    rows = Correction.objects.filter(person=person).order_by("pk")
    found = rows.values_list("ref", "record", "field", "digest", "by", "at", "leaf")
    return [Corrected(*row[:-1], bytes(row[-1])) for row in found]


@dataclass(frozen=True)
class Correct:
    """A value to put in the place of another, whose sealed digest was `was`; `file` as in :class:`Value`."""

    record: str
    field: str
    plain: bytes
    was: str
    file: str = ""


@unit_of_work
def correct(person: str, corrections: Sequence[Correct], *, by: str, at: datetime) -> list[bytes]:
    """Seals each value anew in its place; the old ones are gone. Answers the leaf of each one's entry.

    Until when a value is kept stays as it was: its time began when it was given. :class:`NoSuchValue` where the person
    has none such, :class:`ChangedSince` where it is not the one that was looked at.
    """
    secret = secret_of(person)
    return [_correct(person, secret, one, by=by, at=at) for one in corrections]


def _correct(person: str, secret: bytes, one: Correct, *, by: str, at: datetime) -> bytes:
    place = Sealed.objects.filter(person=person, record=one.record, field=one.field, keep_until__gt=at)
    there = place.select_for_update().first()
    if there is None:
        message = "Nothing of yours is held in this place any more. Look at your data again."
        raise NoSuchValue(message, field=one.field)
    if sha256_hex(bytes(there.sealed)) != one.was:
        message = "This value was changed since you opened the page. Look at it again."
        raise ChangedSince(message, field=one.field)
    sealed = rules.envelope(secret, person, one.record).seal(one.plain, one.field)
    place.update(sealed=sealed, file=one.file)
    lasting = files.lasting(one.plain) if one.file else one.plain
    ref, digest = rules.new_ref(at), rules.value_digest(rules.salts_of(secret), one.record, one.field, lasting)
    told = committed(ref, person, one.record, one.field, digest)
    leaf = append("corrected", {"by": by, "field": one.field, "commitment": told}, at=at)
    Correction.objects.create(
        ref=ref, person=person, record=one.record, field=one.field, digest=digest, by=by, at=at, leaf=leaf
    )
    return leaf


def committed(ref: str, person: str, record: str, field: str, digest: str) -> str:
    """What the entry of a correction commits to. The reference of the correction is its salt, and in no entry."""
    return commitment(ref.encode(), _opened(person, record, field, digest))


def opening(person: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What opens the entry of a correction of `person`, of which `said` has what :class:`Corrected` has."""
    record = _opened(person, said["record"], said["field"], said["digest"])
    return {"salt": said["ref"].encode().hex(), "record": record}


def _opened(person: str, record: str, field: str, digest: str) -> dict[str, JSON]:
    return {"person": person, "record": record, "field": field, "value": digest}


@unit_of_work
def readdress(person: str, address: str) -> None:
    """From now on `person` is found by `address`, and by no other; :class:`AddressTaken` when it finds somebody else.

    Only for an address that was shown to be theirs.
    """
    index = rules.look_up_index(keys.look_up_key(), address)
    found = dict(_locked([index], person))
    if found.get(index, person) != person:
        message = "This address leads to other information already. Sign in with it to see what."
        raise AddressTaken(message)
    LookUp.objects.filter(person=person).delete()
    LookUp.objects.create(index=index, person=person)


def _locked(indexes: Iterable[bytes], person: str) -> Iterable[tuple[bytes, str]]:
    rows = LookUp.objects.select_for_update()
    both = rows.filter(index__in=list(indexes)) | rows.filter(person=person)
    return [(bytes(one.index), one.person) for one in both.order_by("index")]

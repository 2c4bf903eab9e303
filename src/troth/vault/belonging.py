"""Whether keys, rows and persons' keys belong together. Asking writes nothing."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef

from troth.vault import keys
from troth.vault.errors import Erased, ForeignKey, NotTogether
from troth.vault.models import Erasure, KnownKey, PersonKey, Sealed
from troth.vault.reads import secret_of
from troth.vault.router import KEYS

_RESTORE = "Restore the keys database that was copied with the rows or after them."


def insist_on_own_keys(key_ids: Mapping[str, str]) -> None:
    """Refuses a key that is not the one this store was begun with."""
    for name, known in KnownKey.objects.values_list("name", "key_id"):
        given = key_ids.get(name, known)
        if given != known:
            raise _foreign(name, given, known)


def note_keys(key_ids: Mapping[str, str]) -> None:
    """Notes which keys the store is begun with. What was noted before stays."""
    noted = [KnownKey(name=name, key_id=key_id) for name, key_id in key_ids.items()]
    KnownKey.objects.bulk_create(noted, ignore_conflicts=True)


def insist_on_own_key(name: str, *key_ids: str) -> None:
    """Refuses key `name` unless the store was begun with one of `key_ids`."""
    known = KnownKey.objects.filter(name=name).values_list("key_id", flat=True).first()
    if known and known not in key_ids:
        raise _foreign(name, key_ids[0], known)


def _foreign(name: str, given: str, known: str) -> ForeignKey:
    message = f"{keys.place_of(name)} is key {given}; this store was begun with {known}. Put its own key back."
    return ForeignKey(message)


def insist_on_key_of_backup(key_id: str, known: str) -> None:
    """Refuses persons' keys under this key-encryption key for a backup that was made when it was `known`."""
    if key_id != known:
        message = (
            "Keys were exchanged between the backup and these keys, so what is sealed in it does not open with them."
            " Name the copy of the keys that was made with it: --with-keys, and its --recovery-key."
        )
        raise NotTogether(message)


def exchange_key(name: str, key_id: str) -> bool:
    """Notes that from now on this is the key `name`; says whether another one was noted before."""
    return bool(KnownKey.objects.filter(name=name).exclude(key_id=key_id).update(key_id=key_id))


def forget_key(name: str) -> None:
    """Forgets which key `name` the store was begun with, so that the one of today is noted."""
    KnownKey.objects.filter(name=name).delete()


def insist_on_one_whole(at: datetime) -> None:
    """Refuses rows whose persons' keys are not there.

    Keys commit first and go last, so the key of whoever gave the newest value that still holds must be there. It is
    not when either database is an older copy, or of another installation.
    """
    person = newest_person(at)
    if person and not _was_emptied(person):
        try:
            secret_of(person)
        except Erased as error:
            message = f"The keys database lacks the key of a person of whom the rows hold values. {_RESTORE}"
            raise NotTogether(message) from error


def newest_person(at: datetime) -> str | None:
    """Who gave the newest value that still holds at `at`."""
    erased = Exists(Erasure.objects.filter(person=OuterRef("person")))
    held = Sealed.objects.filter(~erased, keep_until__gt=at).order_by("-pk")
    return held.values_list("person", flat=True).first()


def _was_emptied(person: str) -> bool:
    """Whether the person's key was destroyed on purpose, though rows do not know of it yet."""
    return PersonKey.objects.using(KEYS).filter(person=person, wrapped=b"").exists()


def holds_keys() -> bool:
    """Whether the keys database holds the key of anybody."""
    return PersonKey.objects.using(KEYS).exists()

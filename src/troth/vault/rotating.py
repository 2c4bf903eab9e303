"""Exchanging keys: every person gets a new one, what is held of them is sealed anew, and the old ones are destroyed.

Killed anywhere in it, it goes on from there: the new key stands beside the old one until nothing needs the old one.
"""

import base64
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from troth.ledger.actions import append
from troth.ledger.among import rows_among
from troth.ledger.durable import keep_names, write_new
from troth.ledger.rebuild import Progress
from troth.ledger.scrub import empty_journals, give_up
from troth.ledger.secret import secret_in
from troth.ledger.work import unit_of_work
from troth.vault import belonging, keys, rules
from troth.vault.errors import KeyMissing, Rotating
from troth.vault.files import path_of, sealed_anew
from troth.vault.jobs import sweep_files
from troth.vault.key_files import KEY_ENCRYPTION_KEY
from troth.vault.keys import LocalKey
from troth.vault.models import PersonKey, Sealed
from troth.vault.router import KEYS

NEXT: Final = "key-encryption.next"
NEXT_FROM_ENVIRONMENT: Final = f"{keys.FROM_ENVIRONMENT}_NEXT"
# Of each value that is a file, a new one is open.
_AT_ONCE: Final = 200
_SEAL_ANEW: Final = "UPDATE vault_sealed SET sealed = %s, file = %s WHERE id = %s"
_WRAP_ANEW: Final = "UPDATE vault_personkey SET wrapped = %s WHERE person = %s AND wrapped = %s"


def begun() -> bool:
    """Whether an exchange was begun and is not finished."""
    return _next_file().exists()


def insist_on_one_key() -> None:
    """Refuses a store some of whose persons' keys were exchanged, and others were not."""
    if begun():
        message = "The keys are being exchanged, and that is not finished. Run `troth keys rotate` again."
        raise Rotating(message)


def rotate(progress: Progress, *, at: datetime) -> int:
    """Gives every person a new key under a new key-encryption key, seals anew what is held, and destroys the old keys.

    At every moment all of it opens: until a person's values are sealed anew, their old key stands behind the new one.
    Answers how many persons they were. Nobody may hold persons' keys meanwhile: no server runs. A key from the
    environment is exchanged for the one in ``TROTH_KEY_ENCRYPTION_KEY_NEXT``; whoever set it puts that in its place.
    """
    old, new = keys.key_encryption(), _next()
    belonging.insist_on_own_key(KEY_ENCRYPTION_KEY, old.id, new.id)
    exchanged = _exchange_all(old, new, progress)
    _note(new.id, at)
    if keys.FROM_ENVIRONMENT in os.environ:
        os.environ[keys.FROM_ENVIRONMENT] = os.environ[NEXT_FROM_ENVIRONMENT]  # what follows here needs the new one
        _next_file().unlink()
    else:
        _next_file().replace(_next_file().with_name(KEY_ENCRYPTION_KEY))
    keep_names(_next_file().parent)
    keys.key_encryption.cache_clear()
    sweep_files()
    empty_journals()
    give_up(Sealed, PersonKey)
    return exchanged


def _next_file() -> Path:
    directory: Path = settings.TROTH_KEYS_DIR
    return directory / NEXT


def _next() -> LocalKey:
    elsewhere = keys.FROM_ENVIRONMENT in os.environ
    given = os.environ.get(NEXT_FROM_ENVIRONMENT) if elsewhere else None
    if elsewhere and not given:
        message = f"The key is taken from {keys.FROM_ENVIRONMENT}. Put the new one into {NEXT_FROM_ENVIRONMENT}."
        raise KeyMissing(message)
    if not begun():
        draft = _next_file().with_suffix(".part")
        draft.unlink(missing_ok=True)
        # Where the environment has the key, the file only says that the exchange was begun.
        write_new(draft, b"" if given else base64.b64encode(rules.new_key()) + b"\n")
        draft.rename(_next_file())
        keep_names(draft.parent)
    return keys.local_key(given or secret_in(_next_file(), KeyMissing))


def _exchange_all(old: keys.KeyEncryption, new: LocalKey, progress: Progress) -> int:
    rows = PersonKey.objects.using(KEYS).exclude(wrapped=b"").order_by("person").values_list("person", "wrapped")
    total, done, count, after = rows.count(), 0, 0, ""
    while some := [(person, bytes(one)) for person, one in rows.filter(person__gt=after)[:_AT_ONCE]]:
        begun = [(person, one) for person, one in some if not new.wrapped(one)]
        secrets = [(person, old.unwrap(one, person)) for person, one in begun]
        drawn = rules.draw(rules.KEY, len(secrets))
        half = [(person, rules.exchanging(key, one, one)) for key, (person, one) in zip(drawn, secrets, strict=True)]
        _wrap_anew(list(zip(new.wrap(half), begun, strict=True)))
        count += seal_anew(new, [person for person, _ in some])
        done, after = done + len(some), some[-1][0]
        progress(done, total)
    return count


def seal_anew(wrapped_by: keys.KeyEncryption, persons: Sequence[str]) -> int:
    """Seals under their new keys whatever is held of those of `persons` whose key is being exchanged; forgets the old.

    Answers how many they were.
    """
    rows = [(person, bytes(one)) for person, one in rows_among(PersonKey, "person", persons, "person", "wrapped")]
    wrapped = {person: one for person, one in rows if one}
    secrets = {person: wrapped_by.unwrap(one, person) for person, one in wrapped.items()}
    half = {person: secret for person, secret in secrets.items() if rules.half_exchanged(secret)}
    numbers = [number for (number,) in rows_among(Sealed, "person", half, "id")] if half else []
    for start in range(0, len(numbers), _AT_ONCE):
        with ExitStack() as until_named:
            left = _seal_anew(numbers[start : start + _AT_ONCE], half, until_named)
        for file in left:
            path_of(file).unlink(missing_ok=True)
    whole = wrapped_by.wrap([(person, rules.exchanged(secret)) for person, secret in half.items()])
    _wrap_anew([(one, (person, wrapped[person])) for one, person in zip(whole, half, strict=True)])
    return len(half)


@unit_of_work
def _seal_anew(numbers: Sequence[int], secrets: Mapping[str, bytes], until_named: ExitStack) -> list[str]:
    """Answers the files that nothing names any more. What opens under no key stays: verification tells of it."""
    anew, left = [], []
    columns = ("pk", "person", "record", "field", "sealed", "file")
    for number, person, record, field, sealed, file in Sealed.objects.filter(pk__in=numbers).values_list(*columns):
        secret = secrets[person]
        with suppress(InvalidTag):
            plain, now = rules.opened(secret, person, record, field, bytes(sealed)), file
            if file:
                now, plain = sealed_anew(file, plain, until_named)
                left += [file] if now != file else []
            anew.append((rules.envelope(secret, person, record).seal(plain, field), now, number))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.executemany(_SEAL_ANEW, anew)
    return left


@unit_of_work
def _wrap_anew(rows: Sequence[tuple[bytes, tuple[str, bytes]]]) -> None:
    """Puts each wrapped secret in the place of the one that stood there; whoever was erased meanwhile stays so."""
    with connections[KEYS].cursor() as cursor:
        cursor.executemany(_WRAP_ANEW, [(wrapped, person, before) for wrapped, (person, before) in rows])


@unit_of_work
def _note(key_id: str, at: datetime) -> None:
    """Notes the new key and says so in the ledger, unless that was done before."""
    if belonging.exchange_key(KEY_ENCRYPTION_KEY, key_id):
        append("rotated", {"key": "key-encryption", "reference": rules.new_ref(at)}, at=at)

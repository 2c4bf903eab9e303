"""Exchanging the key-encryption key: every person's key is wrapped anew, and the old one is destroyed.

Killed anywhere in it, it goes on from there: the new key stands beside the old one until nothing needs the old one.
"""

import base64
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

from troth.ledger.actions import append
from troth.ledger.durable import keep_names, write_new
from troth.ledger.rebuild import Progress
from troth.ledger.scrub import empty_journals
from troth.ledger.secret import secret_in
from troth.ledger.work import unit_of_work
from troth.vault import belonging, keys, rules
from troth.vault.errors import KeyMissing, Rotating
from troth.vault.key_files import KEY_ENCRYPTION_KEY
from troth.vault.keys import LocalKey
from troth.vault.models import PersonKey
from troth.vault.router import KEYS

NEXT: Final = "key-encryption.next"
NEXT_FROM_ENVIRONMENT: Final = f"{keys.FROM_ENVIRONMENT}_NEXT"
_AT_ONCE: Final = 1000
_WRAP_ANEW: Final = "UPDATE vault_personkey SET wrapped = %s WHERE person = %s AND wrapped = %s"


def begun() -> bool:
    """Whether an exchange was begun and is not finished."""
    return _next_file().exists()


def insist_on_one_key() -> None:
    """Refuses a store some of whose persons' keys are wrapped under the next key already."""
    if begun():
        message = "The key-encryption key is being exchanged, and that is not finished. Run `troth keys rotate` again."
        raise Rotating(message)


def rotate(progress: Progress, *, at: datetime) -> int:
    """Wraps every person's key under a new key-encryption key, and destroys the old one; answers how many it wrapped.

    Nobody may hold persons' keys meanwhile: no server runs. A key from the environment is exchanged for the one in
    ``TROTH_KEY_ENCRYPTION_KEY_NEXT``, and whoever set it puts that in its place.
    """
    old, new = keys.key_encryption(), _next()
    belonging.insist_on_own_key(KEY_ENCRYPTION_KEY, old.id, new.id)
    wrapped = _wrap_all(old, new, progress)
    _note(new.id, at)
    if keys.FROM_ENVIRONMENT not in os.environ:
        _next_file().replace(_next_file().with_name(KEY_ENCRYPTION_KEY))
        keep_names(_next_file().parent)
    keys.key_encryption.cache_clear()
    empty_journals()
    return wrapped


def _next_file() -> Path:
    directory: Path = settings.TROTH_KEYS_DIR
    return directory / NEXT


def _next() -> LocalKey:
    if keys.FROM_ENVIRONMENT in os.environ:
        given = os.environ.get(NEXT_FROM_ENVIRONMENT)
        if not given:
            message = f"The key is taken from {keys.FROM_ENVIRONMENT}. Put the new one into {NEXT_FROM_ENVIRONMENT}."
            raise KeyMissing(message)
        return keys.local_key(given)
    if not begun():
        draft = _next_file().with_suffix(".part")
        draft.unlink(missing_ok=True)
        write_new(draft, base64.b64encode(rules.new_key()) + b"\n")
        draft.rename(_next_file())
        keep_names(draft.parent)
    return keys.local_key(secret_in(_next_file(), KeyMissing))


def _wrap_all(old: keys.KeyEncryption, new: LocalKey, progress: Progress) -> int:
    rows = PersonKey.objects.using(KEYS).exclude(wrapped=b"").order_by("person").values_list("person", "wrapped")
    total, done, count, after = rows.count(), 0, 0, ""
    while some := list(rows.filter(person__gt=after)[:_AT_ONCE]):
        left = [(person, bytes(one)) for person, one in some if not new.wrapped(bytes(one))]
        anew = new.wrap([(person, old.unwrap(one, person)) for person, one in left])
        _wrap_anew([(wrapped, *row) for wrapped, row in zip(anew, left, strict=True)])
        done, count, after = done + len(some), count + len(left), some[-1][0]
        progress(done, total)
    return count


@unit_of_work
def _wrap_anew(rows: Sequence[tuple[bytes, str, bytes]]) -> None:
    with connections[KEYS].cursor() as cursor:
        cursor.executemany(_WRAP_ANEW, rows)


@unit_of_work
def _note(key_id: str, at: datetime) -> None:
    """Notes the new key and says so in the ledger, unless that was done before."""
    if belonging.exchange_key(KEY_ENCRYPTION_KEY, key_id):
        append("rotated", {"key": "key-encryption", "reference": rules.new_ref(at)}, at=at)

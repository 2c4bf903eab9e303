"""The key-encryption key and what is wrapped under it.

A key management service fills :class:`KeyEncryption`; the file (or the environment) is what comes with
troth. Person keys are random and exist in plaintext only while a unit of work uses them.
"""

import base64
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from troth.ledger.secret import secret_in
from troth.vault import rules
from troth.vault.errors import ForeignKey, KeyMissing
from troth.vault.key_files import KEY_ENCRYPTION_KEY, LOOK_UP_KEY

FROM_ENVIRONMENT = "TROTH_KEY_ENCRYPTION_KEY"
_ID = 4
_SEALED = _ID + rules.NONCE


class KeyEncryption(Protocol):
    """Wraps keys, each with its person, and unwraps them one by one; the wrapped form names the key that wrapped it."""

    @property
    def id(self) -> str: ...

    def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]: ...

    def unwrap(self, wrapped: bytes, person: str) -> bytes: ...


class LocalKey:
    """A 32-byte key-encryption key held by this process."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        # They open alone, and so may be used by every child of this process.
        self._open = AESGCM(key).decrypt
        self._place = rules.context("troth.v1", "person-key")
        self._id = bytes.fromhex(rules.key_id(key))

    @property
    def id(self) -> str:
        return self._id.hex()

    def wrapped(self, one: bytes) -> bool:
        """Whether this key has wrapped `one`."""
        return one[:_ID] == self._id

    def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[bytes]:
        seal = self._envelope().seal
        return [self._id + seal(key, person) for person, key in keys]

    def unwrap(self, wrapped: bytes, person: str) -> bytes:
        if wrapped[:_ID] != self._id:
            message = (
                f"A person's key was wrapped by key {wrapped[:_ID].hex()}; the key-encryption key here is {self.id}."
                " Put this installation's own key-encryption key back, or its own keys database."
            )
            raise ForeignKey(message)
        try:
            return self._open(wrapped[_ID:_SEALED], wrapped[_SEALED:], self._place + rules.bound(person))
        except InvalidTag as error:
            message = "A wrapped key was altered or belongs to another person. Restore the keys from a backup."
            raise ForeignKey(message) from error

    def _envelope(self) -> rules.Envelope:
        # This process may fork; what is made here lives for one call.
        return rules.Envelope(self._key, "person-key")


@cache
def key_encryption() -> KeyEncryption:
    """The key-encryption key of this installation, from the environment or its file."""
    given = os.environ.get(FROM_ENVIRONMENT)
    return LocalKey(_decoded(given, FROM_ENVIRONMENT) if given else _from_file(KEY_ENCRYPTION_KEY))


def local_key(text: str) -> LocalKey:
    """The key that the text of a key file says."""
    return LocalKey(_decoded(text, KEY_ENCRYPTION_KEY))


@cache
def look_up_key() -> bytes:
    """The key of the look-up index."""
    return _from_file(LOOK_UP_KEY)


def key_texts() -> dict[str, str]:
    """Each key of the vault as its file holds it, by the name of the file, for whoever seals a copy of them."""
    given = os.environ.get(FROM_ENVIRONMENT)
    own = given or secret_in(settings.TROTH_KEYS_DIR / KEY_ENCRYPTION_KEY, KeyMissing)
    return {KEY_ENCRYPTION_KEY: own, LOOK_UP_KEY: secret_in(settings.TROTH_KEYS_DIR / LOOK_UP_KEY, KeyMissing)}


def key_ids() -> dict[str, str]:
    """What tells each key of the vault from others, by the name of its file."""
    return {KEY_ENCRYPTION_KEY: key_encryption().id, LOOK_UP_KEY: rules.key_id(look_up_key())}


def place_of(name: str) -> str:
    """Where the key `name` is taken from: a variable of the environment, or its file."""
    given = name == KEY_ENCRYPTION_KEY and os.environ.get(FROM_ENVIRONMENT)
    return FROM_ENVIRONMENT if given else str(settings.TROTH_KEYS_DIR / name)


def _from_file(name: str) -> bytes:
    file: Path = settings.TROTH_KEYS_DIR / name
    return _decoded(secret_in(file, KeyMissing), str(file))


def _decoded(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        message = f"{name} does not hold 32 bytes in base64. Restore the right key."
        raise KeyMissing(message)
    return key

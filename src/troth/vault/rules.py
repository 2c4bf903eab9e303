"""The envelope: references, bound contexts, sealing with AES-256-GCM, keyed look-up. No I/O."""

import base64
import hmac
import os
import secrets
import string
import unicodedata
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
CHUNK = 64 * 1024
_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}


def new_ref() -> str:
    """A reference nobody can guess: 128 random bits, 26 letters and digits (ASVS 11.5.1)."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()


def new_key() -> bytes:
    """A key for AES-256."""
    return secrets.token_bytes(32)


def context(*parts: str) -> bytes:
    """The bound context of a sealed value: each part with its length, so that no two contexts coincide."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


# Names of fields and references of persons, which say nothing about anybody; never what somebody typed.
_named = lru_cache(maxsize=256)(context)


class Nonces:
    """Gives each nonce once: 96 random bits of the system, drawn for many at a time.

    A nonce is no secret, so that those which wait may lie in memory; it only must never come twice under one
    key. `pop` takes it out in one step, whichever thread asks, and a child process begins with none.
    """

    _DRAWN = 128

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        os.register_at_fork(after_in_child=self._waiting.clear)

    def __call__(self) -> bytes:
        try:
            return self._waiting.pop()
        except IndexError:
            drawn = os.urandom(self._DRAWN * NONCE)
            fresh = [drawn[at : at + NONCE] for at in range(0, len(drawn), NONCE)]
            taken = fresh.pop()
            self._waiting += fresh
            return taken


_nonce = Nonces()


class Envelope:
    """Seals and opens values of one place with one key: AES-256-GCM, the place and the value's name bound to it.

    It holds the key: a person's is made anew for each unit of work, since a key in memory outlives its erasure.
    """

    def __init__(self, key: bytes, *place: str) -> None:
        cipher = AESGCM(key)
        self._encrypt, self._decrypt = cipher.encrypt, cipher.decrypt
        self._place = context("troth.v1", *place)

    def seal(self, plain: bytes, name: str) -> bytes:
        """`plain` sealed as the value `name`, behind its nonce."""
        nonce = _nonce()
        return nonce + self._encrypt(nonce, plain, self._place + _named(name))

    def open(self, sealed: bytes, name: str) -> bytes:
        """What was sealed as `name` here; raises ``InvalidTag`` when a bit, the key or the place differs."""
        return self._decrypt(sealed[:NONCE], sealed[NONCE:], self._place + _named(name))


def envelope(key: bytes, person: str, record: str) -> Envelope:
    """Seals and opens what one record of one person holds, each value by its field: it opens nowhere else."""
    return Envelope(key, "vault_sealed", record, person)


def value_context(person: str, record: str, field: str) -> bytes:
    """Binds a sealed value to table, row, person and field: it opens nowhere else."""
    return context("troth.v1", "vault_sealed", record, person, field)


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """`plain` under AES-256-GCM with a random nonce, which stands in front."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal` sealed; raises ``InvalidTag`` when a bit or the context differs."""
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound)


def chunk_nonce(number: int, *, last: bool) -> bytes:
    """The nonce of a file's chunk. A file's key seals that file alone, so a counter never repeats."""
    return number.to_bytes(NONCE - 1, "big") + bytes([last])


def look_up_index(key: bytes, address: str) -> bytes:
    """The keyed index of an e-mail address: equal addresses meet, nobody without the key can tell which."""
    # Only A to Z are one letter in two shapes everywhere: elsewhere another letter may be another mailbox.
    plain = unicodedata.normalize("NFC", address).strip().translate(_LOWER)
    return hmac.digest(key, context("troth.v1", "email", plain), "sha256")


def entry_salt(key: bytes, record: str) -> bytes:
    """The salt of a person's ledger entry. With the person's key destroyed the entry means nothing."""
    return hmac.digest(key, context("troth.v1", "ledger", record), "sha256")


def key_id(key: bytes) -> str:
    """Eight hex digits that tell key-encryption keys apart without telling anything about them."""
    return sha256(b"troth key id\x00" + key).hexdigest()[:8]

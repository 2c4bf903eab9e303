"""The envelope: references, bound contexts, sealing with AES-256-GCM, keyed look-up. No I/O."""

import base64
import hmac
import secrets
import string
import unicodedata
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

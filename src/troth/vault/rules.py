"""The envelope: references, bound contexts, sealing with AES-256-GCM, keyed look-up. No I/O."""

import hmac
import secrets
import string
import unicodedata
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from itertools import count

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE, OWN, KEY = 12, 8, 32
CHUNK = 64 * 1024
_REF, _RANDOM_LETTERS = 35, 26
_LETTERS = b"234567abcdefghijklmnopqrstuvwxyz" * 8
_SIZES = tuple(size.to_bytes(4, "big") for size in range(64))
_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}


def new_ref(at: datetime) -> str:
    """A reference nobody can guess: 35 letters and digits, nine for the millisecond and 130 random bits (ASVS 11.5.1).

    What is made together stands together in an index. With random letters alone each row would go to another page of
    it, and the database would write all of that page again.
    """
    return new_refs(at, 1)[0]


def new_refs(at: datetime, number: int) -> list[str]:
    """As many references, made together."""
    moment = _moment(int(at.timestamp() * 1000))
    return [moment + drawn.translate(_LETTERS).decode("ascii") for drawn in draw(_RANDOM_LETTERS, number)]


def numbered_ref(key: bytes, person: str, name: str, number: int) -> str:
    """The reference of the `number`-th `name` of a person: nobody guesses it, and who has the key finds it again."""
    made = hmac.digest(key, context("troth.v1", "numbered", name, person, str(number)), "sha512")
    return made[:_REF].translate(_LETTERS).decode("ascii")


def draw(size: int, number: int) -> list[bytes]:
    """So many random values, asked of the system at once: whenever it is asked, this thread lets all others ahead."""
    drawn = secrets.token_bytes(size * number)
    return [drawn[start : start + size] for start in range(0, size * number, size)]


def _moment(number: int) -> str:
    return bytes(_LETTERS[number >> shift & 31] for shift in range(40, -1, -5)).decode("ascii")


def new_key() -> bytes:
    """A key for AES-256."""
    return secrets.token_bytes(KEY)


def bound(part: str) -> bytes:
    """One part of a bound context: with its length in front."""
    encoded = part.encode()
    size = len(encoded)
    return (_SIZES[size] if size < len(_SIZES) else size.to_bytes(4, "big")) + encoded


def context(*parts: str) -> bytes:
    """The bound context of a sealed value: each part with its length, so that no two contexts coincide."""
    return b"".join(map(bound, parts))


# Names of fields and references of persons, which say nothing about anybody; never what somebody typed.
_named = lru_cache(maxsize=256)(context)


class Envelope:
    """Seals and opens values of one place with one key: AES-256-GCM, the place and the value's name bound to it.

    It holds the key: a person's is made anew for each unit of work, since a key in memory outlives its erasure.
    A nonce is 64 random bits of the envelope's own and the number of the value in it, so that none comes twice under
    a key however many envelopes are made of it. After a fork, parent and child must not go on with the same envelope.
    """

    def __init__(self, key: bytes, *place: str, own: bytes = b"") -> None:
        cipher = AESGCM(key)
        self._encrypt, self._decrypt = cipher.encrypt, cipher.decrypt
        self._place = context("troth.v1", *place)
        self._own = own or secrets.token_bytes(OWN)
        self._number = count().__next__

    def seal(self, plain: bytes, name: str) -> bytes:
        """`plain` sealed as the value `name`, behind its nonce."""
        nonce = self._own + self._number().to_bytes(NONCE - OWN, "big")
        return nonce + self._encrypt(nonce, plain, self._place + _named(name))

    def open(self, sealed: bytes, name: str) -> bytes:
        """What was sealed as `name` here; raises ``InvalidTag`` when a bit, the key or the place differs."""
        return self._decrypt(sealed[:NONCE], sealed[NONCE:], self._place + _named(name))


# A person's secret is their key; behind it, once that was exchanged, what their first key made of salts and digests;
# and behind that, while it is being exchanged, the key before it, under which something may still be sealed.


def salts_of(secret: bytes) -> bytes:
    """What salts and digests of a person come of. It stays when their key is exchanged, and leads to no key."""
    return secret[KEY : 2 * KEY] or _said(secret, b"ledger").digest()


def beside(secret: bytes) -> bytes:
    """The key for what is kept of a person besides their values. It goes with their secret, and outlives exchanges."""
    return hmac.digest(salts_of(secret), context("troth.v1", "beside"), "sha256")


def exchanging(key: bytes, secret: bytes, before: bytes) -> bytes:
    """A secret while `key` takes the place of the key of the secret `before`, with the salts of `secret`."""
    return key + salts_of(secret) + before[:KEY]


def exchanged(secret: bytes) -> bytes:
    """The secret once nothing is sealed under the key before any more."""
    return secret[: 2 * KEY]


def half_exchanged(secret: bytes) -> bool:
    """Whether something may still be sealed under the key before."""
    return len(secret) > 2 * KEY


def same_key(secret: bytes, other: bytes) -> bool:
    """Whether two secrets have the same key."""
    return hmac.compare_digest(secret[:KEY], other[:KEY])


def envelope(secret: bytes, person: str, record: str, own: bytes = b"") -> Envelope:
    """Seals and opens what one record of one person holds, each value by its field: it opens nowhere else.

    `own` is the random part of its nonces, for who makes many at once.
    """
    return Envelope(secret[:KEY], "vault_sealed", record, person, own=own)


_PLACE = context("troth.v1", "vault_sealed")


def opened(secret: bytes, person: str, record: str, field: str, sealed: bytes) -> bytes:
    """What an envelope of this person and record sealed as `field`, where many are opened and none is sealed."""
    place = _PLACE + bound(record) + bound(person) + _named(field)
    try:
        return AESGCM(secret[:KEY]).decrypt(sealed[:NONCE], sealed[NONCE:], place)
    except InvalidTag:
        if not half_exchanged(secret):
            raise
        return AESGCM(secret[2 * KEY :]).decrypt(sealed[:NONCE], sealed[NONCE:], place)


def chunk_nonce(number: int, *, last: bool) -> bytes:
    """The nonce of a file's chunk. A file's key seals that file alone, so a counter never repeats."""
    return number.to_bytes(NONCE - 1, "big") + bytes([last])


def look_up_index(key: bytes, address: str) -> bytes:
    """The keyed index of an e-mail address: equal addresses meet, nobody without the key can tell which."""
    # Only A to Z are one letter in two shapes everywhere: elsewhere another letter may be another mailbox.
    plain = unicodedata.normalize("NFC", address).strip().translate(_LOWER)
    return hmac.digest(key, context("troth.v1", "email", plain), "sha256")


def entry_salt(salts: bytes, record: str) -> bytes:
    """The salt of a person's ledger entry. With the person's secret destroyed the entry means nothing."""
    return _said(salts, b"entry", record.encode()).digest()


def value_digest(salts: bytes, record: str, field: str, plain: bytes) -> str:
    """What an entry commits to of a value: nothing without the salts, and the same when the value is sealed anew."""
    return _said(salts, b"value", bound(record) + _named(field) + plain).hexdigest()


def _said(key: bytes, name: bytes, what: bytes = b"") -> blake2b:
    # Many for each submission: keyed BLAKE2b (RFC 7693) is one call, and takes a third of what HMAC takes.
    return blake2b(what, key=key, person=b"troth.v1 " + name, digest_size=32)


def suppression(key: bytes, index: bytes) -> bytes:
    """What is left of the address with this look-up index when its person is erased. It does not lead to the index."""
    return hmac.digest(key, context("troth.v1", "suppressed") + index, "sha256")


def address_ref(key: bytes, index: bytes) -> str:
    """The reference of the address with this look-up index, for return paths: 32 letters that find nobody."""
    made = hmac.digest(key, context("troth.v1", "address") + index, "sha256")
    return made.translate(_LETTERS).decode("ascii")


def erasure_salt(key: bytes, person: str) -> bytes:
    """The salt of the entry of a person's erasure. Their own key is gone by then, so it comes of the look-up key."""
    return hmac.digest(key, context("troth.v1", "erased", person), "sha256")


def erasure_certificate(person: str, origin: str) -> dict[str, str]:
    """What a certificate of erasure says. It stays as it is: restoring finds erased persons by what it hashes to."""
    return {"@type": "urn:troth:erasure", "dpv:hasDataSubject": f"urn:troth:person:{person}", "log": origin}


def key_id(key: bytes) -> str:
    """Eight hex digits that tell key-encryption keys apart without telling anything about them."""
    return sha256(b"troth key id\x00" + key).hexdigest()[:8]

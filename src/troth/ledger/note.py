"""Signed notes, checkpoints and proofs in C2SP's formats: signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-proof v1.

Texts are verified as they came, never re-encoded. Only Ed25519 (type 0x01) signs here; signatures of keys that
nobody asked about are passed over, as the format demands, so that witnesses may add theirs.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from troth.ledger.errors import KeyUnusable, NoteRefused
from troth.ledger.rules import HASH_BYTES

_ED25519: Final = b"\1"
_PRIVATE: Final = "PRIVATE+KEY"
_PROOF: Final = "c2sp.org/tlog-proof@v1"
_MOST_BYTES: Final = 1_000_000
_MOST_SIGNATURES: Final = 100

# Halves of characters cannot be written as UTF-8, so that nobody can have signed them.
_NAME = re.compile(r"[^\s+\ud800-\udfff]+")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_SIGNATURE = re.compile("\N{EM DASH} ([^\\s+]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a key that signs notes: ``name+id+base64(type || key)``."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that `text` says; refused when its id is not its own."""
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        try:
            decoded = b64decode(encoded, validate=True)
        except (NotBase64, ValueError) as error:
            raise _unusable("is not a verifier key of the form name+id+key") from error
        if decoded[:1] != _ED25519 or len(decoded) != 1 + HASH_BYTES or not _NAME.fullmatch(name):
            raise _unusable("is not a verifier key for Ed25519")
        key = cls(name, decoded[1:])
        if str(key) != text:
            raise _unusable("does not have the id of its own name and key")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes that tell this key from others of the same name."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"


@dataclass(frozen=True, repr=False)
class SigningKey:
    """The secret half: ``PRIVATE+KEY+name+id+base64(type || seed)``. It never shows itself."""

    name: str
    seed: bytes

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key called `name`."""
        if not _NAME.fullmatch(name):
            raise _unusable("cannot be made under a name that is empty or has a space or a plus")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that the file's text says."""
        name, _, rest = text.strip().removeprefix(f"{_PRIVATE}+").partition("+")
        _, _, encoded = rest.partition("+")
        try:
            decoded = b64decode(encoded, validate=True)
        except (NotBase64, ValueError) as error:
            raise _unusable("is not a signing key of the form PRIVATE+KEY+name+id+key") from error
        key = cls(name, decoded[1:])
        if decoded[:1] != _ED25519 or len(decoded) != 1 + HASH_BYTES or not _NAME.fullmatch(name):
            raise _unusable("is not a signing key for Ed25519")
        if key.text() != text.strip():
            raise _unusable("does not have the id of its own name and key")
        return key

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def text(self) -> str:
        """The key as its file holds it: secret."""
        return f"{_PRIVATE}+{self.name}+{self.verifier.id.hex()}+{b64encode(_ED25519 + self.seed).decode()}"

    def sign(self, text: str) -> str:
        """`text`, which ends in a newline, as a signed note."""
        if not text.endswith("\n") or _UNFIT.search(text):
            raise _refused("has no newline at its end, or a control character")
        signature = self.verifier.id + self._private.sign(text.encode())
        return f"{text}\n\N{EM DASH} {self.name} {b64encode(signature).decode()}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The text of `note`, once a signature of `key` on it holds. A bad signature of `key` refuses the note."""
    text, signatures = _parted(note)
    held = False
    for name, signature in signatures:
        if name != key.name or signature[:4] != key.id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
        except InvalidSignature as error:
            raise _refused(f"has a signature of {key.name} that does not hold") from error
        held = True
    if not held:
        raise _refused(f"has no signature of {key.name} with the key asked for")
    return text


def _parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > _MOST_BYTES or _UNFIT.search(note):
        raise _refused("is too long, or has a control character")
    head, gap, tail = note.rpartition("\n\n")
    lines = tail.removesuffix("\n").split("\n")
    if not gap or not tail.endswith("\n") or len(lines) > _MOST_SIGNATURES:
        raise _refused("is not a text, an empty line, and signatures")
    return head + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    found = _SIGNATURE.fullmatch(line)
    decoded = _decoded(found[2]) if found else b""
    if not found or len(decoded) <= len(b"\0\0\0\0"):
        raise _refused("has a signature line that is not well-formed")
    return found[1], decoded


@dataclass(frozen=True)
class Checkpoint:
    """A log's origin, size and root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What a note's text says; lines after the third are passed over, but none may be empty."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < len(("origin", "size", "root")) or not all(lines) or not _NUMBER.fullmatch(lines[1]):
            raise _refused("is not a checkpoint of origin, size and root")
        root = _decoded(lines[2])
        if len(root) != HASH_BYTES:
            raise _refused("has a root that is not a SHA-256 hash")
        return cls(lines[0], int(lines[1]), root)

    @classmethod
    def open(cls, note: str, key: VerifierKey) -> Self:
        """The checkpoint in `note`, signed by `key` and speaking of the log of that name."""
        checkpoint = cls.parse(open_note(note, key))
        if checkpoint.origin != key.name:
            raise _refused(f"speaks of another log than {key.name}")
        return checkpoint


@dataclass(frozen=True)
class Proof:
    """That an entry stands at `index` of the log whose checkpoint `note` is: a ``.tlog-proof`` file."""

    index: int
    hashes: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The proof as a file holds it."""
        lines = [_PROOF, f"index {self.index}", *(b64encode(one).decode() for one in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.note

    @classmethod
    def parse(cls, text: str) -> Self:
        """The proof in a file's text. What an ``extra`` line says is not signed by anybody and is passed over."""
        head, gap, note = text.partition("\n\n")
        lines = head.split("\n")
        if lines[1:] and lines[1].startswith("extra "):
            _decoded(lines.pop(1).removeprefix("extra "))
        index = lines[1].removeprefix("index ") if len(lines) > 1 else ""
        if not gap or lines[0] != _PROOF or lines[1] != f"index {index}" or not _NUMBER.fullmatch(index):
            raise _refused(f"is not a proof that begins with {_PROOF} and an index")
        hashes = tuple(_decoded(line) for line in lines[2:])
        if any(len(one) != HASH_BYTES for one in hashes):
            raise _refused("has a hash that is not SHA-256")
        return cls(int(index), hashes, note)


def _decoded(text: str) -> bytes:
    try:
        decoded = b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise _refused("has a line that is not base64") from error
    if b64encode(decoded).decode() != text:
        raise _refused("has base64 that can be written in another way")
    return decoded


def _refused(why: str) -> NoteRefused:
    return NoteRefused(f"The note {why}. Ask where it came from, and fetch it again.")


def _unusable(why: str) -> KeyUnusable:
    return KeyUnusable(f"The key {why}. Put the right key in its place.")

"""DKIM (RFC 6376): every mail is signed, with its list headers, so that nobody can put others in their place.

What is signed is put together here from headers as this room writes them. Signing with OpenSSL takes a twentieth of
what signing in Python takes.
"""

import base64
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from troth.ledger.durable import write_new
from troth.ledger.secret import secret_in
from troth.mail.errors import KeyUnusable

FILE: Final = "dkim.key"
_BITS: Final = 2048
_WIDTH: Final = 72
# With names that are not there, nobody can add a header of theirs either (RFC 6376, 8.15).
_SIGNED: Final = (
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"content-transfer-encoding",
    b"reply-to", b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"auto-submitted",
)  # fmt: skip
_NAMES: Final = b":".join((*_SIGNED, b"from", b"subject", b"to", b"list-unsubscribe", b"list-unsubscribe-post"))

Headers = Sequence[tuple[bytes, bytes]]


def make_key(directory: Path) -> None:
    """Makes the key that signs mail, readable by its owner alone. One that is there is an error, and not replaced."""
    key = rsa.generate_private_key(65537, _BITS)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    write_new(directory / FILE, key.private_bytes(*form))


class Signer:
    """Signs for one domain with the key of one selector."""

    def __init__(self, key: rsa.RSAPrivateKey, domain: str, selector: str) -> None:
        self.domain, self.selector = domain, selector
        self.public = key.public_key()
        self._key, self._padding, self._hash = key, padding.PKCS1v15(), hashes.SHA256()
        said = f"v=1; a=rsa-sha256; c=relaxed/simple; d={domain}; s={selector}; h="
        self._begin = said.encode() + _NAMES + b"; bh="

    def header(self, headers: Headers, body: bytes) -> bytes:
        """The header that stands above `headers`, each named once, and `body`."""
        said = {name.lower(): value for name, value in headers}
        value = self._begin + base64.b64encode(sha256(body.rstrip(b"\r\n") + b"\r\n").digest()) + b"; b="
        lines = [name + b":" + b" ".join(said[name].split()) + b"\r\n" for name in _SIGNED if name in said]
        plain = b"".join(lines) + b"dkim-signature:" + value
        signature = base64.b64encode(self._key.sign(plain, self._padding, self._hash))
        folded = b"\r\n\t".join(signature[start : start + _WIDTH] for start in range(0, len(signature), _WIDTH))
        # White space within it is nothing to who checks.
        return b"DKIM-Signature: " + value.replace(b"; ", b";\r\n\t") + folded


def signer() -> Signer | None:
    """Signs for the domain that mail comes from; None where there is no key."""
    directory, mail = settings.TROTH_KEYS_DIR, settings.TROTH_MAIL
    if mail is None or (directory not in _found and not (directory / FILE).exists()):
        return None
    if directory not in _found:
        _found[directory] = Signer(_key(directory), mail.sender.rpartition("@")[2].lower(), mail.selector)
    return _found[directory]


# The key of an installation, once it was read.
_found: dict[Path, Signer] = {}


def _key(directory: Path) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(secret_in(directory / FILE, KeyUnusable).encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        message = f"{directory / FILE} holds no RSA key in PEM. Put the installation's own file back."
        raise KeyUnusable(message)
    return key


def record(directory: Path) -> str:
    """What the DNS says of the key, so that everybody can check what it signed."""
    return said(_key(directory).public_key())


def said(public: rsa.RSAPublicKey) -> str:
    """What the DNS says of a key."""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public.public_bytes(*form)).decode()}"

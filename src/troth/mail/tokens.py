"""What stands in the addresses of a mail: sealed, so that nobody can make one, and none says anything to others.

They hold for as long as the look-up key does, which is never exchanged: a mail is unsubscribed from years later.
"""

import base64
import hmac
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from troth.mail.errors import TokenRefused
from troth.vault.keys import look_up_key
from troth.vault.rules import context

_LONGEST: Final = 400
_REF, _MAC = 35, 10


@lru_cache(1)
def _cipher(key: bytes) -> AESSIV:
    return AESSIV(hmac.digest(key, context("troth.v1", "mail-token"), "sha512"))


def sealed(kind: str, *said: str) -> str:
    """A token of this kind that says `said`; the same each time."""
    plain = "\n".join(said).encode()
    return base64.urlsafe_b64encode(_cipher(look_up_key()).encrypt(plain, [kind.encode()])).rstrip(b"=").decode()


def opened(kind: str, token: str, parts: int) -> list[str]:
    """What a token of this kind says, in so many parts; :class:`TokenRefused` is the same for whatever is wrong."""
    try:
        raw = base64.b64decode(token[:_LONGEST].encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True)
        said = _cipher(look_up_key()).decrypt(raw, [kind.encode()]).decode().split("\n")
    except (ValueError, InvalidTag):
        said = []
    if len(said) != parts:
        message = "This address is not one of ours, or was cut short on the way. Use it as it stands in the mail."
        raise TokenRefused(message)
    return said


def return_path(ref: str, bounces: str) -> str:
    """Where the mail `ref` comes back to if it cannot be delivered: `bounces`, with what tells which mail it was.

    VERP; what stands before the ``@`` has 64 letters at most, so that `bounces` has no more than 17 there.
    """
    local, _, domain = bounces.rpartition("@")
    return f"{local}+{ref}{_mac(ref)}@{domain}"


def returned(address: str) -> str:
    """The mail that came back to `address`; raises :class:`TokenRefused`."""
    said = address.rpartition("@")[0].rpartition("+")[2].lower()
    ref, mac = said[:_REF], said[_REF:]
    if not hmac.compare_digest(mac.encode(), _mac(ref).encode()):
        message = "No mail of ours comes back to this address."
        raise TokenRefused(message)
    return ref


def _mac(ref: str) -> str:
    made = hmac.digest(look_up_key(), context("troth.v1", "return-path", ref), "sha256")
    return base64.b32encode(made).decode().lower()[:_MAC]

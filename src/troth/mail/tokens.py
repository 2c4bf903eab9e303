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

"""Return paths that say which address a mail went to, signed, so that nobody can make one up (VERP). Pure.

``bounce+REFERENCE.SIGNATURE@example.org``: the reference is that of an address (``vault.unwanted.address_ref``), a
keyed hash that finds nobody. It is of letters and digits that survive a mail server that writes all of it small.
"""

import base64
import hmac
import re
from typing import Final

from troth.vault.rules import context

_SIGNATURE: Final = 10
_PATH = re.compile(r"([^@+]+)\+([a-z2-7]{1,40})\.([a-z2-7]{16})@([^@]+)", re.IGNORECASE)
_ANYWHERE = re.compile(r"[^\s<>@+:;,\"]+\+[a-z2-7]{1,40}\.[a-z2-7]{16}@[^\s<>@:;,\"]+", re.IGNORECASE)


def verp(address_ref: str, key: bytes, base: str) -> str:
    """The return path of a mail to the address with this reference; `base` is the address without it."""
    local, _, domain = base.rpartition("@")
    return f"{local}+{address_ref}.{_signature(address_ref, key)}@{domain}"


def address_ref_of(path: str, key: bytes, base: str) -> str:
    """The reference in a return path that was made here; empty for any other."""
    found = _PATH.fullmatch(path.strip().strip("<>"))
    if not found or f"{found[1]}@{found[4]}".casefold() != base.casefold():
        return ""
    address_ref = found[2].lower()
    return address_ref if hmac.compare_digest(_signature(address_ref, key), found[3].lower()) else ""


def paths_in(text: str) -> list[str]:
    """Whatever in `text` may be such a return path, signed or not."""
    return _ANYWHERE.findall(text)


def verp_key(key: bytes) -> bytes:
    """The key that signs return paths, made of the installation's look-up key."""
    return hmac.digest(key, context("troth.v1", "verp"), "sha256")


def _signature(address_ref: str, key: bytes) -> str:
    made = hmac.digest(key, context("troth.v1", "verp", address_ref), "sha256")
    return base64.b32encode(made[:_SIGNATURE]).decode("ascii").lower()

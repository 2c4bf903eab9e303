"""Addresses to which no issue goes: mail came back from there, or somebody complained. Known by a keyed hash alone."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from troth.ledger.work import unit_of_work
from troth.mail.models import Suppressed
from troth.vault.keys import look_up_key
from troth.vault.rules import context, look_up_index

Why = Literal["bounced", "complained"]


def digest(address: str) -> bytes:
    """What is kept of an address; it neither finds anybody nor leads to the look-up index."""
    key = look_up_key()
    return hmac.digest(key, context("troth.v1", "mail-suppressed") + look_up_index(key, address), "sha256")


@unit_of_work
def suppress(address: str, why: Why, *, at: datetime) -> None:
    """From now on no issue goes to `address`, also after whoever reads it was erased."""
    Suppressed.objects.update_or_create(digest=digest(address), defaults={"why": why, "at": at})


def anybody() -> bool:
    """Whether there is any such address."""
    return Suppressed.objects.exists()


@unit_of_work
def lift(address: str) -> None:
    """Whoever reads mail at `address` showed that they do, and wants what goes there."""
    Suppressed.objects.filter(digest=digest(address)).delete()


def among(addresses: Iterable[str]) -> frozenset[str]:
    """Those of `addresses` to which none goes."""
    by = {digest(one): one for one in addresses}
    found = Suppressed.objects.filter(digest__in=list(by)).values_list("digest", flat=True)
    return frozenset(by[bytes(one)] for one in found)

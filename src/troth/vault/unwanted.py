"""Addresses to which no advertising goes: mail to them came back or was complained of. No address stands here."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Literal

from troth.ledger.among import rows_among
from troth.ledger.work import unit_of_work
from troth.vault import keys, rules
from troth.vault.models import Unwanted

# So often for the time being, over so many days, is for good.
_MOST_SOFT: Final = 5
_OVER: Final = timedelta(days=3)
# What came back lately is one failure, however often a server reports it.
_APART: Final = timedelta(hours=12)


def address_ref(address: str) -> str:
    """The reference of an address, as it stands in return paths of mail to it."""
    key = keys.look_up_key()
    return rules.address_ref(key, rules.look_up_index(key, address))


def is_unwanted(address: str) -> bool:
    """Whether no advertising may go to this address any more."""
    return Unwanted.objects.filter(address_ref=address_ref(address)).exclude(why="").exists()


def unwanted_among(refs: Collection[str]) -> set[str]:
    """Of these references of addresses, those to which no advertising may go any more."""
    rows = rows_among(Unwanted, "address_ref", refs, "address_ref", "why")
    return {ref for ref, why in rows if why}


def anybody() -> bool:
    """Whether anything was noted of any address."""
    return Unwanted.objects.exists()


@unit_of_work
def note(ref: str, why: Literal["bounced", "complained"], *, at: datetime) -> None:
    """From now on no advertising goes to the address with this reference."""
    one, _ = Unwanted.objects.select_for_update().get_or_create(address_ref=ref, defaults={"since": at, "last": at})
    one.why, one.last = why, at
    one.save()


@unit_of_work
def count_soft(ref: str, *, at: datetime) -> None:
    """Mail to the address with this reference could not be delivered for some days. So often, it is for good."""
    one, new = Unwanted.objects.select_for_update().get_or_create(address_ref=ref, defaults={"since": at, "last": at})
    if new or at - one.last >= _APART:
        one.soft, one.last = one.soft + 1, at
    if not one.why and one.soft >= _MOST_SOFT and at - one.since >= _OVER:
        one.why = "bounced"
    one.save()


@unit_of_work
def lift(address: str) -> None:
    """What was noted of an address counts no more: whoever has it has shown that they read its mail, and wants it."""
    Unwanted.objects.filter(address_ref=address_ref(address)).delete()

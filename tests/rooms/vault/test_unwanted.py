"""Addresses that no advertising goes to, known by a hash alone; and what somebody unknown wrote, until its key goes."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from troth.ledger.work import unit_of_work
from troth.vault import apart, unwanted
from troth.vault.errors import Altered, Erased
from troth.vault.models import Unwanted
from troth.vault.reads import known, person_keys

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("installation")


def address() -> str:
    return f"{secrets.token_hex(8)}@example.com"


def test_what_is_noted_of_an_address() -> None:
    """One reference however the address is written; noted, asked for one by one and among many, and lifted again."""
    one, other = address(), address()
    ref = unwanted.address_ref(one)
    assert ref == unwanted.address_ref(f" {one.upper()} ") != unwanted.address_ref(other)
    assert len(ref) == 32
    assert not unwanted.is_unwanted(one)
    unwanted.note(ref, "bounced", at=AT)
    assert unwanted.is_unwanted(one)
    assert unwanted.unwanted_among([ref, unwanted.address_ref(other)]) == {ref}
    unwanted.lift(one)
    assert not unwanted.is_unwanted(one)


def test_what_passes_is_counted() -> None:
    """Many at once are one; five over three days are for good; four are not, nor five on one day."""
    often, at_once = unwanted.address_ref(address()), unwanted.address_ref(address())
    for number in range(5):
        unwanted.count_soft(often, at=AT + number * timedelta(days=1))
        unwanted.count_soft(at_once, at=AT + number * timedelta(hours=1))
        assert unwanted.unwanted_among([often]) == ({often} if number == 4 else set())
    assert unwanted.unwanted_among([at_once]) == set()
    assert Unwanted.objects.get(address_ref=at_once).soft == 1


@unit_of_work
def opened_case() -> str:
    return apart.open_case(AT)


@unit_of_work
def ended(case: str) -> None:
    apart.end_cases([case])


def test_the_key_of_a_case() -> None:
    """It seals and opens as a person's does, for its place alone; nobody is known by it; what it sealed goes too."""
    case = opened_case()
    sealed = apart.seal_for(case, b"words", "somewhere", "row")
    assert apart.open_for(case, sealed, "somewhere", "row") == b"words"
    with pytest.raises(Altered):
        apart.open_for(case, sealed, "somewhere", "another row")
    assert known([case]) == set()
    ended(case)
    assert person_keys([case]) == {}
    with pytest.raises(Erased):
        apart.open_for(case, sealed, "somewhere", "row")

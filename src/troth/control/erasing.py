"""A person erases themselves."""

from datetime import datetime

from troth.control import actions, asking
from troth.ledger.work import unit_of_work
from troth.vault import actions as vault
from troth.vault.reads import held, known


@unit_of_work
def erase(person: str, *, service: str, at: datetime) -> None:
    """Erases `person`, ends their sessions and notes that they asked for it. Asked for twice, it is done once."""
    if known([person]):
        asking.fulfilled(person, "erase", service=service, through=asking.OWN_PAGE, at=at)
    vault.erase(person, at=at)
    actions.forget(person)


def held_of(person: str) -> dict[str, int]:
    """How much is held of `person`: how many values."""
    return {"values": len(held([person]))}

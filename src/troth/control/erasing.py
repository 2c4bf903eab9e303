"""A person erases themselves, and what is kept of somebody who is gone goes after them."""

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


def forget_gone() -> int:
    """Forgets everybody who is named here and of whom nothing is held any more, however they went; says how many.

    They may have been erased at the command line, by the start after a kill, or from a backup that was put back; or
    the time of all they gave is over.
    """
    named = actions.named()
    gone = sorted(named - known(named))
    for person in gone:
        actions.forget(person)
    return len(gone)

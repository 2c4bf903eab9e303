"""Erasing somebody: what every room does when a person goes."""

from datetime import datetime

from troth.control import actions, asking
from troth.ledger.work import unit_of_work
from troth.use.reads import recipients_of
from troth.vault import actions as vault
from troth.vault.reads import held
from troth.visits import actions as visits


@unit_of_work
def let_go(person: str, *, at: datetime) -> vault.Erased:
    """Erases `person` in every room: what leads to them anywhere goes in this one unit of work, or nothing does."""
    if vault.stays(person):
        asking.end_open(person, at=at)
    done = vault.erase(person, recipients_of(person), at=at)
    actions.forget(person)
    visits.unjoin(person)
    return done


@unit_of_work
def erase(person: str, *, service: str, at: datetime) -> None:
    """A person erases themselves, and that they asked for it is noted. Asked for twice, it is done once."""
    if vault.stays(person):  # locked, so that two who erase at once note one request
        asking.fulfilled(person, "erase", service=service, through=asking.OWN_PAGE, at=at)
    let_go(person, at=at)


def held_of(person: str) -> dict[str, int]:
    """How much is held of `person`: how many values."""
    return {"values": len(held([person]))}

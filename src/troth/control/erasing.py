"""Erasing somebody: what every room does when a person goes."""

from datetime import datetime

from troth.control import actions, asking
from troth.ledger.work import unit_of_work
from troth.use.reads import recipients_of
from troth.vault import actions as vault
from troth.vault.certificate import Erased
from troth.vault.certificate import erased as was_erased
from troth.vault.reads import held, known


@unit_of_work
def let_go(person: str, *, at: datetime) -> Erased:
    """Erases `person` in every room: what leads to them anywhere goes in this one unit of work, or nothing does."""
    done = vault.erase(person, recipients_of(person), at=at)
    actions.forget(person)
    return done


@unit_of_work
def erase(person: str, *, service: str, at: datetime) -> Erased:
    """A person erases themselves, and that they asked for it is noted. Asked for twice, it is done once."""
    if known([person]):
        asking.fulfilled(person, "erase", service=service, through=asking.OWN_PAGE, at=at)
    return let_go(person, at=at)


def erased(person: str) -> Erased:
    """That `person` was erased; raises :class:`NoSuchPerson` when nobody with this reference was."""
    return was_erased(person)


def held_of(person: str) -> dict[str, int]:
    """How much is held of `person`: in how many records how many values."""
    values = held([person])
    return {"records": len({record for record, _ in values}), "values": len(values)}

"""A person erases themselves."""

from datetime import datetime

from troth.control import actions, asking
from troth.ledger.work import unit_of_work
from troth.vault import actions as vault
from troth.vault.certificate import Erased
from troth.vault.certificate import erased as was_erased
from troth.vault.reads import held, known


@unit_of_work
def erase(person: str, *, service: str, at: datetime) -> Erased:
    """Erases `person`, ends their sessions and notes that they asked for it. Asked for twice, it is done once."""
    if known([person]):
        asking.fulfilled(person, "erase", service=service, through=asking.OWN_PAGE, at=at)
    done = vault.erase(person, at=at)
    actions.forget(person)
    return done


def erased(person: str) -> Erased:
    """That `person` was erased; raises :class:`NoSuchPerson` when nobody with this reference was."""
    return was_erased(person)


def held_of(person: str) -> dict[str, int]:
    """How much is held of `person`: in how many records how many values."""
    values = held([person])
    return {"records": len({record for record, _ in values}), "values": len(values)}

"""Erasing somebody: what every room does when a person goes, at the command line and wherever it stopped half-way."""

import time
from datetime import datetime
from typing import Any, Final, TextIO

from troth import clock
from troth.entry import starting
from troth.ledger.actions import sequence
from troth.ledger.work import unit_of_work
from troth.use.reads import recipients_of
from troth.vault import actions, reads
from troth.vault.certificate import certificate
from troth.vault.jobs import sweep_erased

_PAUSE: Final = 0.05


@unit_of_work
def let_go(person: str, *, at: datetime) -> actions.Erased:
    """Erases `person` in every room: what leads to them anywhere goes in this one unit of work, or nothing does.

    A room above the vault with rows that lead to somebody removes them here, before the vault forgets who it was.
    """
    return actions.erase(person, recipients_of(person), at=at)


def finish(at: datetime) -> int:
    """Finishes every erasure that stopped half-way; answers how many there were."""
    return actions.finish_erasures(lambda person: let_go(person, at=at))


def erase(person: str, address: TextIO) -> dict[str, Any]:
    """Erases `person`, or who has the address that stands in `address`; answers the certificate."""
    with starting.store_readable():
        starting.insist_on_begun()
        finish(clock.now())
        who = person or reads.person_at(address.readline())
        let_go(who, at=clock.now())
        sweep_erased(clock.now())
        sequence()
        while (proved := certificate(who)) is None:  # a server may be placing it at this moment
            time.sleep(_PAUSE)
        return proved

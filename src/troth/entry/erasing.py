"""Erasing somebody at the command line, and going on wherever it stopped half-way."""

import time
from datetime import datetime
from typing import Any, Final, TextIO

from troth import clock
from troth.control.erasing import let_go
from troth.entry import starting
from troth.ledger.actions import sequence
from troth.vault import actions, reads
from troth.vault.certificate import certificate
from troth.vault.jobs import sweep_erased

_PAUSE: Final = 0.05


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

"""`troth erase`: erasing somebody from the command line, while a server runs or not."""

import time
from typing import Any, Final, TextIO

from troth import clock
from troth.entry import service, starting
from troth.ledger.actions import sequence
from troth.vault import actions, reads
from troth.vault.certificate import certificate
from troth.vault.jobs import sweep_erased

_PAUSE: Final = 0.05


def erase(person: str, address: TextIO) -> dict[str, Any]:
    """Erases `person`, or who has the address that stands in `address`; answers the certificate."""
    service.prepare()
    with starting.store_readable():
        starting.insist_on_begun()
        actions.finish_erasures(at=clock.now())
        who = person or reads.person_at(address.readline())
        actions.erase(who, at=clock.now())
        sweep_erased(clock.now())
        sequence()
        while (proved := certificate(who)) is None:  # a server may be placing it at this moment
            time.sleep(_PAUSE)
        return proved

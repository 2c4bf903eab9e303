"""What runs beside the pages in every server process: the ledger's sequencer and the hourly clean-up."""

import logging
import threading

from django.conf import settings
from django.db import DatabaseError, connections

from troth import clock
from troth.collection.actions import forget_keys
from troth.errors import TrothError
from troth.ledger.sequencer import Sequencer
from troth.vault.jobs import keep_retention

log = logging.getLogger("troth.keeper")


def start() -> None:
    """Starts both; they end with the process."""
    Sequencer().start()
    threading.Thread(target=_hourly, name="troth-retention", daemon=True).start()


def _hourly() -> None:
    pause = threading.Event()
    while True:
        try:
            now = clock.now()
            ended = keep_retention(now)
            forget_keys(at=now)
            log.info("retention ended %d values and persons", ended)
        except (DatabaseError, TrothError, OSError):
            log.exception("retention did not finish; it is tried again")
        finally:
            connections.close_all()
        pause.wait(settings.TROTH_RETENTION_EVERY)

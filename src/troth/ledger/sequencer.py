"""The thread that gives entries their place, within a second of being appended."""

import logging
import threading
from typing import Final

from django.db import Error, connections

from troth.errors import TrothError
from troth.ledger import actions, reads

_EVERY: Final = 0.25
_AFTER_FAILURE: Final = 1.0

_log = logging.getLogger("troth.ledger")


class Sequencer:
    """Looks four times a second whether entries wait, and places them. One that fails is tried again."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="troth-sequencer", daemon=True)

    def start(self) -> None:
        """Begins to place entries."""
        self._thread.start()

    def stop(self) -> None:
        """Returns once no placing is under way. What waits is placed after the next start."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = self._placed()
        connections.close_all()

    @staticmethod
    def _placed() -> float:
        """Places what waits, and says how long to rest."""
        try:
            if reads.waiting() or not reads.checkpoint():
                actions.sequence()
        except (Error, TrothError) as error:
            # No more than its kind: a database's words may quote rows.
            _log.error("Entries could not be placed: %s. Trying again.", _kind(error))
            connections.close_all()
            return _AFTER_FAILURE
        return _EVERY


def _kind(error: Exception) -> str:
    return error.code if isinstance(error, TrothError) else type(error).__name__

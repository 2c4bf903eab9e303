"""What the person's pages leave to be done behind them: packages, and what is left of whoever was erased."""

import logging
import threading
from typing import Final

from django.conf import settings
from django.db import connections

from troth import clock
from troth.control import actions, exports
from troth.vault.jobs import sweep_erased

LOOKS_EVERY: Final = 5.0
log = logging.getLogger("troth.control")
_wanted = threading.Event()
_erased = threading.Event()


def wake(*, erased: bool = False) -> None:
    """Something is to be done now, by the thread of this process that does it."""
    if erased:
        _erased.set()
    _wanted.set()


def run() -> None:
    """Makes packages and removes what is over, for as long as the process lives."""
    _erased.set()  # somebody's erasure may have stopped half-way when the process before this one ended
    while True:
        try:
            once()
        except Exception:
            log.exception("what people asked for could not be done yet; it is tried again")
        finally:
            connections.close_all()
        _wanted.wait(LOOKS_EVERY)


def once() -> None:
    """Does what is to be done at this moment."""
    _wanted.clear()
    if _erased.is_set():
        _erased.clear()
        actions.forget_unknown()
        sweep_erased(clock.now())
    exports.build_all(settings.TROTH_SERVICE)
    exports.expire(at=clock.now())
    exports.sweep()

"""Where sights wait for a moment, and the thread that makes visits of them about once a second.

Whoever answers a request does no more than put down what came; nothing of it is looked at there. So what a crash loses
is at most what came since the last round. A process that is told to stop makes a last one before it ends.
"""

import logging
import threading
import time
from collections import Counter, deque
from multiprocessing.util import Finalize
from typing import Final

from django.db import Error, connections

from troth import clock
from troth.errors import TrothError
from troth.visits import actions
from troth.visits.ground import Who, ground
from troth.visits.rules import Sight, Visit
from troth.visits.steps import Bounds, visit
from troth.visits.stores import store

# In seconds; and by how many that wait a round begins earlier.
EVERY: Final = 1.0
_LOOK: Final = 0.05
_LAST: Final = 10.0
_MANY: Final = 4_000
# What waits while the store does not answer; more is dropped and counted.
MOST: Final = 40_000
# After so many others are let to the interpreter.
_AT_A_TIME: Final = 50

log = logging.getLogger("troth.visits")


class Intake:
    """Takes sights from any thread, and keeps what becomes of them from one."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self._waiting: deque[Sight] = deque()
        self._bounds = Bounds()
        self._made: list[Visit] = []
        self._over = threading.Event()

    def put(self, sight: Sight) -> None:
        """Takes one; it is looked at within a second."""
        if len(self._waiting) < MOST:
            self._waiting.append(sight)
        else:
            self.outcomes["full"] += 1

    def round(self, who: Who) -> None:
        """Makes visits of everything that waits, and keeps them. Where the store does not answer, they wait on."""
        now = clock.now()
        self._bounds.salt.forget(now.date())
        actions.scrub()
        if not self._waiting and not self._made:
            return
        here = ground(who, now)
        for number in range(min(len(self._waiting), MOST)):
            sight = self._waiting.popleft()
            made = visit(sight, here, self._bounds) if here else "undeclared"
            if isinstance(made, str):
                self.outcomes[made] += 1
            elif len(self._made) < MOST:
                self._made.append(made)
            else:
                self.outcomes["full"] += 1
            if number % _AT_A_TIME == 0:
                time.sleep(0)
        if here and self._made:
            actions.keep(self._made, here.declared.join, at=now)
            self.outcomes["kept"] += len(self._made)
        self._made = []

    def run(self, who: Who) -> None:
        """Round after round, until the process ends."""
        while not self._over.is_set():
            self._attempt(who)
            due = time.monotonic() + EVERY
            while time.monotonic() < due and len(self._waiting) < _MANY and not self._over.wait(_LOOK):
                pass
        # Whoever was just being answered puts down what they saw.
        time.sleep(_LOOK)
        self._attempt(who)

    def _attempt(self, who: Who) -> None:
        try:
            self.round(who)
        except (TrothError, Error) as error:
            log.warning("visits could not be kept now: %s; they are tried again", type(error).__name__)
            self._begin_anew()
        except Exception:
            self._made = []
            log.exception("a round of visits was given up")
            self._begin_anew()

    def end(self, running: threading.Thread) -> None:
        """Ends the rounds of this thread with a last one; returns once it is over, or cannot be."""
        self._over.set()
        running.join(_LAST)

    @staticmethod
    def _begin_anew() -> None:
        # What the store remembers of rows may have been undone with them.
        store.cache_clear()
        connections.close_all()


intake: Final = Intake()


def start(who: Who) -> None:
    """Begins to make visits; ends with the process. `who` tells whose a session is that agreed to be joined."""
    running = threading.Thread(target=intake.run, args=(who,), name="troth-visits", daemon=True)
    running.start()
    # Of what runs at the end of a process, only this also runs in the server's, which is a fork.
    Finalize(None, intake.end, args=(running,), exitpriority=0)

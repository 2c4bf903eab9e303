"""The salt of the day: made in memory, written nowhere, gone with the day."""

import secrets
import time
from datetime import date
from threading import Lock
from typing import Final

_BYTES: Final = 32
_DAY: Final = 24 * 3600


class Salt:
    """One salt at a time. With another day, also one that the clock was set back to, there is another salt.

    It is gone a day after it was made, whatever the clock says. Until then whoever has it could find a visitor again
    by address and browser; after it nobody can.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._day: date | None = None
        self._salt = b""
        self._made = 0.0

    def of(self, day: date) -> bytes:
        """The salt of `day`."""
        with self._guard:
            self._forget(day)
            if not self._salt:
                self._day, self._salt, self._made = day, secrets.token_bytes(_BYTES), time.monotonic()
            return self._salt

    def forget(self, today: date) -> None:
        """Lets the salt go if it is not today's: looked at again and again, also while nobody visits."""
        with self._guard:
            self._forget(today)

    def _forget(self, today: date) -> None:
        if self._day != today or time.monotonic() - self._made >= _DAY:
            self._day, self._salt = None, b""

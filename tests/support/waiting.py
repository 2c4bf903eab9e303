"""Waiting for something to become so, as long as a slow machine may need."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
WITHIN = 60.0
# Whoever has waited long asks less often.
_SHORTEST, _LONGEST = 0.01, 0.5


def until(question: Callable[[], Found], what: str, *, within: float = WITHIN) -> Found:
    """The first answer of `question` that is true; fails with `what` when none comes."""
    begun = time.monotonic()
    while not (found := question()):
        waited = time.monotonic() - begun
        assert waited < within, f"did not come about within {within:.0f} s: {what}"
        time.sleep(min(max(waited / 10, _SHORTEST), _LONGEST))
    return found

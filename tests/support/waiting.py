"""Waiting for something to become so, as long as a slow machine may need."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
WITHIN = 60.0
_PAUSE = 0.02


def until(question: Callable[[], Found], what: str, *, within: float = WITHIN) -> Found:
    """The first answer of `question` that is true; fails with `what` when none comes."""
    deadline = time.monotonic() + within
    while not (found := question()):
        assert time.monotonic() < deadline, f"did not come about within {within:.0f} s: {what}"
        time.sleep(_PAUSE)
    return found

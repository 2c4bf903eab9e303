"""Runs a check on many drawn values: the same in every ordinary run, others each time where more rounds are asked."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

ORDINARY = 25


def hold(check: Callable[..., Any], *drawn: SearchStrategy[Any], examples: int, rounds: int) -> None:
    """`check` holds for so many `examples` of what is `drawn` in an ordinary run, and for more with more `rounds`."""
    chosen = settings(
        max_examples=max(1, examples * rounds // ORDINARY),
        derandomize=rounds <= ORDINARY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    chosen(given(*drawn)(check))()

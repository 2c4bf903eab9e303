"""Noise is drawn by OpenDP as was promised, and costs what it costs."""

import statistics
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from troth.sharing import noise
from troth.sharing.errors import BudgetSpent
from troth.sharing.rules import Table

AT = datetime(2026, 11, 24, tzinfo=UTC)
COUNTS: dict[tuple[str, ...], int] = {("/", "TW"): 5000, ("/a", "DE"): 700, ("/rare", "IS"): 1}


def test_counts_have_noise_of_the_scale_that_is_told():
    """Around the true count, as far as the scale says; a rare value is not told at all."""
    drawn = [noise.drawn(COUNTS, 1.0) for _ in range(400)]
    scale, threshold = drawn[0][1:]
    assert scale == noise.MOST
    assert threshold > scale * 10
    assert all(set(found) == {("/", "TW"), ("/a", "DE")} for found, _, _ in drawn)
    off = [found["/", "TW"] - 5000 for found, _, _ in drawn]
    assert abs(statistics.mean(off)) < 1
    assert scale * 0.8 < statistics.mean(map(abs, off)) < scale * 1.2


def asked(**other: Any) -> Any:
    from troth.sharing.actions import Asked  # noqa: PLC0415 - needs the settings

    usual = {"service": "noisy", "first": date(2026, 9, 1), "last": date(2026, 9, 30), "by": ("page", "country"),
             "recipient": "research", "epsilon": 1500}  # fmt: skip
    return Asked(**{**usual, **other})


def test_a_year_has_a_budget_and_no_table_is_drawn_twice(installation: Path) -> None:  # noqa: ARG001 - is ready
    """Who asks again is given the same and pays nothing; when the budget of the year is spent, nobody is given more."""
    from troth.sharing.actions import release, spent  # noqa: PLC0415 - needs the settings

    def count() -> Table:
        return Table(("page", "country"), (), tuple(COUNTS.items()), 0, None)

    first = release(asked(), count, at=AT)
    assert release(asked(), count, at=AT) == first
    other = release(asked(recipient="somebody"), count, at=AT)
    assert (other.body, other.ref == first.ref) == (first.body, False)
    assert spent("noisy", 2026) == 1500
    with pytest.raises(BudgetSpent):
        release(asked(by=("page",)), count, at=AT)
    release(asked(by=("page",), epsilon=500), count, at=AT)
    with pytest.raises(BudgetSpent):
        release(asked(by=("country",), epsilon=1), count, at=AT)
    release(asked(first=date(2025, 9, 1), last=date(2025, 9, 30)), count, at=AT)
    assert spent("noisy", 2026) == 2000

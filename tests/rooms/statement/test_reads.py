"""How far the published versions have come."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from troth.statement import reads
from troth.statement.models import Version

BEGINS = {1: 1, 2: 20, 3: 10}


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "in_force", "begun"), [(1, 1, 1), (9, 1, 1), (10, 3, 2), (19, 3, 2), (20, 3, 3), (31, 3, 3)]
)
@pytest.mark.usefixtures("installation")
def test_the_highest_number_that_has_begun_is_in_force(at: int, in_force: int, begun: int) -> None:
    """A version holds from its day until a higher one does, in whatever order they begin."""
    with transaction.atomic():
        for number, begins in BEGINS.items():
            Version.objects.create(
                service="other", number=number, digest=str(number), source=b"", published=day(1), effective=day(begins),
                leaf=b"",
            )  # fmt: skip
        assert reads.succession("other", day(at)) == reads.Succession(in_force, 3, begun)
        assert reads.number_in_force("other", day(at)) == in_force
        transaction.set_rollback(True)


@pytest.mark.usefixtures("installation")
def test_before_the_first_there_is_none() -> None:
    """A service that has published nothing has no version in force."""
    assert reads.succession("nobody", day(1)) == reads.Succession(0, 0, 0)

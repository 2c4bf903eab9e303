"""How far the published versions have come."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from troth.statement import reads
from troth.statement.models import Turn, Version

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
        assert reads.succession("other", day(at)) == reads.Succession(in_force, 3, begun, 0, begun)
        assert reads.number_in_force("other", day(at)) == in_force
        transaction.set_rollback(True)


@pytest.mark.usefixtures("installation")
def test_before_the_first_there_is_none() -> None:
    """A service that has published nothing has no version in force."""
    assert reads.succession("nobody", day(1)) == reads.Succession(0, 0, 0)


@pytest.mark.usefixtures("installation")
def test_who_was_not_told_keeps_a_version_waiting() -> None:
    """A version that is told by letter holds from the day that its announcement names; one that was retracted never."""
    with transaction.atomic():
        for number, tell in ((1, ""), (2, "mail"), (3, "mail")):
            Version.objects.create(
                service="third", number=number, digest=str(number), source=b"", published=day(1), effective=day(number),
                tell=tell, leaf=b"",
            )  # fmt: skip
        told = {"service": "third", "at": day(4), "leaf": b""}
        assert reads.succession("third", day(9)) == reads.Succession(1, 3, 1, 0, 3)
        Turn.objects.create(version=2, kind=reads.ANNOUNCED, effective=day(10), **told)
        assert reads.number_in_force("third", day(9)) == 1
        assert reads.number_in_force("third", day(10)) == 2
        Turn.objects.create(version=3, kind=reads.ANNOUNCED, effective=day(12), **told)
        Turn.objects.create(version=3, kind=reads.RETRACTED, effective=day(12), **told)
        assert reads.succession("third", day(31)) == reads.Succession(2, 3, 2, 3, 3)
        assert (reads.before("third", 3), reads.before("third", 1)) == (2, 0)
        transaction.set_rollback(True)

"""The one place that tells the time, so that rules can take it as an argument."""

import time
from datetime import UTC, datetime, timedelta

# Counts seconds whatever the clock is set to, also while the machine sleeps where the system has such a count.
_COUNT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def rfc3339(at: datetime) -> str:
    """`at` as RFC 3339 in UTC with milliseconds: ``2026-01-05T10:00:00.000Z``."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Leap:
    """How far the clock was set ahead since this was made, by a count that nobody can set."""

    def __init__(self) -> None:
        self._made, self._counted = now(), time.clock_gettime(_COUNT)

    def ahead(self) -> timedelta:
        """Zero while the clock goes as time does; less than zero when it was set back."""
        return now() - self._made - timedelta(seconds=time.clock_gettime(_COUNT) - self._counted)

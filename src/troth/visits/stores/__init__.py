"""Where visits are kept, behind one small interface: the database of the rows, or a ClickHouse of their own."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Protocol

from django.conf import settings

from troth.visits.rules import Visit

Dimension = Literal["day", "page", "referrer", "country", "isp", "browser", "element"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("day", "page", "referrer", "country", "isp", "browser", "element")
"""By what visits are counted. An address's beginning and the hour are kept where declared, and counted by nobody."""


class Question(NamedTuple):
    """How many visits a service had from `first` to `last`, both included, by up to two dimensions.

    By ``element`` the uses of key elements are counted, otherwise the pages that were seen.
    """

    service: str
    first: date
    last: date
    by: tuple[Dimension, ...] = ()
    most: int = 0
    """If it is not 0, nobody counts in more than so many of the counts of a day, in none of them more than once."""


class Count(NamedTuple):
    """A number of visits with one value in each dimension that was asked for; a day is written YYYY-MM-DD.

    `visitors` are those of each day, added up: nobody can tell who came again on another day.
    """

    key: tuple[str, ...]
    visits: int
    visitors: int


class Store(Protocol):
    """Keeps visits and counts them.

    What ends within a unit of work stands in a journal until that is emptied; outside of one it is emptied at once.
    """

    def add(self, visits: Sequence[Visit]) -> None:
        """Keeps visits; they are durable once this returns, or with the unit of work that it is called in."""

    def settle(self) -> None:
        """Brings the counts up to what was added. It is called by the clock, and before staff are told."""

    def settled(self, question: Question) -> bool:
        """Whether the counts are of all that was added of the days of `question`."""

    def counts(self, question: Question) -> Sequence[Count]:
        """Every count that is not zero, the largest first; by day, the earliest first."""

    def totals(self, question: Question) -> Count:
        """What the counts of `question` are of, all together: its dimensions say only whether pages or elements."""

    def forget(self, before: date, *, service: str) -> int:
        """Ends everything of the days before this one; answers how many visits went."""

    def unjoin(self, person: str) -> int:
        """Takes a person's visits apart from them for good; the counts stay. Answers how many visits there were."""

    def joined(self, person: str) -> Sequence[Visit]:
        """The visits that are joined with a person, the latest first."""

    def persons(self) -> Iterable[str]:
        """Everybody with whom visits are joined."""


@lru_cache(1)
def store() -> Store:
    """The store of this installation."""
    if settings.TROTH_VISITS:
        from troth.visits.stores.clickhouse import connected  # noqa: PLC0415 - an extra, by configuration

        return connected(settings.TROTH_VISITS)
    from troth.visits.stores.rows import Rows  # noqa: PLC0415 - needs the room's tables

    return Rows()

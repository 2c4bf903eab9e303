"""What a check is given and what it says, before it is known on which line that stands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from troth.statement.finding import Place
from troth.statement.model import Statement


class Fault(NamedTuple):
    """One thing that is wrong, and what to do about it."""

    code: str
    message: str
    place: Place


@dataclass(frozen=True)
class Declared:
    """A statement as it stands on the day `today`."""

    statement: Statement
    today: date


Check = Callable[[Declared], Iterator[Fault]]

"""What a check has to say about one place in a statement file."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
Place = tuple[str | int, ...]
_LONGEST = 100


class Where(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Finding:
    """One finding: a stable `code` with its page in ``docs/findings/``, and what to do about it."""

    code: str
    message: str
    place: Place = ()
    where: Where = Where(1, 1)
    severity: Severity = "error"

    def line(self, file: str) -> str:
        """``FILE:LINE:COL: CODE message``."""
        return f"{file}:{self.where.line}:{self.where.column}: {self.code} {self.message}"


def said(place: Place) -> str:
    """`place` as a message names it, not longer than a line."""
    name = ".".join(str(step) for step in place)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"

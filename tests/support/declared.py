"""Whole statements to read: the small one and every example, as they are declared."""

from functools import cache
from pathlib import Path
from typing import Any

from tests.support.statements import load_plain, minimal
from troth.statement.loader import load
from troth.statement.model import Statement

_EXAMPLES = Path(__file__).parents[2] / "examples"
_STATEMENTS = {file.parent.name: file for file in sorted(_EXAMPLES.glob("*/statement.yaml"))}
NAMES = ("minimal", *_STATEMENTS)


@cache
def declared(name: str = "minimal") -> Statement:
    """The statement called `name`."""
    return from_plain(minimal()) if name == "minimal" else _whole(load(_STATEMENTS[name]).statement)


def from_plain(plain: dict[str, Any]) -> Statement:
    """The statement that `plain` declares."""
    return _whole(load_plain(plain).statement)


def _whole(statement: Statement | None) -> Statement:
    assert statement is not None
    return statement

"""Where the marks of a chart stand. Pure: numbers in, numbers out; words and colours are the templates' business."""

from collections.abc import Sequence
from typing import Final, NamedTuple

WIDTH: Final = 360
COLUMNS_HEIGHT: Final = 132
_BASE, _TOP = 124, 6
_ROW, _BAR = 40, 12
_LONGEST: Final = 44


class Column(NamedTuple):
    """One column, or the mark of a number that is not shown."""

    x: float
    y: float
    width: float
    height: float
    shown: bool


def columns(numbers: Sequence[int | None]) -> list[Column]:
    """A column for each number, from the left; None stands for one that is not shown."""
    step = WIDTH / max(1, len(numbers))
    width, highest = min(step * 0.72, 40), max((number or 0 for number in numbers), default=0) or 1
    made = []
    for place, number in enumerate(numbers):
        height = 4.0 if number is None else max(1.5, (_BASE - _TOP) * number / highest)
        x = place * step + (step - width) / 2
        made.append(
            Column(round(x, 2), round(_BASE - height, 2), round(width, 2), round(height, 2), number is not None)
        )
    return made


class Line(NamedTuple):
    """A line through points, and the points."""

    path: str
    points: list[tuple[float, float]]


def line(numbers: Sequence[int]) -> Line:
    """A line through the numbers, from the left to the right, from nought up."""
    highest, steps = max(numbers, default=0) or 1, max(1, len(numbers) - 1)
    inset = 8
    points = [
        (round(inset + (WIDTH - 2 * inset) * place / steps, 2), round(_BASE - (_BASE - _TOP) * number / highest, 2))
        for place, number in enumerate(numbers)
    ]
    return Line(" ".join(f"{x},{y}" for x, y in points), points)


class Row(NamedTuple):
    """One bar that lies, with its label above it; a long one is cut in the middle."""

    label: str
    number: int
    text: int
    y: int
    width: float


class Rows(NamedTuple):
    """Bars that lie one below the other."""

    height: int
    rows: list[Row]


def rows(numbers: Sequence[tuple[str, int]]) -> Rows:
    """A bar for each label and number, in their order."""
    highest = max((number for _, number in numbers), default=0) or 1
    made = [
        Row(_cut(label), number, place * _ROW + 13, place * _ROW + 19, round(max(1.5, WIDTH * number / highest), 2))
        for place, (label, number) in enumerate(numbers)
    ]
    return Rows(len(made) * _ROW, made)


BAR: Final = _BAR


def _cut(label: str) -> str:
    half = _LONGEST // 2
    return label if len(label) <= _LONGEST else f"{label[:half]}…{label[-half:]}"

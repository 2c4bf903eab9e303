"""A solver of linear programs in fractions: between which bounds does a number lie, given sums that were published?"""

from collections.abc import Sequence
from fractions import Fraction

ZERO, ONE = Fraction(0), Fraction(1)


class Solver:
    """Numbers that are not negative and of which some sums are known."""

    def __init__(self, sums: Sequence[tuple[Sequence[int], int]], count: int) -> None:
        """Each sum is of the numbers at these places; `count` numbers there are. They can be found in some way."""
        self._count = count
        width = count + len(sums)
        self._rows = [
            [Fraction(place in places) for place in range(count)]
            + [Fraction(other == number) for other in range(len(sums))]
            + [Fraction(total)]
            for number, (places, total) in enumerate(sums)
        ]
        self._basis = list(range(count, width))
        # First the helping numbers behind the others are brought to nought.
        self._improve([Fraction(place >= count) for place in range(width)], width)
        assert all(row[-1] == 0 for row, at in zip(self._rows, self._basis, strict=True) if at >= count)
        for number, at in enumerate(self._basis):
            column = next((place for place in range(count) if self._rows[number][place]), None)
            if at >= count and column is not None:
                self._pivot(number, column)
        held = [number for number, at in enumerate(self._basis) if at < count]
        self._rows = [[*self._rows[number][:count], self._rows[number][-1]] for number in held]
        self._basis = [self._basis[number] for number in held]

    def most(self, places: Sequence[int]) -> float:
        """The largest that the sum of the numbers at `places` can be."""
        self._improve([Fraction(-(place in places)) for place in range(self._count)], self._count)
        return float(sum(row[-1] for row, at in zip(self._rows, self._basis, strict=True) if at in places))

    def _improve(self, costs: Sequence[Fraction], width: int) -> None:
        """Bland's rule: it comes to an end."""
        while True:
            priced = [
                costs[place]
                - sum((costs[at] * row[place] for row, at in zip(self._rows, self._basis, strict=True)), ZERO)
                for place in range(width)
            ]
            column = next((place for place, price in enumerate(priced) if price < 0), None)
            if column is None:
                return
            bounds = [
                (row[-1] / row[column], self._basis[number], number)
                for number, row in enumerate(self._rows)
                if row[column] > 0
            ]
            self._pivot(min(bounds)[2], column)

    def _pivot(self, number: int, column: int) -> None:
        by = self._rows[number][column]
        pivot = self._rows[number] = [value / by for value in self._rows[number]]
        for other, row in enumerate(self._rows):
            if other != number and (times := row[column]):
                self._rows[other] = [value - times * own for value, own in zip(row, pivot, strict=True)]
        self._basis[number] = column

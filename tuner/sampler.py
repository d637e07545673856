"""Random rows that are likely to be valid: the parts of a loop are drawn together.

A part drawn by itself is as often as not larger than what the others leave of the loop. Here the innermost
open part of a split is drawn first, from what there is, then the next from what is left, and so on.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .foreign import Foreign
from .population import points, sample, unique
from .roles import Group, Kind, Roles, ceil_divide, roles
from .space import Column, Matrix, Space

ONE, WHOLE, DIVISOR = 0.15, 0.15, 0.4
"""How often a part is 1, all that is left, or divides what is left; else it is log-uniform up to that."""

PATIENCE = 16
"""Draws in a row that may bring no valid row."""


class Sampler:
    """Draws rows of a space."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._roles = roles(space)
        self._foreign = Foreign(space)

    def draw(self, count: int, rng: np.random.Generator) -> Matrix:
        """Canonical rows, valid or not, possibly repeated."""
        matrix = sample(self._space, count, rng)
        return self._foreign.canonical(self._tiles(matrix, rng))

    def fill(self, rows: Matrix, rng: np.random.Generator) -> Matrix:
        """Rows of the same sketches with the same structural choices, all other columns drawn."""
        structural = self._foreign.structural
        drawn = sample(self._space, len(rows), rng)
        drawn[:, structural] = rows[:, structural]
        return self._foreign.canonical(self._tiles(drawn, rng))

    def _tiles(self, matrix: Matrix, rng: np.random.Generator) -> Matrix:
        """The rows with their tile columns drawn together."""
        numbers = self._foreign.numbers(matrix)
        for number, own in enumerate(self._roles):
            rows = np.flatnonzero(numbers == number)
            chosen = matrix[rows]
            self._fit(own, chosen, rng)
            matrix[rows] = chosen
        return matrix

    def valid(self, count: int, rng: np.random.Generator) -> Matrix:
        """Up to `count` different valid rows; fewer where they are rare."""
        found = np.empty((0, len(self._space.columns)), np.int64)
        count = min(count, points(self._space))
        idle, size = 0, count
        while len(found) < count and idle < PATIENCE:
            rows = self.draw(size, rng)
            more = unique(np.concatenate([found, rows[self._space.valid(rows)]]))
            idle = 0 if len(more) > len(found) else idle + 1
            rate = max((len(more) - len(found)) / size, 0.05)
            found = more
            size = int(min(max(count - len(found), 64) / rate * 1.1, 65536))
        return found[:count]

    def _fit(self, own: Roles, matrix: Matrix, rng: np.random.Generator) -> None:
        """Draw the tile columns of rows of one sketch again, group by group, in place."""
        tiles = set(own.of(Kind.TILE))
        drawn: set[int] = set()
        for group in own.groups:
            for column in reversed(group.columns):
                if column in tiles and column not in drawn:
                    known = [c for c in group.columns if c in drawn]
                    matrix[:, column] = self._part(group, column, known, matrix, rng)
                drawn.add(column)

    def _part(self, group: Group, column: int, known: list[int], matrix: Matrix,
              rng: np.random.Generator) -> Matrix:
        left = ceil_divide(group.extents(matrix), matrix[:, known].prod(axis=1))
        return part(self._space.columns[column], left, rng)


def part(column: Column, left: Matrix, rng: np.random.Generator) -> Matrix:
    """Values for one part, each at most what is left where the column has such."""
    dice = rng.random(len(left))
    if column.values is not None:
        values = np.asarray(column.values, np.int64)
        few = np.maximum(np.searchsorted(values, left, "right"), 1)
        return values[(dice * few).astype(np.int64)]
    top = np.clip(left, column.low, column.high)
    steps = np.exp(rng.random(len(left)) * np.log(top - column.low + 2)).astype(np.int64)
    smooth = column.low - 1 + np.clip(steps, 1, top - column.low + 1)
    kinds = [dice < ONE, dice < ONE + WHOLE, dice < ONE + WHOLE + DIVISOR]
    chosen = np.select(kinds, [np.full(len(left), column.low), top, _divisor(left, top, rng)], smooth)
    return np.clip(chosen, column.low, top)


def _divisor(left: Matrix, top: Matrix, rng: np.random.Generator) -> Matrix:
    """A random divisor of what is left, at most `top`; 1 where there is no other."""
    dice = rng.random(len(left))
    found = np.ones(len(left), np.int64)
    for number in np.unique(left).tolist():
        rows = left == number
        parts = np.array(divisors(number), np.int64)
        few = np.searchsorted(parts, top[rows], "right")
        found[rows] = parts[(dice[rows] * np.maximum(few, 1)).astype(np.int64)]
    return found


@cache
def divisors(number: int) -> tuple[int, ...]:
    """All divisors, ascending."""
    small = [d for d in range(1, int(number ** 0.5) + 1) if number % d == 0]
    return tuple(sorted({*small, *(number // d for d in small)}))

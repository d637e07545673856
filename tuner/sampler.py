"""Random rows that are likely to be valid: the parts of a loop are drawn together.

A part drawn by itself is as often as not larger than what the others leave of the loop. Here the innermost
open part of a split is drawn first, from what there is, then the next from what is left, and so on.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .foreign import Foreign
from .groups import ceil_divide
from .population import points, sample_column, unique
from .quotas import PATIENCE, Quotas
from .roles import Kind, Roles, roles, templates_of
from .sketches import SketchSpace
from .space import Column, Matrix, Space

ONE, WHOLE, DIVISOR = 0.15, 0.15, 0.4
"""How often a part is 1, all that is left, or divides what is left; else it is log-uniform up to that."""

FEW = 64
"""Rows that are drawn at a time where valid ones are rare."""


class Sampler:
    """Draws rows of a space, those of each sketch over its own columns' values."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._roles = roles(space)
        self._foreign = Foreign(space)
        self._columns = [_own_columns(space, number, own) for number, own in enumerate(self._roles)]

    def draw(self, count: int, rng: np.random.Generator) -> Matrix:
        """Canonical rows, valid or not, possibly repeated."""
        return self._foreign.canonical(self._drawn(rng.integers(0, len(self._roles), count), rng))

    def fill(self, rows: Matrix, rng: np.random.Generator) -> Matrix:
        """Rows of the same sketches with the same structural choices, all other columns drawn."""
        structural = self._foreign.structural
        drawn = self._drawn(self._foreign.numbers(rows), rng)
        drawn[:, structural] = rows[:, structural]
        return self._foreign.canonical(drawn)

    def _drawn(self, numbers: Matrix, rng: np.random.Generator) -> Matrix:
        """Rows of the sketches `numbers`, their tile columns drawn together."""
        matrix = np.zeros((len(numbers), len(self._space.columns)), np.int64)
        if len(self._roles) > 1:
            matrix[:, 0] = numbers
        for number, columns in enumerate(self._columns):
            at = np.flatnonzero(numbers == number)
            rows = matrix[at]
            for position, column in columns.items():
                rows[:, position] = sample_column(column, len(at), rng)
            self._fit(number, rows, rng)
            matrix[at] = rows
        return matrix

    def valid(self, count: int, rng: np.random.Generator) -> Matrix:
        """Up to `count` different valid rows in a random order, as many of each sketch; fewer where rare.

        Of a sketch of which no drawn row is valid, there are changes of its default.
        """
        count = min(count, points(self._space))
        found = np.empty((0, len(self._space.columns)), np.int64)
        quotas = Quotas(len(self._roles), count)
        while quotas.open:
            numbers = np.repeat(np.arange(len(self._roles)), quotas.sizes())
            rows = self._foreign.canonical(self._drawn(numbers, rng))
            found = unique(np.concatenate([found, rows[self._space.valid(rows)]]))
            quotas.tell(np.bincount(self._foreign.numbers(found), minlength=len(self._roles)))
            for number in quotas.given_up():
                found = unique(np.concatenate([found, self._around_default(number, rng)]))
        return rng.permutation(found)[:count]

    def _around_default(self, number: int, rng: np.random.Generator) -> Matrix:
        """A sketch's default and valid rows that differ from it, or from each other, in a few columns."""
        found = np.empty((0, len(self._space.columns)), np.int64)
        start = self._space.default_of(number) if isinstance(self._space, SketchSpace) else None
        if start is None:
            return found
        found = np.array([start], np.int64)
        for _ in range(PATIENCE):
            parents = found[rng.integers(0, len(found), FEW)]
            chosen = rng.random(parents.shape) < 1.5 / max(parents.shape[1], 1)
            rows = self._foreign.canonical(np.where(chosen, self.fill(parents, rng), parents))
            found = unique(np.concatenate([found, rows[self._space.valid(rows)]]))
        return found

    def _fit(self, number: int, matrix: Matrix, rng: np.random.Generator) -> None:
        """Draw the tile columns of rows of one sketch again, group by group, in place."""
        own = self._roles[number]
        tiles = set(own.of(Kind.TILE))
        drawn: set[int] = set()
        for group in own.groups:
            for column in reversed(group.columns):
                if column in tiles and column not in drawn:
                    known = [c for c in group.columns if c in drawn]
                    left = ceil_divide(group.extents(matrix), matrix[:, known].prod(axis=1))
                    matrix[:, column] = part(self._columns[number][column], left, rng)
                drawn.add(column)


def _own_columns(space: Space, number: int, own: Roles) -> dict[int, Column]:
    """The columns of a sketch, by their positions among all."""
    templates = templates_of(space)
    named = {c.name: c for c in (templates[number].columns if templates else space.columns)}
    return {position: named[space.columns[position].name] for position in own.columns}


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

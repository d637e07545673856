"""Which sketches a search looks into: promising ones more, none never.

A sketch whose random fillings are poor may have the best one: a structure with many loops needs them all
right. A model that has seen little of it rates it low, and would leave it there.
"""

from __future__ import annotations

import numpy as np

from ..foreign import Foreign
from ..space import Matrix, Space
from .searcher import Scores

STEEP = 2.0
"""How fast the share of a sketch falls with its best time: one that is twice as slow has a quarter."""


class Strata:
    """The sketches of a space, and the best time of each."""

    def __init__(self, space: Space) -> None:
        self._foreign = Foreign(space)
        first = space.columns[0] if space.columns else None
        several = first is not None and first.name == "sketch"
        self.count = len(first.values or ()) if several and first is not None else 1
        self._seconds = np.full(self.count, np.inf)
        self._told = np.zeros(self.count)

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        """Learn what was measured."""
        if len(rows):
            numbers = self.of(rows)
            np.minimum.at(self._seconds, numbers, seconds)
            np.add.at(self._told, numbers, 1)

    def of(self, rows: Matrix) -> Matrix:
        """The number of each row's sketch."""
        return self._foreign.numbers(rows)

    @property
    def shares(self) -> Scores:
        """How much of a search each sketch should have: by its best time, and less if much is known of it.

        Those of which nothing was measured have as much as the best.
        """
        best = self._seconds.min()
        if not np.isfinite(best):
            return np.full(self.count, 1 / self.count)
        worth = np.where(np.isfinite(self._seconds), best / self._seconds, 1.0) ** STEEP
        worth /= np.sqrt(1 + self._told)
        return worth / worth.sum()

    def balanced(self, rows: Matrix, shares: Scores) -> Scores:
        """Shares of rows, half as they are, half so that each sketch has its own part of them."""
        if self.count == 1:
            return shares
        numbers = self.of(rows)
        sums = np.bincount(numbers, shares, self.count)
        wanted = self.shares * (sums > 0)
        scale = np.divide(wanted, sums, out=np.zeros(self.count), where=sums > 0) / wanted.sum()
        return 0.5 * shares + 0.5 * shares * scale[numbers]

    def draw(self, count: int, rng: np.random.Generator) -> Matrix:
        """How many of `count` places each sketch has, by lot."""
        return rng.multinomial(count, self.shares).astype(np.int64)

"""How many rows of each sketch are still to be drawn, so that all have as many, however rare they are."""

from __future__ import annotations

import numpy as np

from .space import Mask, Matrix

PATIENCE = 16
"""Draws in a row that may bring nothing new of a sketch."""

LEAST, MOST = 16, 1 << 16
"""Rows of a sketch in one draw."""

RAREST = 0.05
"""Shares of valid rows below this are not counted on: a few draws say little of them."""


class Quotas:
    """Shares `count` rows among sketches; what one has not got any more goes to the others."""

    def __init__(self, sketches: int, count: int) -> None:
        self._count = count
        self._have = np.zeros(sketches, np.int64)
        self._idle = np.zeros(sketches, np.int64)
        self._rate = np.ones(sketches)
        self._drawn = np.zeros(sketches, np.int64)
        self._fresh: list[int] = []

    @property
    def open(self) -> bool:
        """Whether rows are wanted, and some may be found."""
        return int(self._have.sum()) < self._count and bool(self._alive.any())

    @property
    def _alive(self) -> Mask:
        return self._idle < PATIENCE

    @property
    def _wanted(self) -> Matrix:
        """How many rows of each sketch are missing."""
        alive = self._alive
        left = self._count - int(self._have[~alive].sum())
        share = -(-left // max(int(alive.sum()), 1))
        return np.where(alive, np.maximum(share - self._have, 0), 0)

    def sizes(self) -> Matrix:
        """How many rows of each sketch to draw next, a few more than there must be."""
        wanted = self._wanted
        sizes = np.ceil(1.1 * np.maximum(wanted, LEAST) / np.maximum(self._rate, RAREST))
        self._drawn = np.where(wanted > 0, np.minimum(sizes, MOST), 0).astype(np.int64)
        return self._drawn

    def tell(self, have: Matrix) -> None:
        """Take note of how many different valid rows of each sketch there are after a draw."""
        asked, gained = self._drawn > 0, have - self._have
        self._rate = np.where(asked, gained / np.maximum(self._drawn, 1), self._rate)
        before = self._alive
        self._idle = np.where(asked, np.where(gained > 0, 0, self._idle + 1), self._idle)
        self._have = have
        self._fresh = np.flatnonzero(before & ~self._alive & (have == 0)).tolist()

    def given_up(self) -> list[int]:
        """The sketches that the last draw gave up, of which there is no row."""
        return self._fresh

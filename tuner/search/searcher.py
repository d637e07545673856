"""The one interface of all searchers, and the memory that they share.

A searcher never proposes a row twice, nor one that it was told about. It is asked for rows and told what
became of them, so that one that learns (evolution, annealing, a cost model) differs from a blind one only
inside.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..population import Keys, keys, unique, without
from ..space import Matrix

Scores = npt.NDArray[np.float64]
"""Seconds a run of each row; infinite for one that failed."""


class Searcher(Protocol):
    """Proposes rows. Equal seeds and equal answers give equal proposals."""

    def ask(self, count: int) -> Matrix:
        """Up to `count` valid rows, each new; fewer only when the space has no more."""
        ...

    def tell(self, rows: Matrix, scores: Scores) -> None:
        """What was measured: rows that were asked for, or known from records of earlier sessions."""
        ...


class Seen:
    """The rows that need not be proposed any more."""

    def __init__(self) -> None:
        self._keys: Keys | None = None

    def add(self, rows: Matrix) -> None:
        """Remember rows."""
        new = keys(rows)
        self._keys = np.unique(new if self._keys is None else np.concatenate([self._keys, new]))

    def fresh(self, rows: Matrix) -> Matrix:
        """The rows not remembered, without repetitions, in order."""
        rows = unique(rows)
        return rows if self._keys is None else without(rows, self._keys)

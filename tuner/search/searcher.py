"""The one interface of all searchers, and the memory that they share.

A searcher never proposes a row twice, nor one that it was told about. It is asked for rows and told what
became of them, so that one that learns (evolution, annealing, a cost model) differs from a blind one only
inside.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..population import Keys, keys
from ..space import Matrix

Scores = npt.NDArray[np.float64]
"""Seconds a run of each row; infinite for one that failed."""

Positions = npt.NDArray[np.intp]


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
        return self.fresh_at(rows)[0]

    def fresh_at(self, rows: Matrix) -> tuple[Matrix, Positions]:
        """The rows not remembered, without repetitions, in order, and where they stand."""
        found = keys(rows)
        first = np.sort(np.unique(found, return_index=True)[1])
        if self._keys is not None:
            first = first[~np.isin(found[first], self._keys)]
        return rows[first], first

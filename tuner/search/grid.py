"""Grid search: every valid row, in mixed-radix order."""

from __future__ import annotations

import numpy as np

from ..population import grid
from ..space import Matrix, Space
from .searcher import Scores, Seen


class GridSearch:
    """Proposes the whole space, the last column varying fastest. For small spaces, and as a yardstick."""

    def __init__(self, space: Space) -> None:
        self._chunks = grid(space)
        self._queue = np.empty((0, len(space.columns)), np.int64)
        self._seen = Seen()

    def ask(self, count: int) -> Matrix:
        """The next `count` rows that nobody told about."""
        found = self._seen.fresh(self._queue)
        while len(found) < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            found = np.concatenate([found, self._seen.fresh(chunk)])
        self._queue = found[count:]
        return found[:count]

    def tell(self, rows: Matrix, scores: Scores) -> None:
        """Remember the rows; the order of a grid does not depend on scores."""
        self._seen.add(rows)

"""What a searcher asks of a cost model."""

from __future__ import annotations

from typing import Protocol

from ..space import Matrix
from .searcher import Scores


class Guide(Protocol):
    """Rates rows that were not measured, from those that were. `ranker.py` has one with a learned model."""

    @property
    def trust(self) -> float:
        """The part of a batch that it should choose: 0 while it knows nothing, 1 once it knows this task."""
        ...

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        """What was measured; infinite seconds are a failure."""
        ...

    def score(self, matrix: Matrix) -> Scores:
        """One number a row, higher is better; of any scale."""
        ...

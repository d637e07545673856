"""What a searcher asks of a cost model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ..space import Matrix
from .searcher import Scores


class Guide(Protocol):
    """Rates rows that were not measured, from those that were. `ranker.py` has one with a learned model."""

    @property
    def trust(self) -> float:
        """The part of a batch that it should choose: 0 while it knows nothing, 1 once it is reliable here."""
        ...

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        """What was measured; infinite seconds are a failure."""
        ...

    def score(self, matrix: Matrix) -> Scores:
        """One number a row, higher is better; of any scale."""
        ...

    def stage_scores(self, matrix: Matrix) -> Mapping[str, Scores]:
        """The same of each stage of each row, by its name; a stage of which it cannot tell is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Believed:
    """A guide that is followed in everything, however right it is."""

    guide: Guide
    trust: float = 1.0

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        self.guide.tell(rows, seconds)

    def score(self, matrix: Matrix) -> Scores:
        return self.guide.score(matrix)

    def stage_scores(self, matrix: Matrix) -> Mapping[str, Scores]:
        return self.guide.stage_scores(matrix)

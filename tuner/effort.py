"""How much to spend on a kernel, in words; and what to take where nothing may be measured."""

from __future__ import annotations

from dataclasses import dataclass

from .guidance import Guides, learning
from .search.evolution import Evolution, EvolutionSearch
from .search.guide import Guide
from .search.searcher import Scores
from .space import Matrix
from .tune import Task, problem_of

NONE = "none"

EFFORTS = {NONE: 0.0, "quick": 15.0, "normal": 60.0, "full": 300.0}
"""Seconds for each task."""


def unmeasured(task: Task, guides: Guides = learning) -> str | None:
    """A schedule chosen without measuring: the filled directives as they stand in a file, one a line.

    It is what the shipped model rates best among some generations. None where there is no such model, or
    nothing to choose.
    """
    problem = problem_of(task)
    guide = guides(problem)
    if guide is None or guide.trust == 0:
        return None
    rows = EvolutionSearch(problem.space, 0, _Sure(guide), Evolution(epsilon=0)).ask(1)
    return problem.text(tuple(map(int, rows[0]))) if len(rows) else None


@dataclass(frozen=True)
class _Sure:
    """A guide that is believed, because there is no other."""

    guide: Guide
    trust: float = 1.0

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        self.guide.tell(rows, seconds)

    def score(self, matrix: Matrix) -> Scores:
        return self.guide.score(matrix)

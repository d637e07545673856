"""Node-based crossover: a child takes each stage whole from one of two parents.

After Ansor (OSDI 2020, section 5.1): the genes of a schedule belong to nodes of the DAG, and those of one
node fit together. Its paper takes each node from the parent that the cost model rates higher there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..foreign import Foreign
from ..roles import Roles, roles
from ..space import Matrix, Space
from .searcher import Scores

StageScores = Callable[[Matrix], Mapping[str, Scores]]
"""A model's score of each stage of each row, higher is better; a stage may be missing."""


class Crossover:
    """Mates rows, as many pairs at once as there are."""

    def __init__(self, space: Space, stage_scores: StageScores | None = None) -> None:
        self._space = space
        self._roles = roles(space)
        self._foreign = Foreign(space)
        self._scores = stage_scores

    def children(self, mothers: Matrix, fathers: Matrix, rng: np.random.Generator) -> Matrix:
        """A child for each pair: of the mother's sketch, and the mother herself where it would not be valid.

        Of a father of another sketch come only columns that both have, by name.
        """
        made = mothers.copy()
        gains = self._gains(mothers, fathers)
        numbers = self._foreign.numbers(mothers)
        for number, own in enumerate(self._roles):
            rows = np.flatnonzero(numbers == number)
            if len(rows):
                here = {stage: gain[rows] for stage, gain in gains.items()}
                made[rows] = self._of_sketch(own, mothers[rows], fathers[rows], here, rng)
        made = self._foreign.canonical(made)
        return np.where(self._space.valid(made)[:, None], made, mothers)

    def _gains(self, mothers: Matrix, fathers: Matrix) -> dict[str, Scores]:
        """By how much each father's stages are rated above the mother's, of stages that are rated."""
        if self._scores is None:
            return {}
        rated = self._scores(np.concatenate([mothers, fathers]))
        return {stage: scores[len(mothers):] - scores[:len(mothers)] for stage, scores in rated.items()}

    def _of_sketch(self, own: Roles, mothers: Matrix, fathers: Matrix, gains: Mapping[str, Scores],
                   rng: np.random.Generator) -> Matrix:
        """Each stage from the father where it gains; by lot where both are rated alike or not at all."""
        shared = ~(self._foreign.columns(mothers) | self._foreign.columns(fathers))
        take = np.zeros(mothers.shape, np.bool_)
        for node, columns in _nodes(own).items():
            gain = gains.get(node, np.zeros(len(mothers)))
            lot = rng.random(len(mothers)) < 0.5
            take[:, columns] = np.where(gain == 0, lot, gain > 0)[:, None]
        return np.where(take & shared, fathers, mothers)


def _nodes(own: Roles) -> dict[str, list[int]]:
    """The columns of each stage, one of several with the first; one of none is a node of its own."""
    found: dict[str, list[int]] = {}
    for column in own.columns:
        stages = own.stages[column]
        found.setdefault(stages[0] if stages else f"column {column}", []).append(column)
    return found

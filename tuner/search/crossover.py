"""Node-based crossover: a child takes each stage whole from one of two parents.

After Ansor (OSDI 2020, section 5.1): the genes of a schedule belong to nodes of the DAG, and those of one
node fit together. Its paper takes each node from the parent that the cost model rates higher there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..foreign import Foreign
from ..roles import Roles, roles
from ..space import Mask, Matrix, Space
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
        numbers = self._foreign.numbers(mothers)
        for number, own in enumerate(self._roles):
            rows = np.flatnonzero(numbers == number)
            if len(rows):
                made[rows] = self._of_sketch(own, mothers[rows], fathers[rows], rng)
        made = self._foreign.canonical(made)
        return np.where(self._space.valid(made)[:, None], made, mothers)

    def _of_sketch(self, own: Roles, mothers: Matrix, fathers: Matrix, rng: np.random.Generator) -> Matrix:
        shared = ~(self._foreign.columns(mothers) | self._foreign.columns(fathers))
        take = np.zeros(mothers.shape, np.bool_)
        nodes = _nodes(own)
        better = self._better(list(nodes), mothers, fathers, rng)
        for node, columns in nodes.items():
            take[:, columns] = better[node][:, None]
        return np.where(take & shared, fathers, mothers)

    def _better(self, nodes: list[str], mothers: Matrix, fathers: Matrix,
                rng: np.random.Generator) -> dict[str, Mask]:
        """For each node, which rows take it from the father: where he is rated higher; by lot where both are
        rated alike or not at all."""
        found = {node: rng.random(len(mothers)) < 0.5 for node in nodes}
        if self._scores is not None:
            his, hers = self._scores(fathers), self._scores(mothers)
            for node in nodes:
                if node in his and node in hers:
                    found[node] = np.where(his[node] == hers[node], found[node], his[node] > hers[node])
        return found


def _nodes(own: Roles) -> dict[str, list[int]]:
    """The columns of each stage, one of several with the first; one of none is a node of its own."""
    found: dict[str, list[int]] = {}
    for column in own.columns:
        stages = own.stages[column]
        found.setdefault(stages[0] if stages else f"column {column}", []).append(column)
    return found

"""A cost model at work in one search: it learns from what is told, and rates what might be proposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np

from ...compiler.schedule.template import Template
from ..features.population import features as features_of_template
from ..features.population import features_of_space
from ..features.rows import Features
from ..models.model import Model, Samples
from ..population import keys
from ..sketches import SketchSpace
from ..space import Matrix, Space
from .searcher import Scores, Seen

BATCH = 12
"""So many new results, or GROWTH of all where that is more, make the model learn again."""

GROWTH = 0.1


class Ranker:
    """Rates rows of a space by a model, fitted to the results of this task. Implements `guide.Guide`.

    A model that begins with others' results (a prior) rates rows before any was told. `task` is the number
    of the task in the samples. `features` computes what the model sees, by default those of the space.
    """

    def __init__(self, space: Space, model: Model, task: int = 0,
                 features: Callable[[Matrix], Features] | None = None) -> None:
        self._model, self._task = model, task
        self._features = features or _features_of(space)
        self._at: dict[bytes, int] = {}
        self._parts: list[Samples] = []
        self._seconds: list[float] = []
        self._new = 0

    @property
    def trust(self) -> float:
        """As the model's, after it has learnt what is there to learn."""
        self._learn()
        return self._model.trust

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        """What was measured; a row told again has its new time. Features are computed once a row."""
        names = [key.tobytes() for key in keys(rows)]
        fresh, first = Seen().fresh_at(rows)
        new = np.array([names[at] not in self._at for at in first], np.bool_)
        if new.any():
            self._parts.append(Samples.of(self._features(fresh[new]), seconds[first[new]], self._task))
        for at in first[new].tolist():
            self._at[names[at]] = len(self._seconds)
            self._seconds.append(float(seconds[at]))
        for name, time in zip(names, seconds.tolist(), strict=True):
            self._new += int(self._seconds[self._at[name]] != time)
            self._seconds[self._at[name]] = time
        self._new += int(new.sum())

    def score(self, matrix: Matrix) -> Scores:
        """A number for each row, higher for what looks faster."""
        self._learn()
        return self._model.score(self._features(matrix), len(matrix))

    @property
    def samples(self) -> Samples | None:
        """All that was told, as a model learns it; None while nothing was."""
        if not self._parts:
            return None
        return replace(Samples.merged(self._parts), seconds=np.array(self._seconds, np.float64))

    def _learn(self) -> None:
        """Fit the model again if enough is new."""
        samples = self.samples if self._new >= max(BATCH, GROWTH * len(self._seconds)) else None
        if samples is not None:
            self._model.fit(samples)
            self._new = 0


def _features_of(space: Space) -> Callable[[Matrix], Features]:
    if isinstance(space, Template):
        return lambda matrix: features_of_template(space, matrix)
    return lambda matrix: features_of_space(cast(SketchSpace, space), matrix)

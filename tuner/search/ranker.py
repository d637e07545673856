"""A cost model at work in one search: it learns from what is told, and rates what might be proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from ...compiler.schedule.template import Template
from ..features.population import Stages, features_of_space, stages_of_space
from ..features.population import features as features_of_template
from ..features.population import stages as stages_of_template
from ..features.rows import Features
from ..models.model import Model, Samples
from ..population import keys
from ..sketches import SketchSpace
from ..space import Matrix, Space
from .agreement import Agreement
from .searcher import Scores, Seen

BATCH = 12
"""So many new results, or GROWTH of all where that is more, make the model learn again."""

GROWTH = 0.1


@dataclass(frozen=True, slots=True)
class View:
    """What a model sees of rows: `features`, and the stage of each row of these; None where of several."""

    features: Callable[[Matrix], Features]
    stages: Callable[[Matrix], Stages] | None = None


class Ranker:
    """Rates rows of a space by a model, fitted to the results of this task. Implements `guide.Guide`.

    A model that begins with others' results (a prior) rates rows before any was told. `task` is the number
    of the task in the samples. `view` computes what the model sees, by default the features of the space.
    """

    def __init__(self, space: Space, model: Model, task: int = 0, view: View | None = None) -> None:
        self._model, self._task = model, task
        self._view = view or _view_of(space)
        self._agreement = Agreement()
        self._at: dict[bytes, int] = {}
        self._parts: list[Samples] = []
        self._seconds: list[float] = []
        self._new = 0

    @property
    def trust(self) -> float:
        """The model's, but no more than its predictions have earned so far."""
        self._learn()
        return min(self._model.trust, self._agreement.trust)

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        """What was measured; a row told again has its new time. Features are computed once a row.

        New rows say how right the model was before it learns of them.
        """
        names = [key.tobytes() for key in keys(rows)]
        fresh, first = Seen().fresh_at(rows)
        new = np.array([names[at] not in self._at for at in first], np.bool_)
        if new.any():
            samples = Samples.of(self._view.features(fresh[new]), seconds[first[new]], self._task)
            self._parts.append(samples)
            if self._model.trust > 0:
                self._agreement.add(self._scored(samples.features, len(samples)), samples.seconds)
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
        return self._scored(self._view.features(matrix), len(matrix))

    def stage_scores(self, matrix: Matrix) -> Mapping[str, Scores]:
        """What each stage adds to the score of each row, up to a number that is the same for all rows."""
        if self._view.stages is None:
            return {}
        self._learn()
        names, stage = np.unique(self._view.stages(matrix), return_inverse=True)
        rows = self._view.features(matrix)
        apart = Features(rows.values, rows.owner * len(names) + stage)
        scores = self._scored(apart, len(matrix) * len(names)).reshape(len(matrix), len(names))
        return {str(name): scores[:, k] for k, name in enumerate(names)}

    def _scored(self, features: Features, candidates: int) -> Scores:
        return self._model.score(features, candidates, self._task)

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


def _view_of(space: Space) -> View:
    if isinstance(space, Template):
        return View(lambda matrix: features_of_template(space, matrix),
                    lambda matrix: stages_of_template(space, matrix))
    several = cast(SketchSpace, space)
    return View(lambda matrix: features_of_space(several, matrix),
                lambda matrix: stages_of_space(several, matrix))

"""One cost model for all tasks of a job: what one has learnt helps the others, as in Ansor."""

from __future__ import annotations

from itertools import count

from ..features.rows import Features
from ..guidance import LAYOUT, Guides, fits, unguided
from ..models.model import Floats, Model, Samples
from ..models.pretrained import pretrained
from ..models.trees import AnsorModel
from ..problem import Problem
from ..search.guide import Guide
from ..search.ranker import Ranker

OTHERS = 0.5
"""The trust in a model that has seen only other tasks than the one asked about."""


class SharedModel:
    """A model that is fitted to the samples of all tasks; each task has its own view of it."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._samples: dict[int, Samples] = {}

    def view(self, task: int) -> View:
        """The model as the searcher of a task sees it."""
        return View(self, task)

    def learn(self, task: int, samples: Samples) -> None:
        """Replace what is known of one task, and fit to all."""
        self._samples[task] = samples
        self._model.fit(Samples.merged(self._samples.values()))

    def trust(self, task: int) -> float:
        """As `Model.trust`, for one of the tasks."""
        return self._model.trust if task in self._samples else min(OTHERS, self._model.trust)

    def score(self, features: Features, candidates: int, task: int) -> Floats:
        """As `Model.score`."""
        return self._model.score(features, candidates, task)


class View:
    """Implements `model.Model` for one task; `fit` takes samples of this task alone."""

    def __init__(self, shared: SharedModel, task: int) -> None:
        self._shared, self._task = shared, task

    @property
    def trust(self) -> float:
        return self._shared.trust(self._task)

    def fit(self, samples: Samples) -> None:
        self._shared.learn(self._task, samples)

    def score(self, features: Features, candidates: int, task: int | None = None) -> Floats:
        return self._shared.score(features, candidates, self._task)


def sharing(family: str = "cpu") -> Guides:
    """Guides that share a model, which begins with the shipped one; none where LightGBM is not installed."""
    if not fits():
        return unguided
    shared = SharedModel(AnsorModel(LAYOUT, prior=pretrained(family, LAYOUT)))
    numbers = count()

    def guide(problem: Problem) -> Guide | None:
        task = next(numbers)
        return Ranker(problem.space, shared.view(task), task)

    return guide

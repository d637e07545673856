"""Cost models that are forests: Ansor's, which predicts what candidates are worth, and AutoTVM's order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from ..features.rows import Features
from .boosting import Growth, grow
from .fitted import Fitted, load
from .forest import Forest
from .labels import Label, labels, usable
from .model import Floats, Samples
from .objectives import Loss, by_rows, importance, ranked, squared

HALVED = 64
"""Measurements after which a model of other tasks counts half."""

FORGOTTEN = 0.05
"""Below this share of its word it is dropped, after 277 measurements (AutoTVM)."""


def fade(measured: int) -> float:
    """How much other tasks still say after so many measurements of this one, from 1 down to 0."""
    share = 2 ** (-measured / HALVED)
    return share if share >= FORGOTTEN else 0.0


class ForestModel(ABC):
    """Implements `model.Model` with a forest: a candidate's score is the sum over its rows.

    `layout` names the features (`layout.layout`). `prior` was fitted to other tasks: what it says is where
    this model starts from, the less so the more is measured of the task in question. As base margin it can
    help at once where the tasks resemble each other, and mislead where they do not, which `trust` says.
    """

    kind: ClassVar[str]

    def __init__(self, layout: str, *, label: Label = "log", growth: Growth | None = None,
                 prior: Fitted | None = None) -> None:
        self.layout = layout
        self.label: Label = label
        self.growth = growth or Growth()
        self._prior = prior
        self._own: Fitted | None = None
        self._shares: dict[int, float] = {}     # what the prior still says of each task

    @property
    def fitted(self) -> Fitted | None:
        """What scores now: the fit or, before the first, the prior; of several tasks that least measured."""
        return self.fitted_to(max(self._shares, key=self._shares.__getitem__, default=None))

    def fitted_to(self, task: int | None) -> Fitted | None:
        """What scores a task: the fit, and what the prior still says of it."""
        own, prior = self._own, self._prior
        if own is None or prior is None:
            return own or prior
        share = 1.0 if task is None else self._shares.get(task, 1.0)
        if share == 0:
            return own
        forest = Forest.joined([prior.forest.scaled(share), own.forest])
        return Fitted(self.kind, self.layout, own.start + share * prior.start, forest)

    @property
    def trust(self) -> float:
        if self._own is not None:
            return 1.0
        return 0.5 if self._prior is not None else 0.0

    def fit(self, samples: Samples) -> None:
        """Learn from all that was measured so far. Tasks of which all candidates failed are left out.

        Raises TxcError R682 where LightGBM is missing.
        """
        good = samples.select(usable(samples))
        if len(good) < 2:
            return
        tasks, measured = np.unique(samples.tasks, return_counts=True)
        self._shares = {task: fade(n) for task, n in zip(tasks.tolist(), measured.tolist(), strict=True)}
        base = self._base(good)
        worth = labels(good, self.label)
        start = self._start(worth - base, importance(worth, good.weights))
        objective = by_rows(self._loss(worth, good), good.features.owner, base + start)
        own = grow(good.features.values, objective, self.growth)
        self._own = Fitted(self.kind, self.layout, start, own)

    def _base(self, samples: Samples) -> Floats:
        """What the prior still says of candidates (candidates,)."""
        shares = np.array([self._shares[task] for task in samples.tasks.tolist()])
        if self._prior is None or not shares.any():
            return np.zeros(len(samples))
        return shares * self._prior.score(samples.features, len(samples))

    def score(self, features: Features, candidates: int, task: int | None = None) -> Floats:
        """The scores (candidates,), higher is faster; all 0 while nothing is known."""
        fitted = self.fitted if task is None else self.fitted_to(task)
        return np.zeros(candidates) if fitted is None else fitted.score(features, candidates)

    def save(self, path: Path) -> None:
        """Write what scores now to a file; there is a fit or a prior."""
        assert self.fitted is not None, "nothing was fitted"
        self.fitted.save(path)

    @classmethod
    def load(cls, path: Path, layout: str) -> Self:
        """The model of a file, as the prior of a new one. Raises TxcError R680, R681."""
        return cls(layout, prior=load(path, cls.kind, layout))

    @abstractmethod
    def _loss(self, worth: Floats, samples: Samples) -> Loss: ...

    @abstractmethod
    def _start(self, missing: Floats, weights: Floats) -> float:
        """The same score for all, from what they lack."""


class AnsorModel(ForestModel):
    """Predicts what candidates are worth, with one model for all tasks of a target (Ansor's cost model)."""

    kind = "ansor"

    def _loss(self, worth: Floats, samples: Samples) -> Loss:
        return squared(worth, importance(worth, samples.weights))

    def _start(self, missing: Floats, weights: Floats) -> float:
        return float(np.average(missing, weights=weights))


class RankModel(ForestModel):
    """Predicts only the order of candidates of a task (AutoTVM's rank objective), one row each or several."""

    kind = "rank"

    def _loss(self, worth: Floats, samples: Samples) -> Loss:
        return ranked(worth, samples, self.growth.seed)

    def _start(self, missing: Floats, weights: Floats) -> float:
        return 0.0

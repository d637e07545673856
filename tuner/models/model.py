"""What every cost model owes the search, and the measurements that it learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from ..features.rows import Features

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Samples:
    """Measured candidates of one or more tasks, with their features.

    `seconds` (candidates,) is the best time of each, infinite for one that failed. `tasks` (candidates,) are
    numbers of tasks (`task_id`): only times of one task compare. `weights` (candidates,) say how much each
    counts; 1 is usual.
    """

    features: Features
    seconds: Floats
    tasks: npt.NDArray[np.int64]
    weights: Floats

    def __len__(self) -> int:
        return len(self.seconds)

    @classmethod
    def of(cls, features: Features, seconds: Floats, task: int = 0) -> Self:
        """Candidates of a single task, of weight 1."""
        count = len(seconds)
        return cls(features, np.asarray(seconds, np.float64), np.full(count, task, np.int64), np.ones(count))

    @classmethod
    def merged(cls, several: Iterable[Samples]) -> Self:
        """All candidates of several, of which there is at least one."""
        given = list(several)
        starts = np.cumsum([0, *map(len, given)])[:-1]
        features = Features(
            np.concatenate([s.features.values for s in given]),
            np.concatenate([s.features.owner + start for s, start in zip(given, starts, strict=True)]))
        return cls(features, np.concatenate([s.seconds for s in given]),
                   np.concatenate([s.tasks for s in given]), np.concatenate([s.weights for s in given]))

    def select(self, chosen: Mask) -> Samples:
        """The candidates that `chosen` (candidates,) marks, in the same order."""
        rows = chosen[self.features.owner]
        position = np.cumsum(chosen) - 1
        features = Features(self.features.values[rows], position[self.features.owner[rows]])
        return Samples(features, self.seconds[chosen], self.tasks[chosen], self.weights[chosen])

    def weighted(self, factor: float) -> Samples:
        """The same candidates, each counting `factor` times as much: old ones beside new ones."""
        return replace(self, weights=self.weights * factor)


class Model(Protocol):
    """Tells fast candidates from slow ones without running them."""

    @property
    def trust(self) -> float:
        """The part of a batch that should follow the scores; the rest is better drawn by chance.

        0 for a model that knows nothing, 1/2 for one that knows only other tasks, where it may be far
        off, 1 for one that was fitted to this task too.
        """
        ...

    def fit(self, samples: Samples) -> None:
        """Learn from all that was measured so far; what earlier calls taught is forgotten."""
        ...

    def score(self, features: Features, candidates: int, task: int | None = None) -> Floats:
        """A number for each of so many candidates, higher for those that look faster.

        `task` is their task's number in the samples, where it is known.
        """
        ...

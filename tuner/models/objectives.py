"""What forests descend: losses of whole candidates, of which the rows are predicted.

The score of a candidate is the sum of its rows' predictions, so each row has the candidate's first
derivative. The second would be the candidate's too if one row moved alone; a tree moves all m rows of a
candidate at once, which m times the second derivative bounds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..features.rows import Owners
from .boosting import Objective
from .model import Floats, Samples

Loss = Callable[[Floats], tuple[Floats, Floats]]
"""From the scores of all candidates to the first and second derivatives by each of them."""

LEAST = 0.1
"""The least weight of a candidate: failures, of label 0, still teach."""

OPPONENTS = 16
"""How many others of its task each candidate is compared with."""


def by_rows(loss: Loss, owner: Owners, base: Floats) -> Objective:
    """The objective of rows, for a loss of candidates whose scores are `base` plus the sum of their rows."""
    count = np.bincount(owner, minlength=len(base)).astype(np.float64)

    def objective(predictions: Floats) -> tuple[Floats, Floats]:
        first, second = loss(base + _sums(owner, predictions, len(base)))
        return first[owner], (second * count)[owner]

    return objective


def importance(worth: Floats, weights: Floats) -> Floats:
    """How much each candidate counts: as much as it is worth; the best first."""
    return weights * np.maximum(worth, LEAST)


def squared(worth: Floats, weights: Floats) -> Loss:
    """Weighted squared error of what candidates are worth (Ansor: Zheng et al., OSDI 2020)."""
    return lambda scores: ((scores - worth) * weights, weights)


def ranked(worth: Floats, samples: Samples, seed: int) -> Loss:
    """Logistic loss of pairs of one task that stand in the wrong order (AutoTVM: Chen et al., NeurIPS 2018).

    Each candidate meets some others, drawn once.
    """
    better, worse = _pairs(worth, samples, seed)
    weight = samples.weights[better] * samples.weights[worse]
    count = len(worth)

    def loss(scores: Floats) -> tuple[Floats, Floats]:
        wrong = 1 / (1 + np.exp(np.clip(scores[better] - scores[worse], -50, 50)))
        push, bend = weight * wrong, weight * wrong * (1 - wrong)
        second = _sums(worse, bend, count) + _sums(better, bend, count)
        return _sums(worse, push, count) - _sums(better, push, count), np.maximum(second, 1e-3)

    return loss


def _sums(positions: Owners, parts: Floats, count: int) -> Floats:
    """The sum of the parts at each of so many positions."""
    return np.bincount(positions, parts, count).astype(np.float64, copy=False)


def _pairs(worth: Floats, samples: Samples, seed: int) -> tuple[Owners, Owners]:
    """Positions of the better and the worse of pairs from one task."""
    rng = np.random.default_rng(seed)
    ones: list[Owners] = []
    others: list[Owners] = []
    for task in np.unique(samples.tasks):
        members = np.flatnonzero(samples.tasks == task)
        ones.append(np.repeat(members, OPPONENTS))
        others.append(rng.choice(members, len(members) * OPPONENTS))
    one, other = np.concatenate(ones), np.concatenate(others)
    better = np.where(worth[one] > worth[other], one, other)
    worse = np.where(worth[one] > worth[other], other, one)
    differ = worth[better] > worth[worse]
    return better[differ], worse[differ]

"""What a candidate is worth, from its time: 1 for the best of its task, 0 for one that failed."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from .model import Floats, Mask, Samples

Label = Literal["ratio", "log"]
"""`ratio`: best time / time. `log`: falls with the logarithm of the time, to 0 at 64 times the best."""

DOUBLINGS = 6


def best_seconds(samples: Samples) -> Floats:
    """The best time (candidates,) of each candidate's task; infinite where all of them failed."""
    tasks, position = np.unique(samples.tasks, return_inverse=True)
    best = np.full(len(tasks), np.inf)
    np.minimum.at(best, position, samples.seconds)
    return best[position]


def usable(samples: Samples) -> Mask:
    """Candidates of tasks of which at least one worked: elsewhere there is nothing to compare with."""
    return np.isfinite(best_seconds(samples))


def labels(samples: Samples, kind: Label = "ratio") -> Floats:
    """What each candidate (candidates,) is worth, in [0, 1]. All samples are `usable`."""
    ratio = best_seconds(samples) / samples.seconds     # 0 for a failure
    if kind == "ratio":
        return ratio
    return np.log2(np.maximum(ratio, 0.5 ** DOUBLINGS)) / DOUBLINGS + 1


def rank_correlation(scores: Floats, seconds: Floats) -> float:
    """How well scores order the candidates that work (Spearman): 1 for the right order, 0 for chance."""
    ok = np.isfinite(seconds)
    speed, score = (np.unique(x[ok], return_inverse=True)[1] for x in (-seconds, scores))
    return float(np.corrcoef(_ranks(speed), _ranks(score))[0, 1])


def _ranks(dense: npt.NDArray[np.intp]) -> Floats:
    """Ranks where equal ones share their mean, from ranks without gaps."""
    counts = np.bincount(dense)
    return (np.cumsum(counts) - (counts - 1) / 2)[dense]

"""Made-up candidates with known times, for tests of cost models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from txc.tuner.features.rows import Features
from txc.tuner.models.labels import rank_correlation
from txc.tuner.models.model import Samples

FEATURES = 12
LAYOUT = "made up"


def world(count: int, seed: int, *, size: float = 0, task: int = 0, failures: bool = True) -> Samples:
    """Candidates of 1 or 3 statements whose costs add up; those that ask for too much fail.

    `size` is a task's: it makes all of it slower and moves one feature.
    """
    rng = np.random.default_rng(seed)
    choices = rng.integers(0, 8, (count, FEATURES - 1))
    rows = np.where(choices[:, 7] < 3, 1, 3)
    owner = np.repeat(np.arange(count), rows)
    statement = np.arange(len(owner)) - np.repeat(np.cumsum(rows) - rows, rows)
    seconds = 2.0 ** size * np.bincount(owner, _cost(choices[owner], statement), count)
    if failures:
        seconds[(choices[:, 5] >= 6) & (choices[:, 6] > 2)] = np.inf
    values = np.column_stack([statement, choices[owner]]).astype(np.float32)
    values[:, 1] += np.float32(size)
    return Samples.of(Features(values, owner), seconds, task)


def _cost(choices: npt.NDArray[np.int64], statement: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Of statements: the first has most of the work. Some choices matter, alone and together, most do not."""
    crowded = choices[:, 1] + choices[:, 2] > 8
    work = 2.0 ** (0.2 * choices[:, 0]) * (1 + 2 * crowded + 0.2 * np.abs(choices[:, 3] - 4))
    return np.where(statement == 0, work, 0.3 + 0.1 * choices[:, 4] + 0.05 * statement)


def agreement(scores: npt.NDArray[np.float64], samples: Samples) -> float:
    """The rank correlation of scores with speed: 1 for the right order."""
    return rank_correlation(scores, samples.seconds)

"""The random model scores by chance."""

from __future__ import annotations

import numpy as np
from support.worlds import world
from txc.tuner.models.random import RandomModel

SAMPLES = world(20, 0)


def test_equal_seeds_score_alike_and_each_call_anew():
    """What it is told changes nothing, so that searches with it are those of chance."""
    one, same, other = (RandomModel(seed) for seed in (1, 1, 2))
    one.fit(SAMPLES)
    first, second = (one.score(SAMPLES.features, 20) for _ in range(2))
    assert np.array_equal(first, same.score(SAMPLES.features, 20))
    assert not np.array_equal(first, other.score(SAMPLES.features, 20))
    assert not np.array_equal(first, second)
    assert one.trust == 0

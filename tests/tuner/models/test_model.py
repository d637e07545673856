"""Samples are chosen from and merged without mixing up whose rows are whose."""

from __future__ import annotations

import numpy as np
from support.worlds import world
from txc.tuner.models.model import Samples


def rows_of(samples: Samples, candidate: int) -> list[list[float]]:
    return samples.features.values[samples.features.owner == candidate].tolist()


def test_chosen_candidates_keep_their_rows():
    samples = world(30, 1)
    chosen = np.arange(30) % 3 == 1
    some = samples.select(chosen)
    assert some.seconds.tolist() == samples.seconds[chosen].tolist()
    assert [rows_of(some, c) for c in range(10)] == [rows_of(samples, 3 * c + 1) for c in range(10)]


def test_merged_candidates_keep_their_rows():
    one, other = world(5, 1, task=7), world(6, 2, task=8).weighted(0.5)
    both = Samples.merged([one, other])
    assert len(both) == 11
    assert both.tasks.tolist() == [7] * 5 + [8] * 6
    assert both.weights.tolist() == [1.0] * 5 + [0.5] * 6
    assert [rows_of(both, 5 + c) for c in range(6)] == [rows_of(other, c) for c in range(6)]

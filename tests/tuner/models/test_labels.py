"""What candidates are worth, and how well an order agrees with another."""

from __future__ import annotations

import numpy as np
import pytest
from txc.tuner.features.rows import Features
from txc.tuner.models.labels import labels, rank_correlation, usable
from txc.tuner.models.model import Samples


def samples(seconds: list[float], tasks: list[int]) -> Samples:
    count = len(seconds)
    features = Features(np.zeros((count, 1), np.float32), np.arange(count))
    return Samples(features, np.array(seconds), np.array(tasks), np.ones(count))


def test_worth_is_relative_to_the_best_of_the_task():
    """The best of each task is worth 1, one that takes twice as long half of that, a failure nothing."""
    given = samples([2, 4, np.inf, 30, 10], [7, 7, 7, 3, 3])
    assert labels(given).tolist() == pytest.approx([1, 0.5, 0, 1 / 3, 1])


def test_logarithms_fall_by_a_sixth_for_each_doubling():
    """Down to 0 at 64 times the best, below which nothing tells slow from failed."""
    given = samples([1, 2, 4, 64, 1000, np.inf], [0] * 6)
    assert labels(given, "log").tolist() == pytest.approx([1, 5 / 6, 4 / 6, 0, 0, 0])


def test_tasks_without_a_success_are_of_no_use():
    assert usable(samples([np.inf, 1, np.inf, np.inf], [1, 2, 1, 2])).tolist() == [False, True, False, True]


def test_rank_correlation_knows_only_order():
    """Equal scores share a rank; failures do not count."""
    seconds = np.array([1.0, 2.0, 4.0, np.inf])
    assert rank_correlation(np.array([9.0, 8.0, -1.0, 100.0]), seconds) == pytest.approx(1)
    assert rank_correlation(np.array([1.0, 8.0, 9.0, 0.0]), seconds) == pytest.approx(-1)
    assert rank_correlation(np.array([5.0, 5.0, 4.0, 0.0]), seconds) == pytest.approx(3 ** 0.5 / 2)

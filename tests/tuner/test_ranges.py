"""Values of columns, changed many at a time."""

from __future__ import annotations

import numpy as np
from support.tuning import FakeColumn, listed
from txc.tuner.ranges import Ranges

RANGES = Ranges([FakeColumn("i", 3, 9), listed("step", 0, 16, 64), FakeColumn("one", 5, 5)])
RNG = np.random.default_rng(0)


def _columns(column: int, count: int) -> np.ndarray:
    return np.full(count, column)


def test_the_nearest_value_is_in_range_or_listed():
    assert RANGES.nearest(_columns(0, 3), np.array([1, 5, 20])).tolist() == [3, 5, 9]
    assert RANGES.nearest(_columns(1, 4), np.array([-7, 9, 39, 999])).tolist() == [0, 16, 16, 64]


def test_another_value_is_any_but_the_one_there_is():
    assert set(RANGES.other(_columns(0, 400), np.full(400, 4), RNG)) == {3, 5, 6, 7, 8, 9}
    assert set(RANGES.other(_columns(1, 100), np.full(100, 16), RNG)) == {0, 64}
    assert set(RANGES.other(_columns(2, 10), np.full(10, 5), RNG)) == {5}


def test_values_beside_are_one_step_away_or_the_end():
    assert set(RANGES.beside(_columns(0, 50), np.full(50, 4), RNG)) == {3, 5}
    assert set(RANGES.beside(_columns(1, 50), np.full(50, 64), RNG)) == {16, 64}

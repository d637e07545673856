"""Objectives fall when latencies do, and their slopes say how fast."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.tuner.tasks.objective import OBJECTIVES, GeoMean, Sum, Worst

SECONDS = {0: 0.004, 2: 0.001}
WEIGHTS = (2.0, 9.0, 5.0)


def test_sums_count_each_task_by_its_weight():
    assert Sum(WEIGHTS).value(SECONDS) == pytest.approx(0.013)
    assert Sum(WEIGHTS).slopes(SECONDS) == {0: 2.0, 2: 5.0}


def test_only_the_worst_task_matters_to_the_worst_case():
    assert Worst(WEIGHTS).value(SECONDS) == pytest.approx(0.008)
    assert Worst(WEIGHTS).slopes(SECONDS) == {0: 2.0, 2: 0.0}
    assert Worst(WEIGHTS).value({}) == 0.0


def test_a_geometric_mean_is_of_speedups_over_the_references():
    references = {0: 0.016, 2: 0.001}
    assert GeoMean((1.0, 9.0, 1.0), references).value(SECONDS) == pytest.approx(0.5)
    assert GeoMean((1.0, 9.0, 3.0), references).value(SECONDS) == pytest.approx(4 ** -0.25)


times = st.floats(1e-6, 10.0)


@given(st.sampled_from(sorted(OBJECTIVES)), st.lists(times, min_size=1, max_size=5), st.integers(0, 4))
def test_slopes_are_derivatives_up_to_a_common_positive_factor(name: str, latencies: list[float], moved: int):
    """Measured on each task as on the first; the worst case has a kink where two are equal."""
    goal = OBJECTIVES[name]([1.0 + n for n in range(5)], dict.fromkeys(range(5), 0.5))
    seconds = dict(enumerate(latencies))
    moved %= len(seconds)
    slopes = goal.slopes(seconds)
    smaller = {**seconds, moved: seconds[moved] * (1 - 1e-6)}
    fall = (goal.value(seconds) - goal.value(smaller)) / (seconds[moved] * 1e-6)
    factor = goal.value(seconds) / sum((1.0 + n) for n in seconds) if name == "geomean" else 1.0
    assert fall == pytest.approx(factor * slopes[moved], rel=1e-3, abs=1e-6) or name == "worst"
    assert fall >= 0
    assert (fall == 0) <= (slopes[moved] == 0 or name == "worst")

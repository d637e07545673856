"""Candidates a second: of every step, the median of runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, cycle

import pytest
from support.searching import sketches
from txc.bench.scoring import CASES, measured, rate, space_of


def ticking(*seconds: float) -> Callable[[], float]:
    """A clock on which runs take these seconds, one after the other, and nothing else takes any."""
    steps = (s for second in cycle(seconds) for s in (0.0, second))
    return accumulate(steps).__next__


def test_a_rate_is_the_median_of_runs_after_one_to_warm_up():
    calls: list[int] = []

    assert rate(lambda: calls.append(1), 60, 3, ticking(1.0, 6.0, 2.0)) == 30
    assert len(calls) == 4


def test_every_step_of_a_space_has_a_rate():
    pytest.importorskip("lightgbm")
    report = measured(sketches(), 64, 1, ticking(0.5))
    assert set(report.rates.values()) == {128}
    assert report.sketches == 2
    assert 2 <= report.rows <= 3
    assert report.trees == 60
    assert 20 < report.leaves <= 31
    assert str(report).splitlines()[0].endswith("leaves")
    assert len(str(report).splitlines()) == 1 + len(report.rates)


def test_words_that_name_no_case_are_told():
    with pytest.raises(ValueError, match="there is no case"):
        space_of("nonsense", 1)
    assert len(CASES) == 2

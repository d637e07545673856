"""How a budget of seconds is shared between the search and the end."""

from __future__ import annotations

import time

import pytest
from txc.tuner.clock import ENDING, MOST_ENDING, Clock, ending
from txc.tuner.lab import Candidate


def candidate(*times: float) -> Candidate:
    return Candidate(1, (1,), times=list(times))


def test_a_part_is_kept_for_the_end_more_of_it_where_the_end_takes_long():
    clock = Clock(100.0, time.monotonic() - 20.0)
    assert clock.elapsed == pytest.approx(20.0, abs=1.0)
    assert clock.left == pytest.approx(80.0, abs=1.0)
    assert clock.for_search(1.0) == pytest.approx(80.0 - 100 * ENDING, abs=1.0)
    assert clock.for_search(30.0) == pytest.approx(50.0, abs=1.0)
    assert clock.for_search(1000.0) == pytest.approx(80.0 - 100 * MOST_ENDING, abs=1.0)


def test_without_a_budget_there_is_always_time():
    assert Clock().left == Clock().for_search(5.0) == float("inf")


def test_there_is_time_for_what_fits_before_the_end():
    clock = Clock(100.0, time.monotonic() - 20.0)
    assert clock.affordable(ending=30.0, pace=4.0) == pytest.approx(12, abs=1)
    assert clock.affordable(ending=30.0, pace=60.0) == 0
    assert clock.affordable(ending=30.0, pace=0.0) == Clock().affordable(30.0, 4.0) == float("inf")
    assert Clock(10.0, time.monotonic() - 20.0).affordable(ending=1.0, pace=0.0) == 0


def test_the_end_of_slow_kernels_takes_longer_but_not_without_bound():
    quick = ending([candidate(1e-5)] * 8, candidate(2e-5), searched=1.0)
    slow = ending([candidate(0.1)] * 8, candidate(0.2), searched=1.0)
    assert 0 < quick < slow < 40


def test_comparing_is_spread_over_a_part_of_a_long_search():
    known = [candidate(1e-5)] * 8
    assert ending(known, candidate(2e-5), 60.0) > ending(known, candidate(2e-5), 1.0) + 3


def test_where_nothing_is_right_there_is_no_end_to_wait_for():
    assert ending([candidate()], candidate(), searched=1.0) < 1

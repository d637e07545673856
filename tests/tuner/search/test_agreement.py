"""Trust is earned by predictions that come true."""

from __future__ import annotations

import numpy as np
import pytest
from txc.tuner.search.agreement import MEMORY, Agreement

TIMES = np.arange(1.0, 17)


def after(*batches: tuple[np.ndarray, np.ndarray]) -> float:
    agreement = Agreement()
    for scores, seconds in batches:
        agreement.add(scores, seconds)
    return agreement.trust


def test_half_of_all_trust_comes_before_anything_is_known():
    assert after() == 0.5


def test_the_right_order_earns_it_and_the_wrong_one_loses_it():
    few = TIMES[:4]
    right, wrong = (-few, few), (few, few)
    assert 0.5 < after(right) < after(right, right) <= 1
    assert 0.5 > after(wrong) > after(wrong, wrong) >= 0
    assert after(*[right] * 20) == 1
    assert after(*[wrong] * 20) == 0


def test_equal_scores_are_worth_nothing():
    assert after((np.zeros(16), TIMES)) == pytest.approx(0.5 * MEMORY / (MEMORY + 16))


def test_failures_do_not_count_and_few_results_say_nothing():
    """Nor do results that are all the same."""
    failed = np.where(TIMES < 15, np.inf, TIMES)
    assert after((-TIMES, failed), (-TIMES, np.full(16, 2.0))) == 0.5
    some = np.where(TIMES < 5, np.inf, TIMES)
    assert after((-TIMES, some)) == after((-TIMES[4:], TIMES[4:]))


def test_many_results_at_once_weigh_more():
    assert after((-np.arange(100.0), np.arange(100.0))) > after((-TIMES, TIMES))

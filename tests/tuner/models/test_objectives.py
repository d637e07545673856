"""Losses: their derivatives are those of what they say they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.worlds import world
from txc.tuner.models.labels import labels, usable
from txc.tuner.models.objectives import by_rows, importance, ranked, squared


def test_a_row_pushes_as_much_as_its_candidate():
    """Rows share the first derivative; the second bounds what moving all of them at once does."""
    seen: list[list[float]] = []

    def loss(scores):
        seen.append(scores.tolist())
        return np.array([1.0, -2.0]), np.array([0.5, 0.25])

    first, second = by_rows(loss, np.array([0, 1, 1]), np.array([10.0, 20.0]))(np.array([1.0, 2.0, 3.0]))
    assert seen == [[11, 25]]
    assert first.tolist() == [1, -2, -2]
    assert second.tolist() == [0.5, 0.5, 0.5]


def test_good_candidates_count_more_and_failures_a_little():
    assert importance(np.array([1, 0.5, 0.01, 0]), np.array([1, 2, 1, 1])).tolist() == [1, 1, 0.1, 0.1]


def test_squared_error_pulls_towards_the_worth():
    first, second = squared(np.array([1.0, 0.0]), np.array([2.0, 0.1]))(np.array([0.5, 0.5]))
    assert first.tolist() == pytest.approx([-1, 0.05])
    assert second.tolist() == [2, 0.1]


def test_ranking_pulls_pairs_apart_that_stand_wrong():
    """The loss falls along its negative gradient, within tasks only, and right orders are left alone."""
    one = world(30, 1)
    good = one.select(usable(one))
    worth = labels(good)
    loss = ranked(worth, good, 0)
    level, bend = loss(np.zeros(len(worth)))
    assert np.corrcoef(-level, worth)[0, 1] > 0.8
    assert level.sum() == pytest.approx(0)
    assert (bend > 0).all()
    assert np.abs(loss(100 * np.argsort(np.argsort(worth)).astype(float))[0]).max() < 1e-6


def test_tasks_are_never_compared_in_rank():
    """Candidates that are alone in their task, or all equal in it, push nowhere."""
    one = world(6, 1, failures=False)
    alone = replace(one, tasks=np.arange(6))
    assert not ranked(labels(one), alone, 0)(np.zeros(6))[0].any()
    assert not ranked(np.ones(6), one, 0)(np.zeros(6))[0].any()

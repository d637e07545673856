"""Guides are models where they can be fitted, and nothing else."""

from __future__ import annotations

import pytest
from support.dense import task
from txc.tuner import guidance
from txc.tuner.guidance import cold, learning, unguided
from txc.tuner.tune import problem_of


def test_no_guide_is_none():
    assert unguided(problem_of(task())) is None


def test_without_lightgbm_searches_go_by_times(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guidance, "find_spec", lambda name: None)
    problem = problem_of(task())
    assert learning(problem) is None
    assert cold(problem) is None


def test_a_model_that_starts_from_nothing_is_not_trusted():
    pytest.importorskip("lightgbm")
    guide = cold(problem_of(task()))
    assert guide is not None
    assert guide.trust == 0

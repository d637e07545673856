"""Guides are models where they can be fitted, and nothing else."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from support.dense import task
from txc.dsl.diagnostics import TxcError
from txc.tuner import guidance
from txc.tuner.guidance import MODELS, chance, chosen, cold, lacking, learning, ranking, unguided
from txc.tuner.problem import Problem
from txc.tuner.sampler import Sampler
from txc.tuner.search.guide import Guide
from txc.tuner.tune import problem_of


@cache
def problem() -> Problem:
    return problem_of(task())


def without_lightgbm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guidance, "find_spec", lambda name: None)


def test_no_guide_is_none():
    assert unguided(problem()) is None


def test_without_lightgbm_searches_go_by_times(monkeypatch: pytest.MonkeyPatch):
    without_lightgbm(monkeypatch)
    assert [make(problem()) for make in (learning, cold, ranking)] == [None] * 3
    assert chance(problem()) is not None


def test_a_model_that_starts_from_nothing_is_not_trusted():
    pytest.importorskip("lightgbm")
    for make in (cold, ranking):
        guide = make(problem())
        assert guide is not None
        assert guide.trust == 0


def test_chance_is_followed_and_scores_anew():
    rows = Sampler(problem().space).valid(5, np.random.default_rng(0))
    guide = chance(problem())
    assert guide is not None
    guide.tell(rows, np.ones(5))
    assert guide.trust == 1
    assert (guide.score(rows) != guide.score(rows)).all()


def test_models_learn_what_they_are_told():
    """A model of each kind puts candidates of a small template in the order of their times."""
    pytest.importorskip("lightgbm")
    rows = Sampler(problem().space).valid(18, np.random.default_rng(0))
    seconds = rows[:, 0].astype(np.float64)
    for make in (learning, ranking):
        guide = make(problem())
        assert guide is not None
        guide.tell(rows, seconds)
        assert _order(guide, rows, seconds) > 0.8


def _order(guide: Guide, rows: np.ndarray, seconds: np.ndarray) -> float:
    return float(np.corrcoef(guide.score(rows), -seconds)[0, 1])


def test_each_search_has_its_model_unless_told_otherwise():
    assert chosen(None, "annealing") == "rank"
    assert chosen(None, "evolution") == "ansor"
    assert [chosen(name, "annealing") for name in MODELS] == list(MODELS)
    with pytest.raises(TxcError, match="R684"):
        chosen("xgboost", "evolution")


def test_who_has_no_lightgbm_lacks_a_model_only_where_it_would_be_asked(monkeypatch: pytest.MonkeyPatch):
    without_lightgbm(monkeypatch)
    assert lacking(None, "evolution")
    assert lacking("rank", "annealing")
    assert not lacking("none", "evolution")
    assert not lacking("random", "evolution")
    assert not lacking(None, "random")

"""Growing forests: limits that settings name, and LightGBM where it is missing."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from support.worlds import world
from txc.dsl.diagnostics import TxcError
from txc.tuner.models import boosting
from txc.tuner.models.boosting import Growth, grow
from txc.tuner.models.forest import LEAVES

VALUES = world(200, 1).features.values
TARGET = VALUES.sum(axis=1) - VALUES.sum(axis=1).mean()


def towards(target: np.ndarray):
    return lambda predictions: (predictions - target, np.ones(len(target)))


def test_a_forest_descends_its_objective():
    """Enough trees predict what they were grown towards, however far from 0 where they begin."""
    target = VALUES[:, 1] * VALUES[:, 2] + 100
    forest = grow(VALUES, towards(target), Growth(trees=200, rate=0.2, share=1, ridge=0))
    assert np.abs(forest.predict(VALUES) - target).max() < 1


def test_trees_have_as_many_leaves_as_fit_into_a_word():
    forest = grow(VALUES, towards(TARGET), Growth(trees=5, leaves=100, share=1, ridge=0))
    assert np.diff(forest.first).max() == LEAVES - 1
    assert len(forest) == 5


def test_other_seeds_grow_other_forests():
    one, same, other = (
        grow(VALUES, towards(TARGET), Growth(trees=5, seed=seed)).predict(VALUES) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_without_lightgbm_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    boosting._lightgbm.cache_clear()
    with pytest.raises(TxcError, match=r"error\[R682\].*lightgbm\n.*pip install 'txc\[tune\]'"):
        grow(VALUES, towards(TARGET), Growth())

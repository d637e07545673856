"""Forests predict what LightGBM predicts, with LLVM and without."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from txc.tuner.models import forest as module
from txc.tuner.models.boosting import forest_of
from txc.tuner.models.forest import EMPTY, Forest
from txc.tuner.models.forest_code import LANES, evaluator

QUIET = {"verbosity": -1, "num_threads": 1, "use_missing": False, "min_data_in_bin": 1,
         "feature_pre_filter": False}


def rows(count: int, seed: int) -> np.ndarray:
    """Rows of which every other column has few values, so that many stand exactly on a threshold."""
    values = np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32)
    values[:, ::2] = np.round(values[:, ::2] * 3)
    return values


def predicted(model: lightgbm.Booster, values: np.ndarray) -> np.ndarray:
    found = model.predict(values)
    assert isinstance(found, np.ndarray)
    return found


def booster(trees: int, leaves: int = 31) -> lightgbm.Booster:
    values = rows(500, 0)
    data = lightgbm.Dataset(values, values[:, 0] * values[:, 1] + np.sin(values[:, 2]), params=QUIET)
    return lightgbm.train(QUIET | {"num_leaves": leaves, "min_data_in_leaf": 1}, data, trees)


@pytest.fixture(params=["llvm", "numpy"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the compiled evaluator, then as where LLVM is missing."""
    if request.param == "numpy":
        monkeypatch.setattr(module, "evaluator", lambda: None)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize(("trees", "leaves"), [(1, 2), (7, 3), (20, 31), (20, 32)])
@pytest.mark.parametrize("count", [1, LANES, LANES + 1, 1000])
def test_predictions_are_lightgbms_to_the_last_bit(trees: int, leaves: int, count: int):
    """Also of missing and infinite numbers, and of those that equal a threshold."""
    model, values = booster(trees, leaves), rows(count, 1)
    forest = forest_of(model.model_to_string())
    odd = np.random.default_rng(2).random(values.shape)
    values[odd < 0.05] = np.nan
    values[odd > 0.98] = np.inf
    values[(odd > 0.96) & (odd < 0.98)] = -np.inf
    assert np.array_equal(forest.predict(values), predicted(model, values))


@pytest.mark.usefixtures("either")
def test_thresholds_decide_alike_in_single_precision():
    """The numbers just above and below each threshold go where LightGBM's double precision sends them.

    Thresholds of 1e-35 stand for 0: LightGBM takes numbers of that size for it.
    """
    model = booster(20)
    forest = forest_of(model.model_to_string())
    real = np.abs(forest.threshold) > 1e-34
    values = np.zeros((3 * real.sum(), 12), np.float32)
    pairs = zip(forest.feature[real], forest.threshold[real], strict=True)
    for node, (feature, threshold) in enumerate(pairs):
        values[3 * node:3 * node + 3, feature] = threshold
        values[3 * node, feature] = np.nextafter(threshold, np.float32(-np.inf))
        values[3 * node + 2, feature] = np.nextafter(threshold, np.float32(np.inf))
    assert np.array_equal(forest.predict(values), predicted(model, values))


@pytest.mark.usefixtures("either")
def test_trees_that_never_split_are_their_one_leaf():
    values = np.zeros((50, 12), np.float32)
    data = lightgbm.Dataset(values, np.full(50, 3.0), params=QUIET)
    forest = forest_of(lightgbm.train(QUIET | {"objective": "regression"}, data, 2).model_to_string())
    both = Forest.joined([forest, forest_of(booster(3).model_to_string())])
    assert np.allclose(forest.predict(rows(5, 1)), 3)
    assert np.allclose(both.predict(rows(5, 1)), 3 + predicted(booster(3), rows(5, 1)))


@pytest.mark.usefixtures("either")
def test_forests_add_up():
    """Joined forests predict sums, scaled ones multiples, the empty one and no rows nothing."""
    one, other = (forest_of(booster(trees).model_to_string()) for trees in (3, 8))
    values = rows(100, 1)
    joined = Forest.joined([one.scaled(0.5), EMPTY, other])
    assert len(joined) == 11
    assert np.allclose(joined.predict(values), 0.5 * one.predict(values) + other.predict(values))
    assert not EMPTY.predict(values).any()
    assert joined.predict(values[:0]).shape == (0,)


def test_rows_of_any_layout_do():
    """Columns of a larger matrix, or transposed ones, predict the same."""
    forest, values = forest_of(booster(5).model_to_string()), rows(100, 1)
    wide = np.repeat(values, 2, axis=1)
    expected = forest.predict(values)
    assert np.array_equal(forest.predict(wide[:, ::2]), expected)
    assert np.array_equal(forest.predict(np.asfortranarray(values)), expected)


def test_the_evaluator_is_compiled_once():
    assert evaluator() is not None
    assert evaluator() is evaluator()

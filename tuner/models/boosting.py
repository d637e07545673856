"""Growing forests with LightGBM, imported when first needed: boosting with an objective of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from ...dsl.diagnostics import Diagnostic, TxcError
from .forest import LEAVES, Forest, Values

Floats = npt.NDArray[np.float64]
Objective = Callable[[Floats], tuple[Floats, Floats]]
"""From the predictions of all rows to the loss's first and second derivatives by each of them."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How a forest grows: trees, the most leaves of each (at most 32), and how far each tree goes.

    `share` is the part of the features that a tree may choose from, and each node tries one threshold drawn
    for each of them (extremely randomised trees: Geurts et al., 2006): few samples have many features that
    explain them by accident. `ridge` keeps leaves of few rows near 0. Equal seeds grow equal forests.
    """

    trees: int = 60
    leaves: int = 31
    rate: float = 0.05
    share: float = 0.3
    ridge: float = 2.0
    seed: int = 0


def grow(values: Values, objective: Objective, growth: Growth) -> Forest:
    """The forest that descends an objective on rows (rows, features), from predictions of 0.

    The mean that all rows share should be in the objective: trees that had to find it would not split.
    Raises TxcError R682.
    """
    lightgbm = _lightgbm()
    shared = {
        "verbosity": -1, "deterministic": True, "num_threads": 1, "seed": growth.seed, "max_bin": 255,
        "min_data_in_bin": 1, "feature_pre_filter": False, "enable_bundle": False, "use_missing": False}
    data = lightgbm.Dataset(np.asarray(values, np.float32), np.zeros(len(values)), params=shared)

    def derivatives(predictions: Floats, data: object) -> tuple[Floats, Floats]:
        return objective(predictions)

    booster = lightgbm.train(shared | {
        "objective": derivatives,
        "num_leaves": min(growth.leaves, LEAVES), "learning_rate": growth.rate,
        "feature_fraction": growth.share, "lambda_l2": growth.ridge, "min_data_in_leaf": 1,
        "extra_trees": True, "min_sum_hessian_in_leaf": 1e-3, "force_col_wise": True}, data, growth.trees)
    return forest_of(booster.model_to_string())


def forest_of(text: str) -> Forest:
    """A model in LightGBM's text format, of numeric tests that take missing numbers for 0.

    LightGBM compares in double precision; a threshold rounded down decides alike for every float32.
    """
    trees = list(map(_tree, _blocks(text)))
    sizes = [len(feature) for feature, *_ in trees]
    threshold = np.concatenate([np.zeros(0), *(t[1] for t in trees)])
    single = threshold.clip(-np.finfo(np.float32).max, np.finfo(np.float32).max).astype(np.float32)
    single = np.where(single > threshold, np.nextafter(single, np.float32(-np.inf)), single)
    return Forest(np.concatenate([np.zeros(0, np.int32), *(t[0] for t in trees)]), single,
                  np.concatenate([np.zeros(0, np.uint32), *(t[2] for t in trees)]),
                  np.cumsum([0, *sizes], dtype=np.int32),
                  np.array([t[3] for t in trees]).reshape(len(trees), LEAVES))


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The entries of each tree: `split_feature=3 1 …` and others."""
    for block in text.partition("end of trees")[0].split("\nTree=")[1:]:
        yield dict(line.split("=", 1) for line in block.splitlines()[1:] if "=" in line)


_Tree = tuple[npt.NDArray[np.int32], Floats, npt.NDArray[np.uint32], Floats]


def _tree(entries: dict[str, str]) -> _Tree:
    """Features, thresholds and leaves kept of its nodes; what its leaves are worth, from left to right."""
    worth = np.array(entries["leaf_value"].split(), np.float64)
    leaves = np.zeros(LEAVES)
    if len(worth) == 1:
        leaves[0] = worth[0]
        return np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.uint32), leaves
    assert not entries["decision_type"].strip(" 02"), "only numeric tests, nothing for missing numbers"
    left, right = (list(map(int, entries[f"{side}_child"].split())) for side in ("left", "right"))
    order, keep = _numbered(left, right)
    leaves[:len(worth)] = worth[order]
    return (np.array(entries["split_feature"].split(), np.int32),
            np.array(entries["threshold"].split(), np.float64), np.array(keep, np.uint32), leaves)


def _numbered(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """The leaves from left to right, and for each node the bits of those that are not below its left child.

    A child is a node, or the complement of a leaf.
    """
    order: list[int] = []
    keep = [0] * len(left)
    stack = [(0, -1)]       # a child to number; the node whose left child is numbered before it, else -1
    begin: dict[int, int] = {}
    while stack:
        child, after = stack.pop()
        if after >= 0:
            keep[after] = 0xFFFFFFFF & ~((1 << len(order)) - (1 << begin[after]))
        if child < 0:
            order.append(~child)
            continue
        begin[child] = len(order)
        stack += [(right[child], child), (left[child], -1)]
    return order, keep


@cache
def _lightgbm() -> Any:
    try:
        return import_module("lightgbm")
    except ImportError:
        raise TxcError([Diagnostic("R682", "a cost model needs the Python package lightgbm",
                                   hint="install it with pip install 'txc[tune]'")]) from None

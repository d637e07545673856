"""A forest of regression trees as arrays, evaluated without following a single branch.

Each tree is a set of up to 32 leaves, numbered from left to right, kept as the bits of a word. A node whose
test fails (its feature is above the threshold) rules out the leaves on its left. What remains after all
nodes, in any order, has the leaf that the row falls into as its lowest bit. So the nodes are a flat list, and
the same few instructions serve many rows at once (QuickScorer: Lucchese et al., SIGIR 2015).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from .forest_code import Evaluator, evaluator

LEAVES = 32
"""The most leaves that a tree may have."""

Values = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose nodes stand one after the other; the prediction of a row is the sum of its leaves.

    `feature` (nodes,) int32, `threshold` (nodes,) float32 and `keep` (nodes,) uint32: a row whose feature is
    above the threshold keeps those leaves. Missing numbers count as 0. `first` (trees + 1,) int32 says where
    the nodes of each tree begin, `leaves` (trees, 32) float64 what their leaves are worth.
    """

    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    keep: npt.NDArray[np.uint32]
    first: npt.NDArray[np.int32]
    leaves: Floats

    def __len__(self) -> int:
        return len(self.leaves)

    @classmethod
    def joined(cls, several: Iterable[Forest]) -> Self:
        """The forest that predicts the sum of what several predict."""
        given = [EMPTY, *several]
        ends = np.cumsum([0, *(len(f.feature) for f in given)])
        first = [f.first[:-1] + start for f, start in zip(given, ends[:-1], strict=True)]
        return cls(np.concatenate([f.feature for f in given]), np.concatenate([f.threshold for f in given]),
                   np.concatenate([f.keep for f in given]),
                   np.concatenate([*first, ends[-1:]]).astype(np.int32),
                   np.concatenate([f.leaves for f in given]))

    def scaled(self, factor: float) -> Forest:
        """The forest that predicts `factor` times as much."""
        return replace(self, leaves=self.leaves * factor)

    def predict(self, values: Values) -> Floats:
        """The predictions (rows,) for rows of features (rows, features)."""
        if not len(self.feature) or not len(values):
            return np.full(len(values), self.leaves[:, 0].sum())
        compiled = evaluator()
        return self._by_numpy(values) if compiled is None else self._by_code(values, compiled)

    def _by_code(self, values: Values, compiled: Evaluator) -> Floats:
        used, slot = np.unique(self.feature, return_inverse=True)
        assert used[-1] < values.shape[1], "too few features for this forest"
        values = np.ascontiguousarray(values, np.float32)
        return compiled(values, used.astype(np.int32), slot.astype(np.int32), self.threshold, self.keep,
                        self.first, self.leaves)

    def _by_numpy(self, values: Values) -> Floats:
        """The same without LLVM, for a few thousand rows a second and tree."""
        values = np.where(np.isnan(values), np.float32(0), values)
        total = np.zeros(len(values))
        for tree, (start, end) in enumerate(zip(self.first[:-1], self.first[1:], strict=True)):
            above = values[:, self.feature[start:end]] > self.threshold[start:end]
            kept = np.where(above, self.keep[start:end], np.uint32(0xFFFFFFFF))
            bits = np.bitwise_and.reduce(kept, axis=1)      # all of them where there is no node
            lowest = np.frexp((bits & (~bits + np.uint32(1))).astype(np.float64))[1] - 1
            total += self.leaves[tree, lowest]
        return total


EMPTY = Forest(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint32), np.zeros(1, np.int32),
               np.zeros((0, LEAVES)))
"""The forest that predicts 0."""

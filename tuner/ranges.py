"""The values of columns as arrays, so that entries of many columns change in one operation.

Everywhere here `columns` says of each value which column it is of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .population import size
from .space import Column, Matrix

FAR = 1 << 40
"""Fills lists of values up to the longest: nothing is nearest to it."""

Places = npt.NDArray[np.intp]


class Ranges:
    """Low ends, high ends and listed values of columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        listed = [column.values or () for column in columns]
        longest = max(map(len, listed), default=0)
        self.low = np.array([column.low for column in columns], np.int64)
        self.high = np.array([column.high for column in columns], np.int64)
        self.size = np.array([size(column) for column in columns], np.int64)
        self.listed = np.array([column.values is not None for column in columns], np.bool_)
        self._lists = np.array([[*v, *[FAR] * (max(longest, 1) - len(v))] for v in listed], np.int64)

    def nearest(self, columns: Places, values: Matrix) -> Matrix:
        """The values that the columns have nearest to those given."""
        return self._at(columns, self._ordinals(columns, values))

    def other(self, columns: Places, values: Matrix, rng: np.random.Generator) -> Matrix:
        """A different value of each column, where it has two."""
        many = self.size[columns]
        steps = 1 + (rng.random(len(values)) * (many - 1)).astype(np.int64)
        return self._at(columns, (self._ordinals(columns, values) + steps) % many)

    def beside(self, columns: Places, values: Matrix, rng: np.random.Generator) -> Matrix:
        """The next larger or smaller value of each column."""
        ordinals = self._ordinals(columns, values) + np.where(rng.random(len(values)) < 0.5, 1, -1)
        return self._at(columns, np.clip(ordinals, 0, self.size[columns] - 1))

    def _ordinals(self, columns: Places, values: Matrix) -> Matrix:
        among = np.abs(self._lists[columns] - values[:, None]).argmin(axis=1)
        plain = np.clip(values, self.low[columns], self.high[columns]) - self.low[columns]
        return np.where(self.listed[columns], among, plain)

    def _at(self, columns: Places, ordinals: Matrix) -> Matrix:
        among = self._lists[columns, np.minimum(ordinals, self._lists.shape[1] - 1)]
        return np.where(self.listed[columns], among, self.low[columns] + ordinals)

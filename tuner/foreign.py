"""Which columns a row's structure does not have: those of other sketches, and of blocks that do not apply.

They hold their lowest value, so that equal candidates are equal rows.
"""

from __future__ import annotations

import numpy as np

from .roles import has_sketches, templates_of
from .space import Mask, Matrix, Space


class Foreign:
    """Knows the foreign columns of rows, one answer for each sketch and its structural choices.

    `structural` are the columns that decide which those are.
    """

    def __init__(self, space: Space) -> None:
        self._names = tuple(column.name for column in space.columns)
        self._at = {name: position for position, name in enumerate(self._names)}
        self._lowest = np.array([column.low for column in space.columns], np.int64)
        self._templates = templates_of(space)
        self._sketches = has_sketches(space)
        self._known: dict[tuple[int, ...], Mask] = {}
        self._structural = tuple([self._at[c.name] for c in t.structural] for t in self._templates)
        self.structural = sorted({*([0] if self._sketches else []), *(c for t in self._structural for c in t)})

    def numbers(self, matrix: Matrix) -> Matrix:
        """Which sketch each row fills."""
        return matrix[:, 0] if self._sketches else np.zeros(len(matrix), np.int64)

    def columns(self, matrix: Matrix) -> Mask:
        """A mask of the matrix's shape: True where the column is not one of the row's structure."""
        mask = np.zeros(matrix.shape, np.bool_)
        for number in range(len(self._templates)):
            rows = np.flatnonzero(self.numbers(matrix) == number)
            choices, which = np.unique(matrix[np.ix_(rows, self._structural[number])], axis=0,
                                       return_inverse=True)
            for k, choice in enumerate(choices.tolist()):
                mask[rows[which.ravel() == k]] = self._foreign((number, *choice))
        return mask

    def canonical(self, matrix: Matrix) -> Matrix:
        """The same candidates with every foreign column at its lowest value."""
        return np.where(self.columns(matrix), self._lowest, matrix) if self._templates else matrix

    def _foreign(self, key: tuple[int, ...]) -> Mask:
        if key not in self._known:
            number, *choice = key
            template = self._templates[number]
            made = template.structure(tuple(choice))
            names = {column.name for column in template.structural} | ({"sketch"} if self._sketches else set())
            names |= set(made.columns) if made else {column.name for column in template.columns}
            self._known[key] = np.array([name not in names for name in self._names], np.bool_)
        return self._known[key]

"""Which columns a row's structure does not have: those of other sketches, and of blocks that do not apply.

They hold their lowest value, so that equal candidates are equal rows: the lowest that the row's sketch has
for such a column, else the lowest of all sketches.
"""

from __future__ import annotations

import numpy as np

from ..compiler.schedule.template import Template
from .population import keys
from .roles import has_sketches, templates_of
from .space import Mask, Matrix, Space


class Foreign:
    """Knows the foreign columns of rows, one answer for each sketch and its structural choices.

    `structural` are the columns that decide which those are.
    """

    def __init__(self, space: Space) -> None:
        self._names = tuple(column.name for column in space.columns)
        self._templates = templates_of(space)
        self._lowest = np.array(_lowest(space, self._templates), np.int64)
        self._sketches = has_sketches(space)
        self._known: dict[tuple[int, ...], Mask] = {}
        at = {name: position for position, name in enumerate(self._names)}
        self._structural = tuple(tuple(at[c.name] for c in t.structural) for t in self._templates)
        deciding = {column for columns in self._structural for column in columns}
        self.structural: list[int] = sorted({0} | deciding if self._sketches else deciding)

    def numbers(self, matrix: Matrix) -> Matrix:
        """Which sketch each row fills."""
        return matrix[:, 0] if self._sketches else np.zeros(len(matrix), np.int64)

    def columns(self, matrix: Matrix) -> Mask:
        """A mask of the matrix's shape: True where the column is not one of the row's structure."""
        if not self.structural:
            return np.zeros(matrix.shape, np.bool_)
        choices = keys(matrix[:, self.structural])
        _, first, which = np.unique(choices, return_index=True, return_inverse=True)
        masks = [self._foreign(row) for row in matrix[first].tolist()]
        return np.array(masks, np.bool_).reshape(-1, matrix.shape[1])[which]

    def canonical(self, matrix: Matrix) -> Matrix:
        """The same candidates with every foreign column at its lowest value."""
        return self.lowered(matrix, self.columns(matrix))

    def lowered(self, matrix: Matrix, mask: Mask) -> Matrix:
        """The rows with their lowest values where the mask says so."""
        return np.where(mask, self._lowest[self.numbers(matrix)], matrix)

    def _foreign(self, row: list[int]) -> Mask:
        """The mask of a row."""
        number = row[0] if self._sketches else 0
        key = (number, *(row[column] for column in self._structural[number]))
        if key not in self._known:
            template = self._templates[number]
            made = template.structure(key[1:])
            own = {*([self._names[0]] if self._sketches else []), *(c.name for c in template.structural)}
            own |= set(made.columns) if made else {column.name for column in template.columns}
            self._known[key] = np.array([name not in own for name in self._names], np.bool_)
        return self._known[key]


def _lowest(space: Space, templates: tuple[Template, ...]) -> list[list[int]]:
    """For each sketch the values of its rows' foreign columns."""
    every = {column.name: column.low for column in space.columns}
    own = [every | {column.name: column.low for column in template.columns} for template in templates]
    return [[lows[name] for name in every] for lows in (own or [every])]

"""Populations: candidates as rows of an int64 matrix, handled a few thousand at a time.

Everything here works on whole matrices and takes its randomness from a seeded generator, so that equal seeds
give equal populations on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from .sketches import SketchSpace
from .space import Column, Matrix, Space

WIDE = 8
"""Ranges of more values than this are sampled log-uniformly: 1, 2, 4 … 512 are equally far apart as tiles."""

Keys = npt.NDArray[Any]


def size(column: Column) -> int:
    """How many values a column takes."""
    return column.high - column.low + 1 if column.values is None else len(column.values)


def points(space: Space) -> int:
    """How many candidates there are, valid or not: those of several sketches together."""
    return sum(prod(size(column) for column in own.columns) for own in _sketches(space))


def _sketches(space: Space) -> tuple[Space, ...]:
    """The spaces of a space's sketches; of others, the space itself."""
    return space.templates if isinstance(space, SketchSpace) else (space,)


def sample(space: Space, rows: int, rng: np.random.Generator) -> Matrix:
    """Random rows, valid or not, possibly repeated."""
    matrix = np.empty((rows, len(space.columns)), np.int64)
    for position, column in enumerate(space.columns):
        matrix[:, position] = sample_column(column, rows, rng)
    return matrix


def sample_column(column: Column, rows: int, rng: np.random.Generator) -> Matrix:
    """Random values of a column."""
    if column.values is not None or size(column) <= WIDE:
        return _values(column, rng.integers(0, size(column), rows))
    # floor(exp(U(0, log(n + 1)))) is v of 1 … n with weight log((v + 1) / v): octaves are equally likely.
    steps = np.exp(rng.random(rows) * np.log(size(column) + 1)).astype(np.int64)
    return column.low - 1 + np.clip(steps, 1, size(column))


def _values(column: Column, ordinals: Matrix) -> Matrix:
    if column.values is None:
        return column.low + ordinals
    return np.asarray(column.values, np.int64)[ordinals]


def decode(space: Space, first: int, count: int) -> Matrix:
    """Rows number `first` to `first + count - 1` in mixed-radix order: the last column varies fastest."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    matrix = np.empty((count, len(space.columns)), np.int64)
    for position in reversed(range(len(space.columns))):
        column = space.columns[position]
        numbers, ordinals = np.divmod(numbers, size(column))
        matrix[:, position] = _values(column, ordinals)
    return matrix


def grid(space: Space, chunk: int = 4096) -> Iterator[Matrix]:
    """All valid rows in mixed-radix order, in matrices of at most `chunk` rows; some may be empty.

    Sketches follow one another, so that columns that a sketch does not have are not enumerated.
    """
    for number, own in enumerate(_sketches(space)):
        total = points(own)
        for first in range(0, total, chunk):
            rows = decode(own, first, min(chunk, total - first))
            if isinstance(space, SketchSpace):
                rows = space.join(number, rows)
            yield rows[space.valid(rows)]


def keys(rows: Matrix) -> Keys:
    """One comparable key a row: equal keys are equal rows."""
    # A constant column keeps rows of no columns apart from nothing at all.
    wide = np.concatenate([np.zeros((len(rows), 1), np.int64), rows], axis=1)
    return np.ascontiguousarray(wide).view(np.dtype((np.void, wide.shape[1] * 8))).ravel()


def unique(rows: Matrix) -> Matrix:
    """The rows without repetitions, in order of first appearance."""
    _, first = np.unique(keys(rows), return_index=True)
    return rows[np.sort(first)]


def without(rows: Matrix, taken: Keys) -> Matrix:
    """The rows whose keys are not among `taken`."""
    return rows[~np.isin(keys(rows), taken)] if len(taken) else rows

"""Features of whole populations: closed forms of a template's holes, run over blocks of candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from ...compiler.schedule.template import Matrix, Row, Structure, Template
from ..sketches import SketchSpace
from . import ansor, machine
from .formula import Formulas
from .rows import Features
from .statement import kernel
from .table import Table, numbers

NAMES: tuple[str, ...] = (*ansor.HEAD, *ansor.SLOT, *ansor.CURVE, *ansor.TAIL, *machine.NAMES)
"""What each column of features is: Ansor's 164, then our own. All but the curve's are log2(1 + x)."""

ROWS = 1000
"""Candidates in a block: few enough for its columns to stay in the second-level cache."""

_tables: WeakKeyDictionary[Template, dict[Row, Table | None]] = WeakKeyDictionary()


def features(template: Template, matrix: Matrix) -> Features:
    """One row of NAMES for each statement of each candidate; candidates are valid rows of the template.

    A candidate whose structural choices are illegal together has no rows. The statements of one structure are
    described once, whatever the number of candidates.
    """
    parts = list(_structures(template, matrix))
    count = sum(table.statements * len(positions) for table, positions in parts)
    values, owner = np.empty((count, len(NAMES)), np.float32), np.empty(count, np.int64)
    start = 0
    for table, positions in parts:
        end = start + table.statements * len(positions)
        holes = {column.name: matrix[positions, k] for k, column in enumerate(template.columns)}
        _fill(table, holes, values[start:end].reshape(table.statements, len(positions), len(NAMES)))
        owner[start:end] = np.tile(positions, table.statements)
        start = end
    return Features(values, owner)


def features_of_space(space: SketchSpace, matrix: Matrix) -> Features:
    """The same for candidates of several sketches."""
    found = [(positions, features(space.templates[number], own))
             for number, positions, own in space.parts(matrix)]
    empty = np.empty((0, len(NAMES)), np.float32)
    return Features(np.concatenate([empty, *(part.values for _, part in found)]),
                    np.concatenate([np.empty(0, np.int64), *(at[part.owner] for at, part in found)]))


def _fill(table: Table, holes: Mapping[str, Matrix], values: npt.NDArray[np.float32]) -> None:
    """The features of candidates of one structure: (statements, candidates, NAMES)."""
    for first in range(0, values.shape[1], ROWS):
        block = {name: column[first : first + ROWS] for name, column in holes.items()}
        table.fill(block, values[:, first : first + ROWS])


def _structures(template: Template, matrix: Matrix) -> Iterator[tuple[Table, npt.NDArray[np.int64]]]:
    """The candidates by structure, as positions in the matrix."""
    keys = np.ascontiguousarray(matrix[:, : len(template.structural)])
    if not keys.shape[1]:
        groups, number = keys[:1], np.zeros(len(keys), np.int64)
    else:
        groups, number = np.unique(keys, axis=0, return_inverse=True)
    for k, key in enumerate(groups):
        table = _table(template, tuple(map(int, key)))
        if table is not None:
            yield table, np.flatnonzero(number.ravel() == k)


def _table(template: Template, key: Row) -> Table | None:
    """What computes the features of a structure; None where its choices are illegal together."""
    known = _tables.setdefault(template, {})
    if key not in known:
        made = template.structure(key)
        known[key] = None if made is None else _made(made)
    return known[key]


def _made(structure: Structure) -> Table:
    found = kernel(structure.state, Formulas())
    return Table([numbers(found, statement) for statement in found.statements], ROWS)

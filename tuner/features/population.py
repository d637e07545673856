"""Features of whole populations: closed forms of a template's holes, run over blocks of candidates."""

from __future__ import annotations

import numpy as np

from ...compiler.schedule.template import Matrix, Template
from ..sketches import SketchSpace
from . import ansor, machine
from .rows import Features
from .statement import Kernel
from .structures import ROWS, Structures, blocks
from .table import Table, numbers

NAMES: tuple[str, ...] = (*ansor.HEAD, *ansor.SLOT, *ansor.CURVE, *ansor.TAIL, *machine.NAMES)
"""What each column of features is: Ansor's 164, then our own. All but the curve's are log2(1 + x)."""


def _table(kernel: Kernel) -> Table:
    return Table([numbers(kernel, statement) for statement in kernel.statements], ROWS)


_TABLES = Structures(_table)


def features(template: Template, matrix: Matrix) -> Features:
    """One row of NAMES for each statement of each candidate; candidates are valid rows of the template.

    A candidate whose structural choices are illegal together has no rows. The statements of a structure are
    described once, whatever the number of candidates.
    """
    parts = list(_TABLES.groups(template, matrix))
    count = sum(table.statements * len(positions) for table, positions in parts)
    values, owner = np.empty((count, len(NAMES)), np.float32), np.empty(count, np.int64)
    start = 0
    for table, positions in parts:
        end = start + table.statements * len(positions)
        into = values[start:end].reshape(table.statements, len(positions), len(NAMES))
        for rows, holes in blocks(template, matrix[positions]):
            table.fill(holes, into[:, rows])
        owner[start:end] = np.tile(positions, table.statements)
        start = end
    return Features(values, owner)


def features_of_space(space: SketchSpace, matrix: Matrix) -> Features:
    """The same for candidates of several sketches."""
    found = [(positions, features(space.templates[number], own))
             for number, positions, own in space.parts(matrix)]
    values = [np.empty((0, len(NAMES)), np.float32), *(part.values for _, part in found)]
    owners = [np.empty(0, np.int64), *(positions[part.owner] for positions, part in found)]
    return Features(np.concatenate(values), np.concatenate(owners))

"""Features of whole populations: closed forms of a template's holes, run over blocks of candidates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...compiler.schedule.template import Matrix, Template
from ..sketches import SketchSpace
from . import ansor, machine
from .rows import Features
from .statement import Kernel
from .structures import ROWS, Structures, blocks
from .table import Table, numbers

NAMES: tuple[str, ...] = (*ansor.HEAD, *ansor.SLOT, *ansor.CURVE, *ansor.TAIL, *machine.NAMES)
"""What each column of features is: Ansor's 164, then our own. All but the curve's are log2(1 + x)."""

VERSION = 1
"""Rises when a column changes its meaning but not its name: models and samples of others are refused."""

Stages = npt.NDArray[np.str_]


def _table(kernel: Kernel) -> Table:
    return Table([numbers(kernel, statement) for statement in kernel.statements], ROWS)


_TABLES = Structures(_table)


def features(template: Template, matrix: Matrix, cores: int = 0) -> Features:
    """One row of NAMES for each statement of each candidate; candidates are valid rows of the template.

    A candidate whose structural choices are illegal together has no rows. The statements of a structure are
    described once, whatever the number of candidates. They run on so many cores (0: all of the target).
    """
    parts = list(_TABLES.groups(template, matrix, cores))
    count = sum(len(table.stages) * len(positions) for table, positions in parts)
    values, owner = np.empty((count, len(NAMES)), np.float32), np.empty(count, np.int64)
    start = 0
    for table, positions in parts:
        statements = len(table.stages)
        end = start + statements * len(positions)
        into = values[start:end].reshape(statements, len(positions), len(NAMES))
        for rows, holes in blocks(template, matrix[positions]):
            table.fill(holes, into[:, rows])
        owner[start:end] = np.tile(positions, statements)
        start = end
    return Features(values, owner)


def features_of_space(space: SketchSpace, matrix: Matrix) -> Features:
    """The same for candidates of several sketches, on as many cores as the space has threads."""
    found = [(positions, features(space.templates[number], own, space.threads))
             for number, positions, own in space.parts(matrix)]
    values = [np.empty((0, len(NAMES)), np.float32), *(part.values for _, part in found)]
    owners = [np.empty(0, np.int64), *(positions[part.owner] for positions, part in found)]
    return Features(np.concatenate(values), np.concatenate(owners))


def stages(template: Template, matrix: Matrix, cores: int = 0) -> Stages:
    """The stage (rows,) of which each row of `features` is a statement."""
    parts = _TABLES.groups(template, matrix, cores)
    found = [np.repeat(table.stages, len(positions)) for table, positions in parts]
    return np.concatenate([np.empty(0, np.str_), *found])


def stages_of_space(space: SketchSpace, matrix: Matrix) -> Stages:
    """The same for rows of `features_of_space`."""
    found = [stages(space.templates[number], own, space.threads) for number, _, own in space.parts(matrix)]
    return np.concatenate([np.empty(0, np.str_), *found])

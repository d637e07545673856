"""What candidates need of the machine, for pruning whole populations before anything is scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...compiler.schedule.template import Matrix, Template
from .formula import Node, Number, most, total
from .machine import tasks
from .program import Program
from .statement import Kernel
from .structures import ROWS, Structures, blocks
from .tile import tile

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resources:
    """Four numbers for each candidate, (candidates,); nan where its structural choices are illegal.

    `registers` are vector registers that the largest register tile of a reduction needs (of any statement,
    where nothing reduces), `copies` statements that unrolling writes out, in vectors, `panel` bytes of the
    largest buffer made inside a loop, `tasks` iterations of the longest parallel loop.
    """

    registers: Numbers
    copies: Numbers
    panel: Numbers
    tasks: Numbers


class _Needs:
    """The four formulas of a structure."""

    def __init__(self, kernel: Kernel) -> None:
        self.numbers = _needs(kernel)
        self.program = Program([n for n in self.numbers if isinstance(n, Node)], ROWS)


def _needs(kernel: Kernel) -> tuple[Number, Number, Number, Number]:
    tiles = [tile(statement, kernel.target) for statement in kernel.statements]
    reducing = [made.live for made, each in zip(tiles, kernel.statements, strict=True)
                if each.nest.stage.stage.reduction]
    panels = [each.accesses[0].size() * each.accesses[0].bytes for each in kernel.statements
              if each.accesses[0].local]
    return (_largest(reducing or [made.live for made in tiles]), total([made.written_out for made in tiles]),
            _largest(panels), _largest([tasks(each) for each in kernel.statements]))


def _largest(values: list[Number]) -> Number:
    result: Number = 0.0
    for value in values:
        result = most(result, value)
    return result


_NEEDS = Structures(_Needs)


def resources(template: Template, matrix: Matrix) -> Resources:
    """What each row of a template needs; rows are valid ones."""
    found = np.full((4, len(matrix)), np.nan)
    for needs, positions in _NEEDS.groups(template, matrix):
        for rows, holes in blocks(template, matrix[positions]):
            columns = needs.program.run(holes, len(positions[rows]))
            results = iter(needs.program.results)
            for row, number in enumerate(needs.numbers):
                known = not isinstance(number, Node)
                found[row, positions[rows]] = number if known else columns[next(results)]
    return Resources(*found)

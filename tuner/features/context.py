"""AutoTVM's features of a candidate (NeurIPS 2018, section 4): the context of each loop, curves, the knobs.

All have a fixed length for a template, as many numbers as its largest structure needs, and zeros behind those
of a smaller one. Numbers are log2(1 + x). What a GPU's threads would share is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ...compiler.schedule.holes import Column
from ...compiler.schedule.template import Matrix, Template
from ..sketches import SketchSpace
from .accesses import Access
from .formula import Number, pick, product
from .levels import Level
from .logs import Block, Logs
from .rows import Features
from .statement import Kernel, Statement
from .structures import ROWS, Structures, blocks

MARKS = ("serial", "unrolled", "vectorized", "parallel")
POINTS = 20  # of each curve, one for each doubling
Values = npt.NDArray[np.float32]


def knobs(template: Template, matrix: Matrix) -> Values:
    """What was chosen, (candidates, numbers): sizes as numbers, a structural choice as one of its values.

    It says nothing of another template.
    """
    columns = [part for k, column in enumerate(template.columns) for part in _knob(column, matrix[:, k])]
    return np.stack(columns, axis=1) if columns else np.zeros((len(matrix), 0), np.float32)


def _knob(column: Column, values: Matrix) -> Iterator[Values]:
    if column.structural:
        for value in column.values or range(column.low, column.high + 1):
            yield (values == value).astype(np.float32)
    else:
        yield np.log2(1 + values).astype(np.float32)


def itervars(template: Template, matrix: Matrix) -> Values:
    """The loops around each statement and how each moves in each buffer, then the knobs.

    A loop has its length, its depth, the iterations outside and inside of it, its kind, the additions,
    multiplications and divisions inside; in each buffer its stride, the elements that are touched inside,
    and how often each.
    """
    return np.concatenate([_fixed(_ITERVARS, template, matrix), knobs(template, matrix)], axis=1)


class Contexts:
    """`itervars` of candidates of several sketches, a single row each: columns that a candidate's sketch does
    not have are 0. Then come as many columns as there are sketches, with a 1 for that of the candidate."""

    def __init__(self, space: SketchSpace) -> None:
        self._space = space
        self._wide = max(_width(template) for template in space.templates)

    def __call__(self, matrix: Matrix) -> Features:
        """Of valid rows of the space."""
        found = np.zeros((len(matrix), self._wide + len(self._space.templates)), np.float32)
        for number, positions, own in self._space.parts(matrix):
            values = itervars(self._space.templates[number], own)
            found[positions, : values.shape[1]] = values
            found[positions, self._wide + number] = 1
        return Features(found, np.arange(len(matrix)))


def _width(template: Template) -> int:
    """How many numbers `itervars` are."""
    none = np.empty((0, len(template.columns)), np.int64)
    return max(context.width for context in _ITERVARS.every(template)) + knobs(template, none).shape[1]


def curves(template: Template, matrix: Matrix) -> Values:
    """Relations of a buffer's touched elements, their reuse and the iterations outside, which mean the same
    for every operator: each relation at 20 doublings, the value there and how far behind its loop it is."""
    return _fixed(_CURVES, template, matrix)


class _Context:
    """A program for one of the two, over a structure."""

    def __init__(self, numbers: Sequence[Number], finish: Callable[[Block], Block]) -> None:
        self._logs = Logs(numbers, ROWS)
        self._places = self._logs.places(numbers)
        self._finish = finish
        self.width = len(finish(np.zeros((len(numbers), 1), np.float32)))

    def fill(self, holes: dict[str, Matrix], into: Values) -> None:
        """Write the numbers of a block (candidates, width)."""
        into[:] = self._finish(self._logs.run(holes, len(into))[self._places]).T


def _fixed(made: Structures[_Context], template: Template, matrix: Matrix) -> Values:
    width = max(context.width for context in made.every(template))
    found = np.zeros((len(matrix), width), np.float32)
    for context, positions in made.groups(template, matrix):
        values = np.empty((len(positions), context.width), np.float32)
        for rows, holes in blocks(template, matrix[positions]):
            context.fill(dict(holes), values[rows])
        found[positions, : context.width] = values
    return found


# ── loops ────────────────────────────────────────────────────────────────────────────────────────────────


def _itervars(kernel: Kernel) -> _Context:
    numbers = [number for statement in kernel.statements for number in _loops(statement)]
    return _Context(numbers, lambda logs: logs)


def _loops(statement: Statement) -> Iterator[Number]:
    levels, counts = statement.levels, statement.counts
    for depth, level in enumerate(levels):
        inside = statement.inside(depth)
        yield from (level.full, float(depth), product([each.trips for each in levels[: depth + 1]]), inside)
        yield from _kind(level)
        added = counts["float.addsub"] + counts["float.mad"]
        multiplied = counts["float.mul"] + counts["float.mad"]
        yield from (inside * float(n) for n in (added, multiplied, counts["float.divmod"]))
        for access in statement.accesses:
            yield access.strides[depth]
            yield from _touched(access, levels, depth)


def _kind(level: Level) -> Iterator[Number]:
    for mark in MARKS:
        marked = float(level.mark == mark)
        if mark == "serial":
            yield marked * (1.0 - level.unrolled)
        else:
            yield pick(level.unrolled, 1.0, marked) if mark == "unrolled" else marked


def _touched(access: Access, levels: Sequence[Level], first: int) -> tuple[Number, Number]:
    """Elements that the loops from one on touch, and how often each."""
    here = [(level.trips, any(by != 0.0 for by in moves))
            for level, moves in zip(levels[first:], access.moves[first:], strict=True)]
    return product([n for n, moves in here if moves]), product([n for n, moves in here if not moves])


# ── curves ───────────────────────────────────────────────────────────────────────────────────────────────


def _curves(kernel: Kernel) -> _Context:
    numbers: list[Number] = []
    lengths: list[int] = []
    for statement in kernel.statements:
        for access in statement.accesses:
            lengths.append(len(statement.levels))
            for depth in reversed(range(len(statement.levels))):
                outside = product([level.trips for level in statement.levels[: depth + 1]])
                numbers += [*_touched(access, statement.levels, depth), outside]
    return _Context(numbers, lambda logs: _all_sampled(logs, lengths))


def _all_sampled(logs: Block, lengths: Sequence[int]) -> Block:
    found: list[Block] = []
    start = 0
    for length in lengths:
        count, reuse, outside = (logs[start + n : start + 3 * length : 3] for n in range(3))
        pairs = ((count, reuse), (reuse, count), (count, outside), (outside[::-1], count[::-1]))
        found += [_sampled(x, y) for x, y in pairs]
        start += 3 * length
    return np.concatenate(found)


def _sampled(x: Block, y: Block) -> Block:
    """At each doubling, y at the last loop whose x is not beyond, and how far x is behind; 0 before all."""
    found = np.zeros((2 * POINTS, x.shape[1] if x.ndim > 1 else 1), np.float32)
    for point in range(POINTS):
        for one, other in zip(x, y, strict=True):
            reached = one <= point
            found[2 * point] = np.where(reached, other, found[2 * point])
            found[2 * point + 1] = np.where(reached, point - one, found[2 * point + 1])
    return found


_ITERVARS = Structures(_itervars)
_CURVES = Structures(_curves)

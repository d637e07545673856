"""The space of several sketches: one matrix holds candidates of all of them.

The first column says which sketch a row fills; the others are the sketches' own columns, united by name. A
column that a row's sketch does not have holds its lowest value, so that equal candidates are equal rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..compiler.dag import Dag
from ..compiler.loop.ir import Nest
from ..compiler.schedule.errors import ScheduleError
from ..compiler.schedule.holes import Column
from ..compiler.schedule.template import Row, Template
from ..compiler.target.target import Target
from ..dsl import ast
from .features.resources import resources
from .sketch import MOST_TAILS, Parts, Sketch
from .space import Mask, Matrix

SKETCH = "sketch"
"""The name of the column that says which sketch a row fills."""

Positions = npt.NDArray[np.int64]


class SketchSpace:
    """Implements `space.Space` for sketches, or for a user's template as a single sketch without limits.

    `threads` is how many kernels run with, for those who rate rows (0: as many as the target has cores).
    Raises ScheduleError where a sketch is illegal whatever fills its holes.
    """

    def __init__(self, graph: Dag, sketches: Sequence[Sketch], target: Target, threads: int = 0) -> None:
        self.graph = graph
        self.sketches = tuple(sketches)
        self.target = target
        self.threads = threads
        self.templates = tuple(Template(graph, s.directives, target) for s in self.sketches)
        self.columns = self._columns()

    def _columns(self) -> tuple[Column, ...]:
        """`sketch` where there are several, then the columns of all, each over its widest range."""
        found: dict[str, Column] = {}
        for template in self.templates:
            for column in template.columns:
                found[column.name] = _either(found.get(column.name, column), column)
        return (*self._choice, *found.values())

    @cached_property
    def _choice(self) -> tuple[Column, ...]:
        many = len(self.sketches)
        names = tuple(f"{SKETCH} {number}" for number in range(many))
        return (Column(SKETCH, 0, many - 1, tuple(range(many)), names, structural=True),) if many > 1 else ()

    @cached_property
    def _own(self) -> tuple[Positions, ...]:
        """For each template, where its columns stand among all."""
        at = {column.name: position for position, column in enumerate(self.columns)}
        return tuple(np.array([at[c.name] for c in t.columns], np.int64) for t in self.templates)

    @cached_property
    def hash(self) -> str:
        """What a row of integers is valid with."""
        if len(self.templates) == 1:
            return self.templates[0].hash
        return hashlib.sha256("\n".join(t.hash for t in self.templates).encode()).hexdigest()[:16]

    def number(self, row: Row) -> int:
        """Which sketch a row fills."""
        return row[0] if self._choice else 0

    def parts(self, matrix: Matrix) -> list[tuple[int, Positions, Matrix]]:
        """Rows by sketch: its number, the positions in `matrix`, the rows in that sketch's own columns."""
        return list(self._parts(matrix))

    def _parts(self, matrix: Matrix) -> Iterator[tuple[int, Positions, Matrix]]:
        numbers = matrix[:, 0] if self._choice else np.zeros(len(matrix), np.int64)
        for number, own in enumerate(self._own):
            positions = np.flatnonzero(numbers == number)
            if len(positions):
                yield number, positions, matrix[np.ix_(positions, own)]

    def join(self, number: int, own: Matrix) -> Matrix:
        """Rows of one sketch, in its own columns, as rows of this space."""
        matrix = np.tile(self._lowest, (len(own), 1))
        if self._choice:
            matrix[:, 0] = number
        matrix[:, self._own[number]] = own
        return matrix

    def canonical(self, matrix: Matrix) -> Matrix:
        """The same candidates with every foreign column at its lowest value."""
        made = np.empty_like(matrix)
        for number, positions, own in self._parts(matrix):
            made[positions] = self.join(number, own)
        return made

    def valid(self, matrix: Matrix) -> Mask:
        """Which rows are legal, within the sketch's limits, and canonical."""
        ok = np.zeros(len(matrix), np.bool_)
        for number, positions, own in self._parts(matrix):
            good = self._within(number, own)
            good &= (matrix[positions] == self.join(number, own)).all(axis=1)
            good[good] = self.templates[number].valid(own[good])
            good[good] = self._affordable(number, own[good])
            ok[positions] = good
        return ok

    def _affordable(self, number: int, own: Matrix) -> Mask:
        """Which legal rows of a sketch need no more of caches than it says."""
        sketch = self.sketches[number]
        ok = np.ones(len(own), np.bool_)
        if not (sketch.panel or sketch.copies) or not len(own):
            return ok
        needs = resources(self.templates[number], own)
        if sketch.panel:
            ok &= needs.panel <= sketch.panel
        if sketch.copies:
            ok &= needs.copies <= sketch.copies
        return ok

    def _within(self, number: int, own: Matrix) -> Mask:
        """Which rows keep the limits of their sketch."""
        at = {column.name: k for k, column in enumerate(self.templates[number].columns)}
        ok = np.ones(len(own), np.bool_)
        for limit in self.sketches[number].limits:
            product = _product(limit.columns, at, own)
            ok &= (limit.low <= product) & (product <= limit.high)
        tails = sum((_tails(parts, at, own) for parts in self.sketches[number].parts),
                    start=np.zeros(len(own), np.int64))
        return ok & (tails <= MOST_TAILS)

    def default_row(self) -> Row:
        """A valid row to start from: of the first sketch that has one."""
        for row in map(self.default_of, range(len(self.templates))):
            if row is not None:
                return row
        raise ScheduleError("S417", "no config of these sketches is valid")

    def default_of(self, number: int) -> Row | None:
        """The default of a sketch's template as a row; None if it is not within the sketch's limits."""
        try:
            own = self.templates[number].default_row()
        except ScheduleError:
            return None
        row = self.join(number, np.array([own], np.int64))
        return tuple(map(int, row[0])) if self.valid(row)[0] else None

    def fill(self, row: Row) -> tuple[ast.Directive, ...]:
        """The hole-free schedule that a row stands for."""
        return self._template(row).fill(self._own_row(row))

    def lower(self, row: Row) -> Nest:
        """The nest of a row. Raises ScheduleError S418 for a row that is not valid."""
        return self._template(row).lower(self._own_row(row))

    def _template(self, row: Row) -> Template:
        return self.templates[self.number(row)]

    def _own_row(self, row: Row) -> Row:
        own: list[int] = self._own[self.number(row)].tolist()
        return tuple(row[position] for position in own)

    @cached_property
    def _lowest(self) -> Matrix:
        return np.array([[column.low for column in self.columns]], np.int64)


def _product(names: Sequence[str], at: dict[str, int], own: Matrix) -> Matrix:
    """The products of some columns; those that there are not count as 1."""
    known = [own[:, at[name]] for name in names if name in at]
    return np.multiply.reduce(known, axis=0) if known else np.ones(len(own), np.int64)


def _tails(parts: Parts, at: dict[str, int], own: Matrix) -> Matrix:
    """How many tails a split leaves: fewer innermost tiles than a whole part has, and less than one tile."""
    rest = parts.extent * _product(parts.of, at, own) % _product(parts.parts, at, own)
    last = _product(parts.parts[-1:], at, own)
    return (rest >= last).astype(np.int64) + (rest % last > 0)


def _either(one: Column, other: Column) -> Column:
    """The values that a column has in either of two sketches."""
    values = None
    if one.values is not None and other.values is not None:
        values = tuple(sorted({*one.values, *other.values}))
    labels = one.labels if one.labels == other.labels else ()
    return replace(one, low=min(one.low, other.low), high=max(one.high, other.high), values=values,
                   labels=labels)

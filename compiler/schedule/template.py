"""A template: a schedule with holes, as a space of configs.

A config is a row of integers, one a column; a population is a matrix of rows. Rows that agree in the
structural columns share one scheduled kernel, whose extents and limits are closed forms of the other columns:
checking a whole population against its limits is a few numpy operations, lowering a row substitutes numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...dsl import ast
from .. import dag, sym
from ..loop.ir import Nest
from ..lower.lower import lower
from ..target.target import Target
from .apply import apply
from .check import structures
from .errors import ScheduleError
from .fill import fill
from .holes import Column, Holes, flat, structural_columns
from .numbers import numbers
from .state import State

Matrix = NDArray[np.int64]
Row = tuple[int, ...]
TRIES = 4096  # random rows tried for a valid default


@dataclass(frozen=True, slots=True)
class Structure:
    """The scheduled kernel of one set of structural choices: its holes and what limits them."""

    state: State
    columns: Mapping[str, Column]
    limits: tuple[tuple[sym.Int, sym.Int], ...]


class Template:
    """The space of a schedule. Raises ScheduleError where no structural choice is legal."""

    def __init__(self, graph: dag.Dag, directives: tuple[ast.Directive, ...], target: Target) -> None:
        self.dag = graph
        self.directives = directives
        self.target = target
        self._structures: dict[Row, Structure | None] = {}
        self.numbers = numbers(graph.sizes, target)
        self.structural = structural_columns(directives, self.numbers)
        self.columns = self._columns()

    def _columns(self) -> tuple[Column, ...]:
        """Structural columns, then every hole of any structure over its widest range."""
        found: dict[str, Column] = {}
        problem: ScheduleError | None = None
        for choice in structures(self.directives, self.numbers):
            try:
                made = self._apply(tuple(choice.values()))
            except ScheduleError as error:
                problem = problem or error
                self._structures[tuple(choice.values())] = None
                continue
            for column in made.columns.values():
                found[column.name] = _either(found.get(column.name, column), column)
        if problem and all(structure is None for structure in self._structures.values()):
            raise problem
        return (*self.structural, *found.values())

    def _apply(self, row: Row) -> Structure:
        choice = {c.name: v for c, v in zip(self.structural, row, strict=True)}
        holes = Holes(self.numbers, choice)
        state = apply(self.dag, self.target, self.directives, holes)
        columns = {name: c for name, c in holes.columns.items() if name not in choice}
        made = Structure(state, columns, tuple(holes.limits))
        self._structures[row] = made
        return made

    def structure(self, row: Row) -> Structure | None:
        """The scheduled kernel for a row's structural choices; None where they are illegal together."""
        key = row[: len(self.structural)]
        if key not in self._structures:
            try:
                return self._apply(key)
            except ScheduleError:
                self._structures[key] = None
        return self._structures[key]

    @cached_property
    def hash(self) -> str:
        """What a row of integers is valid with: kernel, directives, their intrinsics and the target."""
        used = {d.intrinsic for d in flat(self.directives) if isinstance(d, ast.Tensorize)}
        text = "\n".join([dag.kernel_hash(self.dag), str(self.target), *map(str, self.directives),
                          *(repr(i) for i in self.dag.intrinsics if i.name in used)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def valid(self, matrix: Matrix) -> NDArray[np.bool_]:
        """Which rows are legal: values in their columns' ranges, sizes within what is left for them."""
        ok = np.ones(len(matrix), dtype=bool)
        for k, column in enumerate(self.columns):
            ok &= _in(column, matrix[:, k])
        keys = matrix[:, : len(self.structural)]
        for key in {tuple(map(int, row)) for row in keys[ok]}:
            rows = ok & (keys == np.array(key, dtype=np.int64)).all(axis=1)
            ok[rows] = self._valid_together(key, matrix[rows])
        return ok

    def _valid_together(self, key: Row, matrix: Matrix) -> NDArray[np.bool_]:
        """Validity of rows with the same structural choices."""
        ok = np.ones(len(matrix), dtype=bool)
        made = self.structure(key)
        if made is None:
            return ~ok
        holes = {column.name: matrix[:, k] for k, column in enumerate(self.columns)}
        for column in self.columns[len(self.structural) :]:
            own = made.columns.get(column.name)
            ok &= _in(own, holes[column.name]) if own else holes[column.name] == column.low
        for small, large in made.limits:
            ok &= np.asarray(sym.evaluate(small, holes) <= sym.evaluate(large, holes))
        return ok

    def default_row(self) -> Row:
        """A valid row to start from: middle values, else the smallest, else a random one."""
        middle = tuple(_typical(column) for column in self.columns)
        lowest = tuple(column.low for column in self.columns)
        for row in (middle, lowest, *self._random_rows()):
            if self.valid(np.array([row], dtype=np.int64).reshape(1, len(self.columns)))[0]:
                return row
        raise ScheduleError("S417", "no config of this template is valid",
                            hint="widen the ranges of its holes, or drop fixed sizes that exceed an extent")

    def _random_rows(self) -> Iterator[Row]:
        random = np.random.default_rng(0)
        for _ in range(TRIES):
            yield tuple(int(random.choice(c.values)) if c.values is not None
                        else int(random.integers(c.low, c.high + 1)) for c in self.columns)

    def fill(self, row: Row) -> tuple[ast.Directive, ...]:
        """The hole-free schedule that a row stands for."""
        return fill(self.directives, self.numbers, self._named(row))

    def lower(self, row: Row) -> Nest:
        """The nest of a row. Raises ScheduleError S418 for a row that is not valid."""
        made = self.structure(row)
        if made is None or not self.valid(np.array([row], dtype=np.int64).reshape(1, len(self.columns)))[0]:
            raise ScheduleError("S418", f"config {self._named(row)} is not valid")
        return lower(made.state, self._named(row))

    def _named(self, row: Row) -> dict[str, int]:
        return {column.name: int(value) for column, value in zip(self.columns, row, strict=True)}


def _in(column: Column, values: Matrix) -> NDArray[np.bool_]:
    """Which values are among those of a column."""
    if column.values is not None:
        return np.isin(values, column.values)
    return (values >= column.low) & (values <= column.high)


def _either(one: Column, other: Column) -> Column:
    """The values that a column has in either of two structures."""
    values = None
    if one.values is not None and other.values is not None:
        values = tuple(sorted({*one.values, *other.values}))
    return replace(one, low=min(one.low, other.low), high=max(one.high, other.high), values=values)


def _typical(column: Column) -> int:
    """An unremarkable value of a column."""
    if column.values is not None:
        return column.values[len(column.values) // 2]
    return min(column.high, max(column.low, 4))

"""Formulas run over blocks of candidates by numpy operations, each formula once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .formula import Node, Number

Column = npt.NDArray[np.float64]


class _Step(NamedTuple):
    """An operation on columns."""

    kind: str
    inputs: tuple[int, ...]
    column: int


class Program:
    """Formulas as a list of operations over a few columns of a block of rows.

    A column is free again after the last operation that reads it, so that a block stays in cache; constants
    are columns of their own, filled once.
    """

    def __init__(self, results: Sequence[Node], rows: int) -> None:
        order = _in_order(results)
        kept = {id(node) for node in results}
        self._at: dict[int, int] = {}
        self._free: list[int] = []
        self._constants: dict[float, int] = {}
        self._columns = 0
        last = {id(arg): number for number, node in enumerate(order) for arg in node.inputs}
        steps = [self._step(node, {a for a in map(id, node.inputs) if last[a] == number and a not in kept})
                 for number, node in enumerate(order)]
        self.results = [self._at[id(node)] for node in results]
        self._values = list(np.empty((self._columns, rows)))
        for value, column in self._constants.items():
            self._values[column][:] = value
        self._holes = [(str(node.args[0]), self._at[id(node)]) for node in order if node.kind == "hole"]
        self._steps = steps[len(self._holes) :]

    def _step(self, node: Node, released: set[int]) -> _Step:
        inputs = tuple(self._input(a) for a in node.args if not isinstance(a, str))
        column = self._taken(node)
        self._free += [self._at[a] for a in released]
        return _Step(node.kind, inputs, column)

    def _taken(self, node: Node) -> int:
        column = self._free.pop() if self._free else self._new()
        self._at[id(node)] = column
        return column

    def _input(self, value: Number) -> int:
        if isinstance(value, Node):
            return self._at[id(value)]
        if value not in self._constants:
            self._constants[value] = self._new()
        return self._constants[value]

    def _new(self) -> int:
        self._columns += 1
        return self._columns - 1

    def run(self, holes: Mapping[str, npt.NDArray[np.int64]], rows: int) -> list[Column]:
        """All columns for a block of at most as many rows as were made room for; those of `results` are among
        them."""
        values = [column[:rows] for column in self._values]
        for name, column in self._holes:
            np.copyto(values[column], holes[name])
        for kind, inputs, column in self._steps:
            if kind == "?":
                condition, yes, no = (values[i] for i in inputs)
                np.copyto(values[column], no)
                np.copyto(values[column], yes, where=condition != 0)
            else:
                _OPERATIONS[kind](*(values[i] for i in inputs), out=values[column])
        return values


_OPERATIONS: Mapping[str, Any] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "min": np.minimum, "max": np.maximum,
    "floor": np.floor, "ceil": np.ceil, "<": np.less,
}


def _in_order(results: Sequence[Node]) -> list[Node]:
    """What the results need, each once, after what it needs itself; holes first, for they are set first."""
    found: dict[int, Node] = {}
    open_nodes = list(results)
    while open_nodes:
        node = open_nodes.pop()
        if node.number not in found:
            found[node.number] = node
            open_nodes += node.inputs
    return sorted(found.values(), key=lambda node: (node.kind != "hole", node.number))

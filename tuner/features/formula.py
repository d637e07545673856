"""Formulas over the holes of a template: numbers for thousands of candidates by one run of numpy operations.

    number = float | Node        Node = hole(name) | + - * / min max (left, right) | < (left, right) | floor ceil (value)

Formulas are built once for a structure and shared: equal ones are one node, and what no hole takes part in is
a float at once. `Program` runs the nodes that some result needs, each once, over blocks of rows in few float64
columns that are used again. Integers stay exact below 2**53.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...compiler import sym

Column = npt.NDArray[np.float64]


class Formulas:
    """The nodes of one structure's formulas."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._integers: dict[sym.Int, Number] = {}

    def of(self, value: sym.Int) -> Number:
        """A symbolic integer as a formula."""
        if isinstance(value, int):
            return float(value)
        if value not in self._integers:
            self._integers[value] = self._converted(value)
        return self._integers[value]

    def _converted(self, value: sym.Hole | sym.Op) -> Number:
        if isinstance(value, sym.Hole):
            return self.node("hole", value.name)
        left, right = self.of(value.left), self.of(value.right)
        match value.kind:
            case "+":
                return left + right
            case "*":
                return left * right
            case "//":
                return floor(left / right)
            case "ceil":
                return ceil(left / right)
            case "min":
                return least(left, right)
            case _:
                return most(left, right)

    def node(self, kind: str, *args: Number | str) -> Node:
        """The node of a kind over arguments."""
        key = (kind, *(id(a) if isinstance(a, Node) else a for a in args))
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(self, kind, args)
        return found


class Node:
    """A number that holes decide."""

    __slots__ = ("args", "formulas", "kind")

    def __init__(self, formulas: Formulas, kind: str, args: tuple[Number | str, ...]) -> None:
        self.formulas = formulas
        self.kind = kind
        self.args = args

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes among its arguments."""
        return tuple(arg for arg in self.args if isinstance(arg, Node))

    def __add__(self, other: Number) -> Number:
        return self if other == 0 else self.formulas.node("+", self, other)

    def __radd__(self, other: float) -> Number:
        return self + other

    def __sub__(self, other: Number) -> Number:
        return 0.0 if other is self else self if other == 0 else self.formulas.node("-", self, other)

    def __rsub__(self, other: float) -> Number:
        return self.formulas.node("-", other, self)

    def __mul__(self, other: Number) -> Number:
        return 0.0 if other == 0 else self if other == 1 else self.formulas.node("*", self, other)

    def __rmul__(self, other: float) -> Number:
        return self * other

    def __truediv__(self, other: Number) -> Number:
        return 1.0 if other is self else self if other == 1 else self.formulas.node("/", self, other)

    def __rtruediv__(self, other: float) -> Number:
        return 0.0 if other == 0 else self.formulas.node("/", other, self)


Number = float | Node


def _either(kind: str, left: Number, right: Number) -> Number:
    if left is right:
        return left
    owner = left if isinstance(left, Node) else right
    assert isinstance(owner, Node)
    return owner.formulas.node(kind, left, right)


def least(left: Number, right: Number) -> Number:
    """The smaller one."""
    if isinstance(left, float) and isinstance(right, float):
        return min(left, right)
    return _either("min", left, right)


def most(left: Number, right: Number) -> Number:
    """The larger one."""
    if isinstance(left, float) and isinstance(right, float):
        return max(left, right)
    return _either("max", left, right)


def below(left: Number, right: Number) -> Number:
    """1 where left < right, else 0."""
    if isinstance(left, float) and isinstance(right, float):
        return float(left < right)
    return 0.0 if left is right else _either("<", left, right)


def at_most(left: Number, right: Number) -> Number:
    """1 where left <= right, else 0."""
    return 1.0 - below(right, left)


def floor(value: Number) -> Number:
    """The next integer below."""
    return float(np.floor(value)) if isinstance(value, float) else value.formulas.node("floor", value)


def ceil(value: Number) -> Number:
    """The next integer above."""
    return float(np.ceil(value)) if isinstance(value, float) else value.formulas.node("ceil", value)


def pick(condition: Number, yes: Number, no: Number) -> Number:
    """`yes` where the condition is 1, `no` where it is 0; both are finite."""
    if isinstance(condition, float):
        return yes if condition else no
    if yes is no or (isinstance(yes, float) and yes == no):
        return yes
    return condition.formulas.node("?", condition, yes, no)


def product(values: Sequence[Number]) -> Number:
    """All of them multiplied."""
    result: Number = 1.0
    for value in values:
        result = result * value
    return result


def total(values: Sequence[Number]) -> Number:
    """All of them added."""
    result: Number = 0.0
    for value in values:
        result = result + value
    return result


Columns = npt.NDArray[np.float64]
Operation = tuple[str, tuple[int | float, ...], int]


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
        self.values = np.empty((self._columns, rows))
        for value, column in self._constants.items():
            self.values[column] = value
        self._holes = [(name, column) for kind, name, column in steps if kind == "hole"]
        self._steps = [step for step in steps if step[0] != "hole"]

    def _step(self, node: Node, released: set[int]) -> tuple[str, Any, int]:
        if node.kind == "hole":
            return "hole", node.args[0], self._taken(node)
        inputs = tuple(self._input(a) for a in node.args if not isinstance(a, str))
        column = self._taken(node)
        self._free += [self._at[a] for a in released]
        return node.kind, inputs, column

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

    def run(self, holes: Mapping[str, npt.NDArray[np.int64]], rows: int) -> Columns:
        """All columns for a block of at most as many rows as were made room for; `results` are among them."""
        values = self.values[:, :rows]
        for name, column in self._holes:
            values[column] = holes[name]
        for kind, inputs, column in self._steps:
            if kind == "?":
                condition, yes, no = inputs
                values[column] = values[no]
                np.copyto(values[column], values[yes], where=values[condition] != 0)
            else:
                _OPERATIONS[kind](*(values[i] for i in inputs), out=values[column])
        return values


_OPERATIONS: Mapping[str, Any] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "min": np.minimum, "max": np.maximum,
    "floor": np.floor, "ceil": np.ceil, "<": np.less,
}


def _in_order(results: Sequence[Node]) -> list[Node]:
    """What the results need, each once, after what it needs itself."""
    found: dict[int, Node] = {}

    def visit(node: Node) -> None:
        if id(node) not in found:
            for arg in node.inputs:
                visit(arg)
            found[id(node)] = node

    for node in results:
        visit(node)
    return list(found.values())

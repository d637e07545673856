"""Formulas over the holes of a template, to be run for thousands of candidates at once (program.py).

    number = float | Node
    Node   = hole(name) | + - * / min max < (left, right) | floor ceil (value) | ? (condition, yes, no)

Formulas are built once for a structure. Equal ones are one node, and what the ranges of the holes decide is
decided at once: a node that can have one value only is a float, a `min` that one side always wins is that
side.
Integers are exact below 2**53.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil as ceil_of
from math import floor as floor_of
from math import inf, isfinite

from ...compiler import sym

Range = tuple[float, float]


class Formulas:
    """The nodes of one structure's formulas. `ranges` has the smallest and largest value of each hole."""

    def __init__(self, ranges: Mapping[str, Range]) -> None:
        self._ranges = ranges
        self._nodes: dict[tuple[object, ...], Number] = {}
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
            return self._kept("hole", (value.name,), self._ranges[value.name])
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

    def node(self, kind: str, *args: Number) -> Number:
        """An operation on numbers of which at least one is not known yet."""
        return self._kept(kind, args, _range(kind, [range_of(arg) for arg in args]))

    def _kept(self, kind: str, args: tuple[Number | str, ...], values: Range) -> Number:
        key = (kind, *(id(arg) if isinstance(arg, Node) else arg for arg in args))
        found = self._nodes.get(key)
        if found is None:
            known = values[0] == values[1]
            found = values[0] if known else Node(self, kind, args, values, len(self._nodes))
            self._nodes[key] = found
        return found


class Node:
    """A number that holes decide, within `range`. `number` is larger than those of its arguments."""

    __slots__ = ("args", "formulas", "kind", "number", "range")

    def __init__(self, formulas: Formulas, kind: str, args: tuple[Number | str, ...], values: Range,
                 number: int) -> None:
        self.formulas = formulas
        self.kind = kind
        self.args = args
        self.range = values
        self.number = number

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


def range_of(value: Number) -> Range:
    """The smallest and largest value that a number can have."""
    return value.range if isinstance(value, Node) else (value, value)


def least(left: Number, right: Number) -> Number:
    """The smaller one."""
    (low, high), (lowest, highest) = range_of(left), range_of(right)
    if left is right or high <= lowest:
        return left
    return right if highest <= low else _of(left, right).node("min", left, right)


def most(left: Number, right: Number) -> Number:
    """The larger one."""
    (low, high), (lowest, highest) = range_of(left), range_of(right)
    if left is right or highest <= low:
        return left
    return right if high <= lowest else _of(left, right).node("max", left, right)


def below(left: Number, right: Number) -> Number:
    """1 where left < right, else 0."""
    (low, high), (lowest, highest) = range_of(left), range_of(right)
    if left is right or highest <= low:
        return 0.0
    return 1.0 if high < lowest else _of(left, right).node("<", left, right)


def _of(left: Number, right: Number) -> Formulas:
    """Where the nodes of two numbers are; of two that are known no operation is left open."""
    node = left if isinstance(left, Node) else right
    assert isinstance(node, Node)
    return node.formulas


def at_most(left: Number, right: Number) -> Number:
    """1 where left <= right, else 0."""
    return 1.0 - below(right, left)


def floor(value: Number) -> Number:
    """The next integer below."""
    return value.formulas.node("floor", value) if isinstance(value, Node) else float(floor_of(value))


def ceil(value: Number) -> Number:
    """The next integer above."""
    return value.formulas.node("ceil", value) if isinstance(value, Node) else float(ceil_of(value))


def pick(condition: Number, yes: Number, no: Number) -> Number:
    """`yes` where the condition is 1, `no` where it is 0."""
    if not isinstance(condition, Node):
        return yes if condition else no
    if yes is no or (isinstance(yes, float) and yes == no):
        return yes
    return condition if yes == 1.0 and no == 0.0 else condition.formulas.node("?", condition, yes, no)


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


def _range(kind: str, args: Sequence[Range]) -> Range:
    """The smallest and largest result of an operation on numbers in ranges."""
    if not all(isfinite(end) for arg in args for end in arg):
        return -inf, inf
    match kind, args:
        case "+", [(a, b), (c, d)]:
            return a + c, b + d
        case "-", [(a, b), (c, d)]:
            return a - d, b - c
        case "*", [(a, b), (c, d)]:
            corners = (a * c, a * d, b * c, b * d)
        case "/", [(a, b), (c, d)] if c > 0:
            corners = (a / c, a / d, b / c, b / d)
        case "min", [(a, b), (c, d)]:
            return min(a, c), min(b, d)
        case "max", [(a, b), (c, d)]:
            return max(a, c), max(b, d)
        case "floor", [(a, b)]:
            corners = (floor_of(a), floor_of(b))
        case "ceil", [(a, b)]:
            corners = (ceil_of(a), ceil_of(b))
        case "?", [_, (a, b), (c, d)]:
            corners = (a, b, c, d)
        case "<", _:
            corners = (0.0, 1.0)
        case _:
            return -inf, inf
    return float(min(corners)), float(max(corners))

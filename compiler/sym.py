"""Symbolic integers: extents, tile sizes and limits as expressions over the holes of a schedule.

    int | Hole(name) | Op(kind, left, right)        kinds: + * // ceil min max

A value is an `int` as long as no hole takes part, so the same code runs on numbers and on symbols. `evaluate`
takes numbers or whole numpy columns for the holes: one call gives an extent for every candidate of a
population. All values are non-negative and all divisors positive, which is what tile sizes are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from ..dsl.record import record


@record
class Hole:
    """An integer that is not known yet."""

    name: str

    def __str__(self) -> str:
        return self.name


@record
class Op:
    """An operation on integers of which at least one is not known yet."""

    kind: str
    left: Int
    right: Int

    def __str__(self) -> str:
        if self.kind in ("min", "max", "ceil"):
            return f"{'ceildiv' if self.kind == 'ceil' else self.kind}({self.left}, {self.right})"
        if self.kind == "+" and isinstance(self.right, int) and self.right < 0:
            return f"({self.left} - {-self.right})"
        return f"({self.left} {self.kind} {self.right})"


Int = int | Hole | Op

_NUMBERS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "ceil": lambda a, b: -(-a // b),
    "min": min,
    "max": max,
}


def _make(kind: str, left: Int, right: Int) -> Int:
    if isinstance(left, int) and isinstance(right, int):
        return _NUMBERS[kind](left, right)
    return Op(kind, left, right)


def add(left: Int, right: Int) -> Int:
    """left + right; numbers are gathered last, so that (x - 1) + 1 is x."""
    a, m = _constant(left)
    b, n = _constant(right)
    rest = b if a == 0 else a if b == 0 else _make("+", a, b)
    return rest if m + n == 0 else m + n if rest == 0 else _make("+", rest, m + n)


def subtract(left: Int, right: int) -> Int:
    """left - right"""
    return add(left, -right)


def _constant(value: Int) -> tuple[Int, int]:
    """A sum as what is open and a number."""
    match value:
        case int():
            return 0, value
        case Op(kind="+", right=int(number)):
            return value.left, number
        case _:
            return value, 0


def multiply(left: Int, right: Int) -> Int:
    """left * right"""
    return right if left == 1 else left if right == 1 else _make("*", left, right)


def floor_divide(left: Int, right: Int) -> Int:
    """left // right"""
    return left if right == 1 else _make("//", left, right)


def ceil_divide(left: Int, right: Int) -> Int:
    """left / right, rounded up"""
    return left if right == 1 else 1 if left == right else _make("ceil", left, right)


def minimum(left: Int, right: Int) -> Int:
    """The smaller one."""
    return left if left == right else _make("min", left, right)


def maximum(left: Int, right: Int) -> Int:
    """The larger one."""
    if left == right or right == 0:
        return left
    return right if left == 0 else _make("max", left, right)


_MAKE: dict[str, Callable[[Int, Int], Int]] = {
    "+": add, "*": multiply, "//": floor_divide, "ceil": ceil_divide, "min": minimum, "max": maximum,
}


def product(values: Iterable[Int]) -> Int:
    """All of them multiplied."""
    start: Int = 1
    return reduce(multiply, values, start)


def evaluate(value: Int, holes: Mapping[str, Any]) -> Any:
    """The value with numbers, or numpy arrays of equal length, for the holes."""
    match value:
        case int():
            return value
        case Hole(name=name):
            return holes[name]
        case Op(kind=kind):
            return _apply(kind, evaluate(value.left, holes), evaluate(value.right, holes))


def _apply(kind: str, left: Any, right: Any) -> Any:
    if kind in ("min", "max") and not (isinstance(left, int) and isinstance(right, int)):
        import numpy as np  # only populations are arrays; checking a file never comes here

        return np.minimum(left, right) if kind == "min" else np.maximum(left, right)
    return _NUMBERS[kind](left, right)


def substitute(value: Int, holes: Mapping[str, Int]) -> Int:
    """The value with other symbolic integers in place of some holes."""
    match value:
        case int():
            return value
        case Hole(name=name):
            return holes.get(name, value)
        case Op(kind=kind):
            return _MAKE[kind](substitute(value.left, holes), substitute(value.right, holes))


def holes_of(value: Int) -> Iterator[str]:
    """Names of the holes in it, with repetitions."""
    match value:
        case int():
            return
        case Hole(name=name):
            yield name
        case Op():
            yield from holes_of(value.left)
            yield from holes_of(value.right)


def bounds(value: Int, ranges: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Smallest and largest value while each hole stays in its range (both ends included): interval
    arithmetic."""
    match value:
        case int():
            return value, value
        case Hole(name=name):
            return ranges[name]
        case Op(kind=kind):
            low, high = bounds(value.left, ranges), bounds(value.right, ranges)
            corners = [_NUMBERS[kind](a, b) for a in low for b in high]
            return min(corners), max(corners)

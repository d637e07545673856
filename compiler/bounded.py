"""Values with tolerances: what the reference computes with.

A tolerance says how far a right kernel's value may lie from the exact one, by running error analysis (Higham,
"Accuracy and Stability of Numerical Algorithms", 2nd ed., 3.3). Every operation passes on the tolerances
of its operands, through its derivative or, where it is monotone, through its values at both ends, and adds
its own rounding: eps·|result| for arithmetic, 8·eps·|result| for functions. An operation on integers held
in floats adds nothing while the result is an integer the type holds exactly: then kernels must be exact
too. Exact values have tolerance 0; infinity means that any value is right.

Truth values and integers carry tolerances as well: 1 says that either truth value is right, because the
decision lay within the tolerance of what was compared; an integer may differ by as much as it says.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..dsl.dtypes import DType
from .numerics import Array, compute_type, epsilon, largest, precision, rounded, smallest

FUNCTION_ERROR = 8
"""Rounding errors allowed to a function such as exp, in units of eps·|result|."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Values in the reference's type and an absolute tolerance for each, of shapes that broadcast."""

    value: Array
    tolerance: Array


def exact(value: Array) -> Bounded:
    """Values that every right kernel reproduces."""
    return Bounded(value, np.zeros(()))


def settled(b: Bounded) -> Bounded:
    """Undefined tolerances decided: nothing is known of a finite value, an infinity or NaN is exact."""
    if b.value.dtype.kind != "f":
        return b
    unknown = np.where(np.isfinite(b.value), np.inf, 0.0)
    return Bounded(b.value, np.where(np.isnan(b.tolerance), unknown, b.tolerance))


def rounding(value: Array, dtype: DType, units: float = 1) -> Array:
    """The tolerance for `units` roundings of results to a float type; infinite beyond its range."""
    size = np.abs(value)
    error = units * (epsilon(dtype) * size + smallest(dtype))
    return np.where(np.isfinite(value), np.where(size > largest(dtype), np.inf, error), 0.0)


def is_whole(value: Array, dtype: DType) -> Array:
    """Where values are integers that a float type holds exactly, with all smaller ones."""
    return (value == np.rint(value)) & (np.abs(value) <= 2.0 ** precision(dtype))


def binary(op: str, a: Bounded, b: Bounded, dtype: DType) -> Bounded:
    """`a op b`; `dtype` is the result's type."""
    if op in _COMPARISONS:
        return _comparison(op, a, b)
    if op in ("and", "or"):
        return _logical(op, a, b)
    value = _ARITHMETIC[op](a.value, b.value)
    tolerance = _passed(op, value, a, b)
    if dtype.is_float:
        own = rounding(value, dtype)
        tolerance = tolerance + (own if op == "/" else np.where(is_whole(value, dtype), 0.0, own))
    return Bounded(value, tolerance)


def unary(op: str, a: Bounded) -> Bounded:
    """`-a` or `not a`."""
    return Bounded(np.logical_not(a.value) if op == "not" else np.negative(a.value), a.tolerance)


def call(function: str, args: list[Bounded], dtype: DType) -> Bounded:
    """A function of the language; `dtype` is the arguments' type."""
    match function, args:
        case "min" | "max", [a, b]:
            choose = np.minimum if function == "min" else np.maximum
            return Bounded(choose(a.value, b.value), np.maximum(a.tolerance, b.tolerance))
        case "abs", [a]:
            return Bounded(np.abs(a.value), a.tolerance)
        case "fma", [a, b, c]:
            return binary("+", binary("*", a, b, dtype), c, dtype)
        case "pow", [a, b]:
            return _power(a, b, dtype)
        case "floor" | "ceil" | "round", [a]:
            return _monotone(_FUNCTIONS[function], a)
        case _, [a]:
            result = _monotone(_FUNCTIONS[function], a)
            own = rounding(result.value, dtype, FUNCTION_ERROR)
            return Bounded(result.value, result.tolerance + own)
        case _:
            raise ValueError(f"no function {function} of {len(args)} arguments")


def cast(a: Bounded, source: DType, target: DType) -> Bounded:
    """Conversion from `source` to `target`."""
    if target.is_float:
        return _to_float(a, source, target)
    if source.is_float and target.is_integer:
        return _monotone(lambda v: to_integer(v, target), a)
    return Bounded(a.value.astype(compute_type(target)), a.tolerance)


def to_integer(value: Array, dtype: DType) -> Array:
    """Floats to an integer type: truncated, saturated, NaN becomes 0."""
    low, high = dtype.limits
    kind = compute_type(dtype)
    inside = (value > low - 1.0) & (value < high + 1.0) & (value < 2.0**63)
    whole = np.trunc(np.where(inside, value, 0.0)).astype(kind)
    outside = np.where(value > 0, np.asarray(high, kind), np.asarray(low, kind))
    return np.where(inside, whole, np.where(np.isnan(value), np.asarray(0, kind), outside))


def select(condition: Bounded, a: Bounded, b: Bounded) -> Bounded:
    """`a if condition else b`; where the condition is open, either is right."""
    value = np.where(condition.value, a.value, b.value)
    tolerance = np.where(condition.value, a.tolerance, b.tolerance)
    if np.any(condition.tolerance):
        apart = np.abs(np.subtract(a.value, b.value, dtype=np.float64))
        either = np.maximum(a.tolerance, b.tolerance) + apart
        tolerance = np.where(condition.tolerance != 0, either, tolerance)
    return Bounded(value, tolerance)


def _passed(op: str, value: Array, a: Bounded, b: Bounded) -> Array:
    """The operands' tolerances as they reach the result of arithmetic."""
    s, t = a.tolerance, b.tolerance
    if not (np.any(s) or np.any(t)):
        return np.zeros(())
    match op:
        case "+" | "-":
            return s + t
        case "*":
            return np.abs(a.value) * t + np.abs(b.value) * s + s * t
        case "/":
            distance = np.abs(b.value) - t
            near_zero = np.where(t == 0, s * np.inf, np.inf)
            return np.where(distance > 0, (s + np.abs(value) * t) / distance, near_zero)
        case "//":
            return np.where(t != 0, np.inf, np.ceil(s / np.maximum(np.abs(b.value), 1)))
        case _:
            return np.where((s != 0) | (t != 0), np.abs(b.value) + t, 0.0)


def _comparison(op: str, a: Bounded, b: Bounded) -> Bounded:
    value = _COMPARISONS[op](a.value, b.value)
    reach = a.tolerance + b.tolerance
    if not np.any(reach):
        return exact(value)
    apart = np.abs(np.subtract(a.value, b.value, dtype=np.float64))
    return Bounded(value, (~(apart > reach) & (reach != 0)).astype(np.float64))


def _logical(op: str, a: Bounded, b: Bounded) -> Bounded:
    """`and`/`or`: open where an operand is, unless the other one decides for certain."""
    decider = op == "or"
    value = (np.logical_or if decider else np.logical_and)(a.value, b.value)
    decided = ((a.value == decider) & (a.tolerance == 0)) | ((b.value == decider) & (b.tolerance == 0))
    is_open = (a.tolerance != 0) | (b.tolerance != 0)
    return Bounded(value, (is_open & ~decided).astype(np.float64))


def _monotone(function: Callable[[Array], Array], a: Bounded) -> Bounded:
    """A monotone function: its tolerance is the larger distance to its values at the ends."""
    value = function(a.value)
    if not np.any(a.tolerance):
        return exact(value)
    above = np.abs(np.subtract(function(a.value + a.tolerance), value, dtype=np.float64))
    below = np.abs(np.subtract(function(a.value - a.tolerance), value, dtype=np.float64))
    return Bounded(value, np.where(a.tolerance == 0, 0.0, np.maximum(above, below)))


def _power(a: Bounded, b: Bounded, dtype: DType) -> Bounded:
    """`a ** b`: the ends of both operands, and the error of an exponential of a rounded product."""
    value = np.power(a.value, b.value)
    tolerance = np.zeros(())
    for s in (-a.tolerance, a.tolerance):
        for t in (-b.tolerance, b.tolerance):
            tolerance = np.maximum(tolerance, np.abs(np.power(a.value + s, b.value + t) - value))
    exponent = np.nan_to_num(np.abs(b.value * np.log(np.abs(a.value))), posinf=0.0)
    return Bounded(value, tolerance + rounding(value, dtype, FUNCTION_ERROR) * (1 + exponent))


def _to_float(a: Bounded, source: DType, target: DType) -> Bounded:
    """To a float type: 16-bit results are rounded, wider ones only given the tolerance."""
    value = a.value.astype(np.float64)
    if source.is_float and precision(source) <= precision(target):
        return Bounded(value, a.tolerance)
    if target.bits == 16:
        return _to_16_bits(Bounded(value, a.tolerance), target)
    own = np.where(is_whole(value, target), 0.0, rounding(value, target))
    return Bounded(value, a.tolerance + own)


def _to_16_bits(a: Bounded, target: DType) -> Bounded:
    """Rounded once. An exact value has one right result; another's rounding may fall either way, so that it
    is allowed a whole spacing, and anything where it may pass the largest value."""
    value = rounded(a.value, target)
    size = np.abs(a.value) + a.tolerance
    step = np.where(size > largest(target), np.inf, epsilon(target) * size + smallest(target))
    return Bounded(value, np.where(a.tolerance == 0, 0.0, a.tolerance + step))


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


_erf = np.vectorize(math.erf, otypes=[np.float64])

_COMPARISONS: dict[str, Callable[[Array, Array], Array]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "==": np.equal, "!=": np.not_equal}
_ARITHMETIC: dict[str, Callable[[Array, Array], Array]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
    "//": np.floor_divide, "%": np.remainder}
_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "rsqrt": lambda x: 1.0 / np.sqrt(x), "tanh": np.tanh,
    "erf": _erf, "sigmoid": _sigmoid, "floor": np.floor, "ceil": np.ceil, "round": np.rint}

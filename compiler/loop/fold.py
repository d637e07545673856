"""Operations on constants with the exact meaning of the language: integers wrap, `//` floors, casts saturate.

Float arithmetic is left to the machine that runs it; floats are only negated, compared and converted here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import numpy as np

from ...dsl.dtypes import BOOL, DType
from ..numerics import rounded
from .ir import Binary, Call, Cast, Const, Expr, Unary
from .visit import children

Number = int | float | bool

COMPARE: dict[str, Callable[[Number, Number], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne}
INTEGER: dict[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": lambda a, b: a // b, "%": operator.mod,
    "min": min, "max": max, "&": int.__and__, "|": int.__or__, "^": int.__xor__,
    "<<": int.__lshift__, ">>": int.__rshift__}
EXACT = 1 << 53     # integers up to here are exact in f64


def wrap(value: int, dtype: DType) -> int:
    """An integer reduced to the range of an integer type, as two's complement does."""
    low, high = dtype.limits
    return value if low <= value <= high else (value - low) % (high - low + 1) + low


def fold(expr: Expr) -> Const | None:
    """The constant that an operation on constants of one lane is; None where it is none or does not fold."""
    values = [c.value for c in children(expr) if isinstance(c, Const) and c.lanes == 1]
    if not values or len(values) != len(children(expr)):
        return None
    match expr:
        case Binary(op=op):
            return _binary(op, values[0], values[1], expr.left.dtype)
        case Call(function="min" | "max" as name) if expr.dtype.is_integer:
            return _binary(name, values[0], values[1], expr.dtype)
        case Call(function="abs") if expr.dtype.is_integer:
            return Const(wrap(abs(int(values[0])), expr.dtype), expr.dtype)
        case Unary(op="not"):
            return Const(not values[0], BOOL)
        case Unary(op="neg"):
            return Const(-values[0] if expr.dtype.is_float else wrap(-int(values[0]), expr.dtype), expr.dtype)
        case Cast(dtype=dtype):
            return convert(values[0], dtype)
        case _:
            return None


def _binary(op: str, left: Number, right: Number, dtype: DType) -> Const | None:
    if op in COMPARE:
        return Const(COMPARE[op](left, right), BOOL)
    if op in ("and", "or"):
        return Const(bool(left and right if op == "and" else left or right), BOOL)
    if not dtype.is_integer or (op in ("//", "%") and right == 0):
        return None
    return Const(wrap(INTEGER[op](int(left), int(right)), dtype), dtype)


def convert(value: Number, dtype: DType) -> Const | None:
    """A cast of a constant; None for integers that f64 does not hold, whose rounding is the machine's."""
    if dtype == BOOL:
        return Const(value != 0, BOOL)
    if dtype.is_integer:
        return Const(_saturated(value, dtype) if isinstance(value, float) else wrap(int(value), dtype), dtype)
    if not isinstance(value, float) and abs(value) > EXACT:
        return None
    result = float(rounded(np.array(float(value)), dtype))
    return Const(math.nan if math.isnan(result) else result, dtype)


def _saturated(value: float, dtype: DType) -> int:
    low, high = dtype.limits
    if math.isnan(value):
        return 0
    return low if value <= low else high if value >= high else int(value)

"""Functions on vectors in terms of comparisons, selections and simpler functions.

Arguments are used more than once here: they must be variables or constants.
"""

from __future__ import annotations

import math

from ...dsl.dtypes import DType
from ..loop.ir import Binary, Broadcast, Call, Const, Expr, Select, Unary

EXPANDED = frozenset(("min", "max", "rsqrt"))


def is_expanded(function: str, dtype: DType) -> bool:
    """Whether `expanded` knows the function."""
    return function in EXPANDED or (function == "abs" and dtype.is_integer)


def expanded(function: str, args: list[Expr]) -> Expr:
    """The function on vector arguments, spelt out."""
    a = args[0]
    match function:
        case "min":
            return _extreme("<", a, args[1])
        case "max":
            return _extreme(">", a, args[1])
        case "rsqrt":
            return Binary("/", Const(1, a.dtype, a.lanes), Call("sqrt", (a,)))
        case _ if a.dtype.kind == "uint":
            return a
        case _:
            return Select(Binary("<", a, Const(0, a.dtype, a.lanes)), Unary("neg", a), a)


def _extreme(op: str, a: Expr, b: Expr) -> Expr:
    """Smaller or larger of two, NaN if either is NaN: with a constant in front, one comparison does."""
    if _is_plain_number(b):
        a, b = b, a
    nearer = Binary(op, a, b)
    if a.dtype.is_float and not _is_plain_number(a):
        nearer = Binary("or", nearer, Binary("!=", a, a))
    return Select(nearer, a, b)


def _is_plain_number(expr: Expr) -> bool:
    value = expr.value if isinstance(expr, Broadcast) else expr
    return isinstance(value, Const) and not math.isnan(value.value)


def clamped(value: Expr, dtype: DType) -> tuple[Expr, Expr | None]:
    """A float vector with every lane brought to what an integer type holds (NaN to 0), ready to be truncated.

    The second result tells which lanes are beyond the largest value, where that is no float; they are 0.
    """
    low, high = (Const(float(n), value.dtype, value.lanes) for n in dtype.limits)
    zero = Const(0.0, value.dtype, value.lanes)
    above_low = Select(Binary(">", value, low), value, low)
    number = Binary("==", value, value)
    if dtype.bits <= (24 if value.dtype.bits == 32 else 53):
        inside = Select(Binary("<", value, high), above_low, high)
        return Select(number, inside, zero), None
    beyond = Const(float(dtype.limits[1] + 1), value.dtype, value.lanes)
    small = Binary("<", value, beyond)
    return Select(small, above_low, zero), Unary("not", Binary("or", small, Binary("!=", value, value)))

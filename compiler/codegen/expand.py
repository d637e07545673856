"""Functions on vectors in terms of comparisons, selections and simpler functions.

Arguments are used more than once here: they must be variables or constants.
"""

from __future__ import annotations

import math

from ...dsl.dtypes import DTYPES, DType
from ..loop.ir import Binary, Bits, Broadcast, Call, Const, Expr, Select, Unary
from ..numerics import precision

EXPANDED = frozenset(("rsqrt", "floor", "ceil", "round"))


def is_expanded(function: str, dtype: DType) -> bool:
    """Whether `expanded` knows the function."""
    return function in EXPANDED or (function == "abs" and dtype.is_integer)


def expanded(function: str, args: list[Expr]) -> Expr:
    """The function on vector arguments, spelt out."""
    a = args[0]
    match function:
        case "rsqrt":
            return Binary("/", Const(1.0, a.dtype, a.lanes), Call("sqrt", (a,)))
        case "floor" | "ceil" | "round":
            return _whole(function, a)
        case _ if a.dtype.kind == "uint":
            return a
        case _:
            return Select(Binary("<", a, Const(0, a.dtype, a.lanes)), Unary("neg", a), a)


def _whole(function: str, a: Expr) -> Expr:
    """Rounding to a whole number: added to one so large that its unit is 1, then taken off again.

    The sign is put back at the end, for zeros. Numbers from that size on are whole already; so is NaN.
    """
    def number(value: float) -> Expr:
        return Const(value, a.dtype, a.lanes)

    bits = DTYPES[f"i{a.dtype.bits}"]
    large, size = number(2.0 ** (precision(a.dtype) - 1)), Call("abs", (a,))
    whole: Expr = Binary("-", Binary("+", size, large), large)
    sign = Binary("&", Bits(a, bits), Const(bits.limits[0], bits, a.lanes))
    signed = Bits(Binary("|", Bits(whole, bits), sign), a.dtype)
    if function != "round":
        op, step = (">", number(-1.0)) if function == "floor" else ("<", number(1.0))
        off = Select(Binary(op, signed, a), Binary("+", signed, step), signed)
        signed = Bits(Binary("|", Bits(off, bits), sign), a.dtype)
    return Select(Binary("<", size, large), signed, a)


def is_plain_number(expr: Expr) -> bool:
    """Whether all lanes are one number that is not NaN."""
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

"""Literals: exact values that take their type, and are rounded once, where they are used."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from .. import typed
from ..dtypes import DType
from ..record import record

# No type holds more digits than this before its point; it also keeps exact arithmetic on literals small.
LONGEST = 400

# Bits of the significand and the exponent of the smallest subnormal number.
PRECISION = {"f64": (53, -1074), "f32": (24, -149), "f16": (11, -24), "bf16": (8, -133)}
LARGEST = {
    "f64": Fraction((2**53 - 1) * 2**971),
    "f32": Fraction((2**24 - 1) * 2**104),
    "f16": Fraction(65504),
    "bf16": Fraction(255 * 2**120),
}


@record
class Flexible:
    """An expression made of literals only: it has no type until its context gives it one.

    `build` makes it one of a type, or reports why that cannot be and gives None. `value` is its exact value
    where it has one (a function of literals has none), `whole` whether only integers were written in it.
    """

    build: Callable[[DType], typed.Expr | None]
    value: Fraction | None = None
    whole: bool = True


def exact(text: str) -> Fraction | None:
    """The exact value of a literal; None where it is too large or too long for any type."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > LONGEST or len(exponent) > 5 or abs(int(exponent or 0)) > LONGEST:
        return None
    return Fraction(mantissa) * Fraction(10) ** int(exponent or 0)


def misfit(value: Fraction, whole: bool, dtype: DType) -> str:
    """Why a literal cannot be of a type; empty where it can."""
    if dtype.is_float:
        largest = LARGEST[dtype.name]
        return "" if abs(value) <= largest else f"the largest {dtype} is {float(largest):.6g}"
    if not dtype.is_integer:
        return "a bool is written true or false"
    if not whole or value.denominator != 1:
        return f"{dtype} is an integer type"
    low, high = dtype.limits
    return "" if low <= value <= high else f"{dtype} holds {low} to {high}"


def constant(value: Fraction, dtype: DType) -> typed.Const:
    """The constant of a type that is nearest to a fitting value."""
    return typed.Const(nearest(value, dtype.arithmetic) if dtype.is_float else int(value), dtype)


def nearest(value: Fraction, dtype: DType) -> float:
    """The number of a floating-point type nearest to an exact value, ties to even."""
    if value == 0:
        return 0.0
    bits, smallest = PRECISION[dtype.name]
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length()
    if Fraction(2) ** exponent > abs(value):
        exponent -= 1
    quantum = Fraction(2) ** max(exponent - bits + 1, smallest)
    return float(round(value / quantum) * quantum)


def calculate(op: str, a: Fraction, b: Fraction) -> Fraction:
    """Exact `+ - * / // %`, the last two floored; the divisor is not zero."""
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "//":
            return Fraction(a // b)
        case _:
            return a % b

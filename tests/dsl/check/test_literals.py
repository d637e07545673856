"""Literals: exact until they take a type, then rounded once, to nearest and even."""

import struct
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from txc.dsl import typed
from txc.dsl.check.literals import calculate, constant, exact, misfit, nearest
from txc.dsl.dtypes import BF16, BOOL, F16, F32, F64, I8, U8

FORMATS = ((F64, "d"), (F32, "f"), (F16, "e"))


@given(st.floats(allow_nan=False, allow_infinity=False, width=16))
def test_what_a_type_holds_is_kept(value: float) -> None:
    """A number that a type has is not changed by rounding to it."""
    for dtype, _ in FORMATS:
        assert nearest(Fraction(value), dtype) == value


@given(st.floats(-6e4, 6e4))
def test_rounding_is_that_of_the_machine(value: float) -> None:
    """The nearest number is the one that the machine's conversion from f64 gives."""
    for dtype, letter in FORMATS:
        (machine,) = struct.unpack(letter, struct.pack(letter, value))
        assert nearest(Fraction(value), dtype) == machine


def test_rounding_happens_once() -> None:
    """Just above the middle of two f32 numbers goes up, though the nearest f64 is the middle itself."""
    value = Fraction(1) + Fraction(1, 2**24) + Fraction(1, 2**80)
    assert nearest(value, F32) == 1 + 2**-23
    assert nearest(Fraction(float(value)), F32) == 1


def test_sixteen_bit_types_compute_in_f32() -> None:
    """A literal among f16 or bf16 values has the precision of their arithmetic."""
    for dtype in (F16, BF16):
        assert constant(Fraction(1, 10), dtype) == typed.Const(nearest(Fraction(1, 10), F32), dtype)


def test_what_fits() -> None:
    """Integers by range and wholeness, floats by range, bools never."""
    assert not misfit(Fraction(255), True, U8)
    assert not misfit(Fraction(-128), True, I8)
    assert misfit(Fraction(256), True, U8) == "u8 holds 0 to 255"
    assert misfit(Fraction(2), False, U8) == "u8 is an integer type"
    assert not misfit(Fraction(65504), True, F16)
    assert misfit(Fraction(65505), True, F16)
    assert misfit(Fraction(1), True, BOOL)


def test_exact_values_and_their_limits() -> None:
    """Decimal text is exact, absurd text is refused before it costs anything."""
    assert exact("1e-3") == exact("0.001") == Fraction(1, 1000)
    assert exact("2.50E+2") == 250
    assert exact("1e999999999") is None
    assert exact("9" * 10000) is None


@given(st.fractions(), st.fractions().filter(bool))
def test_quotient_and_remainder_belong_together(a: Fraction, b: Fraction) -> None:
    """`a == (a // b) * b + a % b`, with the sign of the divisor."""
    assert calculate("+", calculate("*", calculate("//", a, b), b), calculate("%", a, b)) == a
    assert calculate("//", a, b).denominator == 1

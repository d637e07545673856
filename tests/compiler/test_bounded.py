"""Values with tolerances: what passes through each operation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler.bounded import Bounded, binary, call, cast, exact, select, settled, unary
from txc.dsl.dtypes import BOOL, F16, F32, F64, I8, I32, I64, U8, DType

EPS = 2.0**-23


def inexact(value: float, tolerance: float) -> Bounded:
    return Bounded(np.asarray(value, np.float64), np.asarray(tolerance, np.float64))


def number(value: float) -> Bounded:
    return exact(np.asarray(value, np.float64))


SMALL = st.floats(-8, 8).filter(lambda x: abs(x) > 1e-3)


@given(SMALL, SMALL, st.sampled_from("+-*/"), st.floats(-1, 1), st.floats(-1, 1))
def test_arithmetic_covers_what_operands_may_be(a: float, b: float, op: str, s: float, t: float) -> None:
    """Whatever values the operands have within their tolerances, the result lies within its own."""
    x, y = inexact(a, 1e-4), inexact(b, 1e-4)
    result = binary(op, x, y, F32)
    with np.errstate(all="ignore"):
        moved = binary(op, number(a + s * 1e-4), number(b + t * 1e-4), F32).value
    assert abs(moved - result.value) <= result.tolerance * (1 + 1e-9)


@given(SMALL, st.floats(-1, 1), st.sampled_from(
    ["exp", "log", "sqrt", "rsqrt", "tanh", "erf", "sigmoid", "floor", "ceil", "round", "abs"]))
def test_functions_cover_what_their_argument_may_be(a: float, s: float, function: str) -> None:
    """The same for functions, steps included."""
    a = abs(a) if function in ("log", "sqrt", "rsqrt") else a
    with np.errstate(all="ignore"):
        result = call(function, [inexact(a, 1e-4)], F32)
        moved = call(function, [number(a + s * 1e-4)], F32).value
    assert abs(moved - result.value) <= result.tolerance * (1 + 1e-9)


def test_whole_numbers_are_exact() -> None:
    """Sums, differences and products of small integers have no tolerance; others have one rounding."""
    assert binary("*", number(3), number(5), F32).tolerance == 0
    assert binary("+", number(2**24 - 1), number(1), F32).tolerance == 0
    assert binary("+", number(2**24), number(1), F32).tolerance > 0
    assert binary("*", number(0.3), number(5.1), F32).tolerance == pytest.approx(EPS * 1.53)
    assert binary("/", number(6), number(3), F32).tolerance > 0
    assert call("exp", [number(0)], F32).tolerance == pytest.approx(8 * EPS)
    assert call("max", [number(0.3), number(5.1)], F32).tolerance == 0


def test_beyond_the_range_anything_is_right() -> None:
    """What overflows in f32 may be infinite there and is finite here."""
    assert call("exp", [number(100)], F32).tolerance == np.inf
    assert call("exp", [number(100)], F64).tolerance < np.inf


def test_decisions_within_the_tolerance_are_open() -> None:
    """A comparison of values that may be equal or either way round may come out either way."""
    near, far = inexact(1.0, 0.1), inexact(2.0, 0.1)
    assert binary("<", near, inexact(1.15, 0.1), BOOL).tolerance == 1
    assert binary("<", near, far, BOOL).tolerance == 0
    assert binary("==", number(1), number(1), BOOL).tolerance == 0
    open_choice = select(binary("<", near, inexact(1.15, 0.1), BOOL), number(3), number(8))
    assert (open_choice.value, open_choice.tolerance) == (3, 5)
    assert select(binary("<", near, far, BOOL), number(3), number(8)).tolerance == 0


@pytest.mark.parametrize(("op", "other", "is_open"), [
    ("and", False, False), ("and", True, True), ("or", True, False), ("or", False, True)])
def test_a_certain_operand_may_decide(op: str, other: bool, is_open: bool) -> None:
    """`false and maybe` is false, `true or maybe` is true, the others are open."""
    maybe = Bounded(np.asarray(True), np.asarray(1.0))
    assert binary(op, maybe, exact(np.asarray(other)), BOOL).tolerance == is_open
    assert unary("not", maybe).tolerance == 1


@pytest.mark.parametrize(("value", "dtype", "wanted"), [
    (3.9, I32, 3), (-3.9, I32, -3), (300.0, U8, 255), (-1.0, U8, 0), (-0.9, U8, 0), (255.9, U8, 255),
    (127.99, I8, 127), (-128.99, I8, -128), (np.nan, I32, 0), (np.inf, I64, 2**63 - 1),
    (-np.inf, I64, -(2**63)), (9.3e18, I64, 2**63 - 1), (-9.2e18, I64, -9200000000000000000)])
def test_floats_to_integers(value: float, dtype: DType, wanted: int) -> None:
    """Truncated, saturated, NaN gives 0."""
    result = cast(number(value), F64, dtype)
    assert (int(result.value), float(result.tolerance)) == (wanted, 0)


def test_floats_near_a_step_give_either_integer() -> None:
    """A float that may lie on either side of an integer gives either."""
    assert cast(inexact(2.999, 0.01), F32, I32).tolerance == 1
    assert cast(inexact(2.5, 0.01), F32, I32).tolerance == 0


def test_integers_wrap() -> None:
    """In their own width, negation included."""
    low = exact(np.asarray(-128, np.int8))
    with np.errstate(all="ignore"):
        assert unary("neg", low).value == -128
        assert binary("-", low, exact(np.asarray(1, np.int8)), I8).value == 127
        assert cast(exact(np.asarray(300, np.int32)), I32, U8).value == 44
        assert cast(exact(np.asarray(-1, np.int8)), I8, U8).value == 255


@pytest.mark.parametrize(("a", "b", "quotient", "remainder"), [
    (7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1)])
def test_integer_division_floors(a: int, b: int, quotient: int, remainder: int) -> None:
    """`//` rounds down and `%` has the divisor's sign."""
    x, y = exact(np.asarray(a, np.int32)), exact(np.asarray(b, np.int32))
    assert binary("//", x, y, I32).value == quotient
    assert binary("%", x, y, I32).value == remainder


def test_16_bit_results_are_rounded() -> None:
    """An exact value has one right result; one with a tolerance may fall to a neighbour."""
    assert cast(number(1.0001), F32, F16).value == 1.0
    assert cast(number(1.0001), F32, F16).tolerance == 0
    assert cast(inexact(1.0001, EPS), F32, F16).tolerance == pytest.approx(2.0**-10, rel=0.01)
    assert cast(inexact(65500, 30), F32, F16).tolerance == np.inf


def test_nan_and_infinity() -> None:
    """min and max pass on NaN; an undefined tolerance means nothing for NaN and anything for a number."""
    assert np.isnan(call("min", [number(np.nan), number(1)], F32).value)
    assert np.isnan(call("max", [number(1), number(np.nan)], F32).value)
    values = Bounded(np.array([np.nan, np.inf, 1.0]), np.array([np.nan, np.nan, np.nan]))
    assert settled(values).tolerance.tolist() == [0, 0, np.inf]


def test_rounding_is_to_even() -> None:
    """`round` of halves."""
    assert [float(call("round", [number(x)], F32).value) for x in (0.5, 1.5, 2.5, -0.5)] == [0, 2, 2, 0]


def test_power() -> None:
    """The tolerance of a power covers its operands' and the function's own error."""
    result = call("pow", [inexact(2.0, 0.001), inexact(3.0, 0.001)], F32)
    assert result.value == 8
    assert abs(2.001**3.001 - 8) <= result.tolerance < 0.05
    assert call("pow", [number(2), number(3)], F32).tolerance < 1e-4


def test_fma_and_unknown_functions() -> None:
    """fma is a product and a sum; an unknown function is refused."""
    assert call("fma", [number(2), number(3), number(4)], F32).value == 10
    with pytest.raises(ValueError, match="no function sinh"):
        call("sinh", [], F32)

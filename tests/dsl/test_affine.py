"""Affine forms: exact where they exist, canonical, bounded by their corners."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from txc.dsl import typed
from txc.dsl.affine import Affine, affine, affine_sum, variable
from txc.dsl.dtypes import F32, I64

ROW, COLUMN = typed.Index("i"), typed.Index("j")
small = st.integers(-9, 9)
forms = st.builds(lambda a, b, c: affine_sum((("i", a), ("j", b)), c), small, small, small)
points = st.fixed_dictionaries({"i": small, "j": small})


def number(value: int) -> typed.Const:
    """An i64 constant."""
    return typed.Const(value, I64)


def op(name: str, left: typed.Expr, right: typed.Expr) -> typed.Expr:
    """An i64 operation."""
    return typed.Binary(name, left, right, I64)


@given(forms, forms, small, points)
def test_arithmetic_is_that_of_the_values(a: Affine, b: Affine, factor: int, at: dict[str, int]) -> None:
    """Sums, differences and multiples have the values they should at every point."""
    assert (a + b).at(at) == a.at(at) + b.at(at)
    assert (a - b).at(at) == a.at(at) - b.at(at)
    assert (a * factor).at(at) == a.at(at) * factor


@given(forms, forms)
def test_equal_forms_compare_equal(a: Affine, b: Affine) -> None:
    """There is one way to write a form."""
    assert a + b - b == a
    assert hash(a + b) == hash(b + a)
    assert (a - a) == Affine()


@given(forms)
def test_bounds_are_attained(form: Affine) -> None:
    """The smallest and largest value over a box are values of its points."""
    ranges = {"i": (-2, 3), "j": (0, 4)}
    values = [form.at({"i": i, "j": j}) for i, j in product(range(-2, 4), range(5))]
    assert form.bounds(ranges) == (min(values), max(values))


@given(forms, st.integers(1, 9), points)
def test_split_by_a_divisor(form: Affine, divisor: int, at: dict[str, int]) -> None:
    """The parts add up again, and the constant left over is below the divisor."""
    whole, rest = form.split(divisor)
    assert whole.at(at) * divisor + rest.at(at) == form.at(at)
    assert 0 <= rest.constant < divisor


def test_expressions_with_a_form() -> None:
    """Index arithmetic, and quotients and remainders that come out exactly."""
    expr = op("-", op("+", op("*", ROW, number(4)), op("*", number(2), COLUMN)), number(3))
    assert affine(expr) == affine_sum((("i", 4), ("j", 2)), -3)
    assert affine(op("//", expr, number(2))) == affine_sum((("i", 2), ("j", 1)), -2)
    assert affine(op("%", expr, number(2))) == Affine((), 1)
    assert affine(typed.Unary("neg", ROW, I64)) == variable("i") * -1
    assert str(affine(expr)) == "4*i + 2*j - 3"


def test_expressions_without_a_form() -> None:
    """Products of indices, inexact quotients, reads and floats have none."""
    assert affine(op("*", ROW, COLUMN)) is None
    assert affine(op("//", ROW, number(2))) is None
    assert affine(op("//", ROW, number(0))) is None
    assert affine(typed.Read("X", (ROW,), I64)) is None
    assert affine(typed.Const(1.0, F32)) is None

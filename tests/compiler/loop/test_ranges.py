"""Intervals hold every value, and are no wider than they need be where it matters."""

import pytest
from hypothesis import given
from index_strategies import Ranges, expressions, ranges, values
from txc.compiler.loop.ir import Binary, Broadcast, Buffer, Cast, Const, Expr, Load, Ramp, Var
from txc.compiler.loop.ranges import bounds
from txc.dsl.dtypes import BOOL, F32, I8, I32, I64, U8

I, J = Var("i"), Var("j")       # noqa: E741
BYTES = Load(Buffer("b", I8, (4,)), (Const(0),))


@given(expressions(), ranges())
def test_every_value_is_in_the_interval(expr: Expr, box: Ranges) -> None:
    low, high = bounds(expr, box)
    assert all(low <= value <= high for value in values(expr, box))


@pytest.mark.parametrize(("expr", "interval"), [
    (Binary("+", Binary("*", I, Const(4)), J), (0, 31)), (Binary("-", I, J), (-3, 7)),
    (Binary("//", I, Const(3)), (0, 2)), (Binary("%", I, Const(3)), (0, 2)),
    (Binary("%", J, Const(9)), (0, 3)),
    (Binary("//", I, J), I64.limits), (BYTES, (-128, 127)), (Cast(BYTES, I64), (-128, 127)),
    (Cast(I, I8), (0, 7)), (Cast(BYTES, U8), (0, 255)), (Cast(Const(1.0, F32), I32), I32.limits),
    (Binary("+", BYTES, BYTES), (-128, 127)), (Ramp(I, -2, 4), (-6, 7)), (Broadcast(J, 4), (0, 3)),
    (Cast(Binary("<", I, J), I64), (0, 1)), (Const(True, BOOL), (1, 1)),
])
def test_intervals_are_tight(expr: Expr, interval: tuple[int, int]) -> None:
    assert bounds(expr, {"i": (0, 7), "j": (0, 3)}) == interval

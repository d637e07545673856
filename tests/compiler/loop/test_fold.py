"""Folding: what the interpreter computes, and nothing that only the machine can say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nest_strategies import FLOATS, TYPES
from txc.compiler.loop.fold import convert, fold, wrap
from txc.compiler.loop.interp import evaluate
from txc.compiler.loop.ir import Binary, Call, Cast, Const, Expr, Unary, Var
from txc.dsl.dtypes import BF16, BOOL, F16, F32, F64, I8, I64, U8, DType

INTEGERS = [t for t in TYPES if t.is_integer]


def whole(dtype: DType) -> st.SearchStrategy[Const]:
    low, high = dtype.limits
    return (st.integers(max(low, -9), 9) | st.integers(low, high)).map(lambda v: Const(v, dtype))


def agrees(expr: Expr) -> None:
    folded = fold(expr)
    assert folded is not None
    assert folded.dtype == expr.dtype
    np.testing.assert_array_equal(evaluate(folded, {}), evaluate(expr, {}))


@given(st.data(), st.sampled_from(INTEGERS))
def test_integers_fold_to_what_they_compute(data: st.DataObject, dtype: DType) -> None:
    left, right = data.draw(whole(dtype)), data.draw(whole(dtype))
    for op in ("+", "-", "*", "<", "<=", ">", ">=", "==", "!=", *(("//", "%") if right.value else ())):
        agrees(Binary(op, left, right))
    agrees(Unary("neg", left))
    for function in ("min", "max"):
        agrees(Call(function, (left, right)))
    agrees(Call("abs", (left,)))


@given(st.data(), st.sampled_from(TYPES), st.sampled_from(TYPES))
def test_casts_fold_to_what_they_compute(data: st.DataObject, source: DType, target: DType) -> None:
    if source.is_float:
        value = fold(Cast(Const(data.draw(st.sampled_from(FLOATS)), F64), source)) or Const(0.0, source)
    else:
        value = Const(data.draw(st.booleans()), BOOL) if source == BOOL else data.draw(whole(source))
    if fold(Cast(value, target)) is None:
        assert abs(value.value) > 2**53
    else:
        agrees(Cast(value, target))


@pytest.mark.parametrize("expr", [
    Binary("//", Const(1), Const(0)), Binary("+", Const(1.0, F32), Const(1.0, F32)),
    Cast(Const(2**60 + 1), F32), Call("exp", (Const(1.0, F32),)), Binary("+", Const(1), Var("i")),
    Const(1), Var("i"), Unary("neg", Const(1, I64, 4)),
])
def test_the_rest_does_not_fold(expr: Expr) -> None:
    assert fold(expr) is None


def test_wrap_is_two_s_complement() -> None:
    assert [wrap(v, I8) for v in (127, 128, -129, 256, -1)] == [127, -128, 127, 0, -1]
    assert [wrap(v, U8) for v in (255, 256, -1)] == [255, 0, 255]


def test_conversions_round_and_saturate() -> None:
    assert convert(2049, F16) == Const(2048.0, F16)
    assert convert(1.01171875, BF16) == Const(1.015625, BF16)
    assert convert(1e6, F16) == Const(math.inf, F16)
    assert convert(math.nan, F32) == Const(math.nan, F32)
    assert convert(math.nan, I8) == Const(0, I8)
    assert convert(-1e9, U8) == Const(0, U8)

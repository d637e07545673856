"""Vectors of indices: every lane keeps its value, affine lanes are ramps, equal lanes are splats."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_strategies import Ranges, expressions, ranges
from txc.compiler.loop.interp import evaluate
from txc.compiler.loop.ir import Binary, Broadcast, Const, Expr, Load, Ramp, Select, Var
from txc.compiler.loop.parts import rebuild
from txc.compiler.loop.simplify import simplify, simplify_expr
from txc.compiler.loop.simplify_lanes import one_lane
from txc.compiler.loop.text import parse
from txc.compiler.loop.visit import stores, walk_expr


def widened(expr: Expr, stride: int, lanes: int) -> Expr:
    """The expression in lanes, `k` growing by `stride` from each to the next."""
    match expr:
        case Const(value=value, dtype=dtype):
            return Const(value, dtype, lanes)
        case Var(name="k"):
            return Ramp(expr, stride, lanes)
        case Var():
            return Broadcast(expr, lanes)
        case _:
            return rebuild(expr, lambda part: widened(part, stride, lanes))


def lane_values(expr: Expr, box: Ranges) -> list[list[int]]:
    points = product(*(range(low, high + 1) for low, high in box.values()))
    found = [evaluate(expr, dict(zip(box, map(np.int64, point), strict=True))) for point in points]
    return [np.broadcast_to(np.asarray(value), expr.lanes).astype(np.int64).tolist() for value in found]


@given(expressions(), ranges(), st.sampled_from([1, 2, -1, 8]), st.sampled_from([2, 4]))
def test_each_lane_keeps_its_value_and_the_second_time_nothing_changes(expr: Expr, box: Ranges, stride: int,
                                                                       lanes: int) -> None:
    wide = widened(expr, stride, lanes)
    simple = simplify_expr(wide, box)
    assert simple.lanes == wide.lanes
    assert lane_values(simple, box) == lane_values(wide, box)
    assert simplify_expr(simple, box) is simple


@pytest.mark.parametrize(("before", "after"), [
    ("ramp(16 * j, 1, 8) // 16i64x8", "j"),
    ("ramp(16 * j, 1, 8) % 16i64x8", "ramp(0, 1, 8)"),
    ("ramp(16 * j + 8, 1, 8) % 16i64x8", "ramp(8, 1, 8)"),
    ("ramp(8 * j, 1, 8) // 16i64x8", "j // 2"),
    ("ramp(8 * j, 1, 8) % 16i64x8", "ramp(j % 2 * 8, 1, 8)"),
    ("ramp(16 * j, 2, 8) // 2i64x8", "ramp(j * 8, 1, 8)"),
    ("ramp(16 * j, 2, 8) % 2i64x8", "0"),
    ("ramp(j, 1, 8) // 4i64x8", "ramp(j, 1, 8) // 4i64x8"),
    ("ramp(j, 1, 8) + ramp(3, 0, 8)", "ramp(j + 3, 1, 8)"),
    ("ramp(j, 1, 8) // 4i64x8 * 4i64x8 + ramp(j, 1, 8) % 4i64x8", "ramp(j, 1, 8)"),
    ("min(ramp(j, 1, 8), 99i64x8)", "ramp(j, 1, 8)"),
])
def test_digits_of_an_index_are_ramps_and_scalars(before: str, after: str) -> None:
    nest = simplify(parse(f"nest f(A: f32[999]) -> (Y: f32[99]) {{ for j in 0..9 {{ "
                          f"Y[ramp(j, 1, 8)] = A[{before}] }} }}"))
    load = next(e for s in stores(nest) for e in walk_expr(s.value) if isinstance(e, Load))
    assert str(load.index[0]) == after


@pytest.mark.parametrize(("condition", "value"), [
    ("ramp(8 * j, 1, 8) < 72i64x8", "A[ramp(j, 1, 8)]"),
    ("ramp(8 * j, 1, 8) >= 72i64x8", "0.0f32x8"),
    ("ramp(8 * j, 1, 8) >= 16i64x8", "select(j >= 2, A[ramp(j, 1, 8)], 0.0f32x8)"),
    ("splat(j, 8) < 5i64x8 and ramp(0, 1, 8) < 9i64x8", "select(j < 5, A[ramp(j, 1, 8)], 0.0f32x8)"),
    ("ramp(j, 1, 8) < 12i64x8", "select(ramp(j, 1, 8) < 12i64x8, A[ramp(j, 1, 8)], 0.0f32x8)"),
])
def test_conditions_equal_in_all_lanes_are_scalars(condition: str, value: str) -> None:
    nest = simplify(parse(f"nest f(A: f32[99]) -> (Y: f32[99]) {{ for j in 0..9 {{ Y[ramp(j, 1, 8)] = "
                          f"select({condition}, A[ramp(j, 1, 8)], 0.0f32x8) }} }}"))
    assert str(next(stores(nest)).value) == value


def test_what_is_no_arithmetic_of_indices_has_no_single_lane() -> None:
    a = parse("nest f(A: i64[9]) -> (Y: i64[9]) { }").inputs[0]
    gathered = Load(a, (Ramp(Const(0), 1, 4),))
    assert one_lane(gathered) is None
    assert one_lane(Binary("+", gathered, Const(1, lanes=4))) is None
    assert one_lane(Select(Const(1), gathered, gathered)) is None

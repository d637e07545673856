"""The table of rules: every row holds for all small values that its condition admits, and every row fires."""

from itertools import product

import numpy as np
import pytest
from txc.compiler.loop.facts import same
from txc.compiler.loop.interp import evaluate
from txc.compiler.loop.ir import Broadcast, Const, Expr, Select, Var
from txc.compiler.loop.simplify import simplify_expr
from txc.compiler.loop.simplify_rules import ROWS, Pattern, Row, Rules, build, read
from txc.compiler.loop.values import Value
from txc.dsl.dtypes import BOOL, F32, I8, I64, U8, DType

VALUES: dict[DType, list[Value]] = {
    I64: [np.int64(v) for v in range(-3, 4)],
    I8: [np.int8(v) for v in (-128, -1, 0, 1, 127)],
    U8: [np.uint8(v) for v in (0, 1, 255)],
    F32: [np.float32(v) for v in (0.0, -0.0, 1.5, -np.inf, np.nan)],
    BOOL: [np.bool_(False), np.bool_(True)],
}


def names(pattern: Pattern) -> set[str]:
    return {pattern.name} - {""} | {n for p in pattern.parts for n in names(p)}


def types(row: Row) -> list[DType]:
    """The types that x and y may have in a row (a b is always bool, constants are small numbers)."""
    text = row.left
    if row.sorts.get("x") == "integer":
        return [I64] if "ramp" in text or "splat" in text else [I64, I8, U8]
    if "/ 1" in text or "-0.0" in text:
        return [F32]
    return [I64, I8, F32, BOOL] if "select" in text else [I64, I8, F32]


def sample(name: str, dtype: DType, sort: str) -> list[Expr]:
    """What a variable stands for: every constant where the rule wants one, else the variable itself."""
    if sort == "constant":
        return [Const(v) for v in ((2, 3) if name == "n" else (-1, 0, 2))]
    return [Var(name, BOOL if name == "b" else dtype)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_holds_for_all_small_values(row: Row) -> None:
    left, right = read(row.left), read(row.right)
    condition = read(row.condition) if row.condition else None
    used = sorted(names(left))
    for dtype in types(row) if {"x", "y"} & set(used) else [BOOL]:
        for parts in product(*(sample(n, dtype, row.sorts.get(n, "any")) for n in used)):
            found = dict(zip(used, parts, strict=True))
            check(build(left, found, dtype, 1), build(right, found, dtype, 1), found,
                  build(condition, found, dtype, 1) if condition else None)


def check(left: Expr, right: Expr, found: dict[str, Expr], condition: Expr | None) -> None:
    free = [v for v in found.values() if isinstance(v, Var)]
    for point in product(*(VALUES[v.dtype] for v in free)):
        env = {v.name: value for v, value in zip(free, point, strict=True)}
        if condition is None or evaluate(condition, env):
            a, b = np.asarray(evaluate(left, env)), np.asarray(evaluate(right, env))
            np.testing.assert_array_equal(a, b)
            np.testing.assert_array_equal(np.signbit(a.astype(np.float64)), np.signbit(b.astype(np.float64)))


@pytest.mark.parametrize("row", [r for r in ROWS if not r.condition], ids=lambda row: row.name)
def test_a_row_is_used(row: Row) -> None:
    used = sorted(names(read(row.left)))
    dtype = I8 if row.sorts.get("x") == "integer" and "n" not in used else I64 if "n" in used else F32
    found = {n: sample(n, dtype, row.sorts.get(n, "any"))[-1] for n in used}
    if {"b", "n"} <= found.keys():      # truth values beside lanes are lanes
        found["b"] = Broadcast(found["b"], 3)
    expr = build(read(row.left), found, dtype, 1)
    assert simplify_expr(expr, {}) != expr


def test_rows_with_conditions_are_used_where_the_ranges_prove_them() -> None:
    box = {"x": (0, 3), "y": (3, 9)}
    for row in ROWS:
        if row.condition:
            expr = build(read(row.left), {"x": Var("x"), "y": Var("y")}, I64, 1)
            flipped = build(read(row.left), {"x": Var("y"), "y": Var("x")}, I64, 1)
            assert isinstance(simplify_expr(expr, box), Var)
            assert isinstance(simplify_expr(flipped, box), Var)
            assert simplify_expr(expr, {"x": (0, 3), "y": (1, 2)}) is expr


def test_names_of_rows_are_unique_and_all_are_in_the_index() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) == len(Rules().every)


def test_same_tells_signed_zeros_apart() -> None:
    assert same(Const(0.0, F32), Const(0.0, F32))
    assert not same(Const(0.0, F32), Const(-0.0, F32))
    condition = Var("b", BOOL)
    zeros = Select(condition, Const(0.0, F32), Const(-0.0, F32))
    assert simplify_expr(zeros, {}) is zeros


def test_numbers_are_no_truth_values() -> None:
    bits = Select(Var("b", BOOL), Const(1), Const(0))
    assert simplify_expr(bits, {}) is bits


def test_what_is_no_pattern_is_an_error() -> None:
    with pytest.raises(ValueError, match="no pattern"):
        read("x[0]")

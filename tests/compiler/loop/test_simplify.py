"""Simplifying: the same value everywhere, nothing left to do the second time, text as a person writes it."""

import numpy as np
import pytest
from hypothesis import given
from index_strategies import Ranges, expressions, ranges, values
from nest_strategies import nests
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Binary, Cast, Const, Expr, If, Load, Nest, Store, Var
from txc.compiler.loop.simplify import simplify, simplify_expr
from txc.compiler.loop.text import parse
from txc.compiler.loop.verify import violations
from txc.compiler.loop.visit import stores, walk_stmts
from txc.dsl.dtypes import F32


@given(expressions(), ranges())
def test_the_value_stays_and_the_second_time_nothing_changes(expr: Expr, box: Ranges) -> None:
    simple = simplify_expr(expr, box)
    assert values(simple, box) == values(expr, box)
    assert simplify_expr(simple, box) is simple


def simplified(text: str, **extents: int) -> str:
    """The text of an expression simplified inside loops of these extents; `T` is a tensor of i64."""
    loops = "".join(f"for {n} in 0..{extent} {{" for n, extent in extents.items())
    body = f"{loops} if {text} {{ }} {'}' * len(extents)}"
    nest = parse(f"nest f(T: i64[99], X: f32[9]) -> (Y: f32) {{ {body} }}")
    condition = next(s.condition for s in walk_stmts(nest.body) if isinstance(s, If))
    return str(simplify_expr(condition, {n: (0, extent - 1) for n, extent in extents.items()}))


@pytest.mark.parametrize(("before", "after"), [
    ("1 + i1 + 16 * i0", "i0 * 16 + i1 + 1"),
    ("(j + i) * 4 - 3", "i * 4 + j * 4 - 3"),
    ("i - j - i", "neg(j)"),
    ("5 - j", "5 - j"),
    ("k", "k"),
    ("i * 2 + i * 2", "i * 4"),
    ("(i0 * 16 + i1) // 16", "i0"),
    ("(i0 * 16 + i1) % 16", "i1"),
    ("(i0 * 16 + i1 + 3) // 4", "i0 * 4 + (i1 + 3) // 4"),
    ("(i0 * 16 + i1) // 32", "i0 // 2"),
    ("(i0 * 16 + i1) % 32", "i0 % 2 * 16 + i1"),
    ("n // 4 // 8", "n // 32"),
    ("n % 32 // 8", "n // 8 % 4"),
    ("n % 32 % 8", "n % 8"),
    ("n // 8 * 8 + n % 8", "n"),
    ("n // 12 * 12 + n // 3 % 4 * 3 + n % 3", "n"),
    ("(n + 64) // 64 - 1", "n // 64"),
    ("min(i, 3)", "i"), ("max(j, i + 8)", "i + 8"), ("min(n, i)", "min(n, i)"),
    ("select(i < 2, min(i, 1), i + j)", "select(i < 2, i, i + j)"),
    ("T[i] + T[i]", "T[i] * 2"),
    ("T[i] // 2 * 2", "T[i] // 2 * 2"),
])
def test_indices_read_as_a_person_writes_them(before: str, after: str) -> None:
    extents = {"i0": 8, "i1": 16, "i": 4, "j": 5, "k": 7, "n": 1000}
    loops = "".join(f"for {n} in 0..{extent} {{" for n, extent in extents.items())
    nest = parse(f"nest f(T: i64[99]) -> (Y: i64) {{ {loops} Y[] = {before} {'}' * len(extents)} }}")
    assert str(next(stores(simplify(nest))).value) == after


@pytest.mark.parametrize(("before", "after"), [
    ("i < 4", "true"), ("i >= 4", "false"), ("i <= 2", "i < 3"), ("3 > i", "i < 3"), ("0 < i", "i >= 1"),
    ("i * 16 + j < 64", "true"), ("i * 16 + j < 32", "i < 2"), ("i * 8 + j >= 11", "i * 8 + j >= 11"),
    ("i * 8 + j + 3 >= 16", "i >= 2"), ("i * 4 < 10", "i < 3"), ("i * 2 == 3", "false"),
    ("i + 1 == i", "false"), ("i - j < 3", "i < j + 3"), ("not(i < 2)", "i >= 2"),
    ("i < 2 and true", "i < 2"),
    ("T[0] < T[1]", "T[0] < T[1]"), ("not(X[0] < X[1])", "not(X[0] < X[1])"),
    ("not(X[0] == X[1])", "X[0] != X[1]"), ("i8(i) < 100i8", "true"),
    ("i32(T[0]) < 5i32", "i32(T[0]) < 5i32"),
])
def test_comparisons_are_decided_or_brought_to_one_form(before: str, after: str) -> None:
    assert simplified(before, i=4, j=5) == after


@pytest.mark.parametrize("text", [
    "X[0] + 0.0f32", "X[0] - X[0]", "X[0] * 0.0f32", "X[0] + X[1] - X[1]", "0.5f32 + 0.25f32",
    "X[0] * 2.0f32",
    "min(X[0], X[0])", "X[0] - -0.0f32",
])
def test_float_arithmetic_is_left_alone(text: str) -> None:
    nest = parse(f"nest f(X: f32[9]) -> (Y: f32) {{ Y[] = {text} }}")
    assert simplify(nest) is nest


@pytest.mark.parametrize(("text", "simple"), [
    ("X[0] * 1.0f32", "X[0]"), ("X[0] + -0.0f32", "X[0]"), ("X[0] - 0.0f32", "X[0]"),
    ("X[0] / 1.0f32", "X[0]"),
    ("neg(neg(X[0]))", "X[0]"), ("select(true, X[0], X[1])", "X[0]"), ("f32(3)", "3.0f32"),
    ("f32(16777217)", "16777216.0f32"), ("neg(0.0f32)", "-0.0f32"), ("f32(i8(-300.0f32))", "-128.0f32"),
])
def test_exact_identities_of_floats_hold_for_every_value(text: str, simple: str) -> None:
    nest = simplify(parse(f"nest f(X: f32[9]) -> (Y: f32) {{ Y[] = {text} }}"))
    assert str(next(stores(nest)).value) == simple


def test_signed_zeros_are_told_apart() -> None:
    text = "nest f(b: bool) -> (Y: f32) { Y[] = select(b[], 0.0f32, -0.0f32) }"
    nest = parse(text)
    assert simplify(nest) is nest


@pytest.mark.parametrize(("text", "simple"), [
    ("ramp(i, 2, 4) + splat(3, 4)", "ramp(i + 3, 2, 4)"), ("ramp(i, 0, 4)", "splat(i, 4)"),
    ("ramp(i, 2, 4) * splat(3, 4)", "ramp(i * 3, 6, 4)"), ("splat(i, 4) - splat(i, 4)", "0i64x4"),
])
def test_lanes_of_indices_stay_ramps(text: str, simple: str) -> None:
    nest = simplify(parse(f"nest f() -> (Y: i64[9]) {{ for i in 0..4 {{ Y[{text}] = splat(1, 4) }} }}"))
    assert str(next(stores(nest)).index[0]) == simple


BEFORE = """nest f(A: f32[64, 64], c: bool) -> (B: f32[64, 64]) {
  parallel for i_j in 0..16 {
    for u in 0..1 {
      for i in 0..16 {
        let t = i_j // 4
        let z = t + 0
        if z * 16 + i < 64 and i_j % 4 < 4 {
          B[t * 16 + i + u, z] = A[i, z] * 1.0f32
        } else {
          B[0, 0] = 0.0f32
        }
        if c[] {
          for k in 0..1 { }
        }
        if c[] {
          B[i + u, 3] = B[i, 3]
        }
        if c[] {
        } else {
          B[0, 0] = 1.0f32
        }
      }
    }
  }
}
"""

AFTER = """nest f(A: f32[64, 64], c: bool) -> (B: f32[64, 64]) {
  parallel for i_j in 0..16 {
    for i in 0..16 {
      let t = i_j // 4
      B[t * 16 + i, t] = A[i, t]
      if not(c[]) {
        B[0, 0] = 1.0f32
      }
    }
  }
}
"""


def test_statements_lose_single_loops_decided_branches_and_what_does_nothing() -> None:
    assert str(simplify(parse(BEFORE))) == AFTER


def test_a_simple_nest_is_given_back_itself() -> None:
    nest = parse(AFTER)
    assert simplify(nest) is nest


def test_a_name_used_again_elsewhere_keeps_its_own_meaning() -> None:
    nest = simplify(parse("""nest f() -> (Y: i64[9]) {
      { let t = 3  Y[t] = t }
      for i in 0..4 { let t = i + 1  Y[t] = t // 5 }
      for i in 0..9 { Y[i] = i // 5 }
    }"""))
    assert [str(s) for s in stores(nest)] == ["Y[3] = 3", "Y[t] = 0", "Y[i] = i // 5"]


def test_shared_nodes_are_simplified_in_their_own_loop() -> None:
    shared = Binary("//", Var("i"), Const(4))
    store = Store(parse("nest f() -> (Y: i64[9]) { }").outputs[0], (shared,), shared)
    nest = parse("nest f() -> (Y: i64[9]) { for i in 0..4 { } for i in 0..8 { } }")
    first, second = (type(s)(s.var, s.extent, s.kind, type(s.body)((store,))) for s in nest.body.stmts)  # pyright: ignore
    got = simplify(Nest("f", (), nest.outputs, type(nest.body)((first, second))))
    assert [str(s) for s in stores(got)] == ["Y[0] = 0", "Y[i // 4] = i // 4"]


@given(nests())
def test_valid_nests_stay_valid_and_settle(nest: Nest) -> None:
    once = simplify(nest)
    assert {v.rule for v in violations(once)} <= {"bounds"}
    assert simplify(once) is once


def test_a_tiled_copy_still_copies() -> None:
    nest = parse("""nest f(A: f32[10, 6]) -> (B: f32[10, 6]) {
      parallel for ij in 0..8 { for i in 0..4 { for j in 0..4 { for one in 0..1 {
        if ij // 2 * 4 + i < 10 and ij % 2 * 4 + j < 6 {
          B[ij // 2 * 4 + (i * 4 + j) // 4, ij % 2 * 4 + j + one] = A[ij // 2 * 4 + i, j + ij % 2 * 4]
        }
      } } } }
    }""")
    arrays = {"A": np.arange(60, dtype=np.float32).reshape(10, 6)}
    run(simplify(nest), arrays)
    np.testing.assert_array_equal(arrays["A"], arrays["B"])


def test_loads_and_casts_keep_their_buffers() -> None:
    nest = parse("nest f(A: i32[4]) -> (B: f32) { B[] = f32(A[0 + 1]) }")
    assert next(stores(simplify(nest))).value == Cast(Load(nest.inputs[0], (Const(1),)), F32)

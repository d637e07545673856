"""Guards: conditions in parts, what terms they guard, and when a comparison holds throughout a loop."""

import pytest
from txc.compiler.loop.accumulate import identity
from txc.compiler.loop.affine import Box
from txc.compiler.loop.guards import (
    assumed_stmts,
    conjuncts,
    guards_of,
    is_pure,
    joined,
    size,
    term_guards,
    throughout,
)
from txc.compiler.loop.ir import Expr, If, Nest
from txc.compiler.loop.simplify import simplify, simplify_expr
from txc.compiler.loop.text import parse
from txc.compiler.loop.visit import stores, walk_stmts
from txc.dsl.dtypes import F32


def nest(body: str) -> Nest:
    head = "nest f(X: f32[99], T: i64[9], b: bool) -> (C: f32[99], K: i64[9])"
    return parse(f"{head} {{ for y in 0..9 {{ for s in 0..3 {{ {body} }} }} }}")


def condition(text: str) -> Expr:
    return next(s.condition for s in walk_stmts(nest(f"if {text} {{ }}").body) if isinstance(s, If))


def test_conditions_come_apart_and_together() -> None:
    parts = conjuncts(condition("y < 3 and (s >= 1 and y == s)"))
    assert [str(p) for p in parts] == ["y < 3", "s >= 1", "y == s"]
    assert str(joined(parts)) == "y < 3 and s >= 1 and y == s"
    assert str(joined(())) == "true"


@pytest.mark.parametrize(("text", "pure"), [
    ("y + s >= 1", True), ("(y + s) % 2 == 0", True), ("T[y] < 3", False), ("b[]", False),
    ("X[0] < X[1]", False)])
def test_pure_conditions_are_arithmetic_of_indices(text: str, pure: bool) -> None:
    assert is_pure(condition(text)) is pure


@pytest.mark.parametrize(("term", "guards"), [
    ("select(s >= 1, X[s - 1], 0.0f32)", ["s >= 1"]),
    ("select(s >= 1 and y < 5, X[s], 0.0f32) * X[y]", ["s >= 1", "y < 5"]),
    ("X[y] * neg(select(s >= 1, X[s], 0.0f32))", ["s >= 1"]),
    ("select(s >= 1, X[s], 0.0f32) * select(y < 3, X[y], 0.0f32)", ["s >= 1", "y < 3"]),
    ("select(s >= 1, X[s], 1.0f32)", []),
    ("select(s >= 1, X[s], 0.0f32) + X[y]", []),
    ("select(T[y] < 1, X[s], 0.0f32)", []),
])
def test_the_guards_of_a_term_of_a_sum(term: str, guards: list[str]) -> None:
    value = next(stores(nest(f"C[y] = {term}"))).value
    assert [str(g) for g in term_guards(value, identity("sum", F32))] == guards


def test_a_guard_that_holds_leaves_no_trace() -> None:
    """In selects, in branches, in parts of both."""
    before = nest("C[y] = select(y >= 1 and s < 2, X[y - 1], 0.0f32) if y >= 1 { C[0] = X[0] }")
    known = frozenset(part for part, _ in guards_of(before.body, {}) if str(part) == "y >= 1")
    after = simplify(Nest("f", before.inputs, before.outputs, assumed_stmts(before.body, known)))
    assert [str(s) for s in stores(after)] == ["C[y] = select(s < 2, X[y - 1], 0.0f32)", "C[0] = X[0]"]
    assert not any(isinstance(s, If) for s in walk_stmts(after.body))


@pytest.mark.parametrize(("text", "outer"), [
    ("y + s >= 1", "y >= 1"), ("y + s < 9", "y < 7"), ("y * 2 - s >= 4", "y >= 3"), ("y < 5", "y < 5"),
    ("y == s", None), ("y + T[s] >= 1", None)])
def test_when_a_comparison_holds_for_all_iterations_inside(text: str, outer: str | None) -> None:
    """`s` is the loop inside, of three iterations."""
    box = Box({"y": (0, 8)})
    found = throughout(condition(text), {"s": (0, 2)}, box)
    if "T" in text:
        assert found is None or str(simplify_expr(found, box.ranges)) != "true"
    else:
        assert (None if found is None else str(simplify_expr(found, box.ranges))) == outer


def test_sizes_count_unrolled_loops_written_out() -> None:
    loops = "unrolled for i in 0..3 { C[i] = 1 } for i in 0..3 { C[i] = 2 }"
    assert size(parse(f"nest f() -> (C: i64[9]) {{ {loops} }}").body) == 4 + 2

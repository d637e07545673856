"""The verifier: well-formed nests pass, and for every rule there are nests that break it."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from nest_strategies import nests
from txc.compiler.loop.ir import (
    Alloc,
    Binary,
    Block,
    Broadcast,
    Buffer,
    Call,
    Cast,
    Const,
    Expr,
    For,
    If,
    Intrinsic,
    Invoke,
    Let,
    Load,
    Nest,
    Operand,
    Prefetch,
    Ramp,
    Select,
    Stmt,
    Store,
    Unary,
    Var,
)
from txc.compiler.loop.text import parse
from txc.compiler.loop.verify import RULES, InvalidNest, verify, violations
from txc.dsl.dtypes import BF16, BOOL, F32, I8, I32, I64

A, B = Buffer("A", F32, (8,)), Buffer("B", F32, (8,))
I = Var("i")    # noqa: E741
ONE = Const(1.0, F32)


def nest(*body: Stmt) -> Nest:
    return Nest("f", (A,), (B,), Block(body))


def gives(value: Expr) -> Nest:
    """A nest with an expression somewhere in it."""
    return nest(Let(Var("v", value.dtype, value.lanes), value))


def loop(*body: Stmt, extent: int = 8, kind: str = "serial", var: str = "i") -> For:
    return For(var, extent, kind, Block(body))


STORE = Store(B, (Const(0),), ONE)
REGISTER = Buffer("r", F32, (8,), "register")
VECTORS = Buffer("v", F32, (2,), "local", 4)
MATRIX = Buffer("m", F32, (8, 8), "local")
TRUE = Const(True, BOOL)
RAMP = Ramp(Const(0), 1, 4)
FROM, TO, AT = Buffer("from", F32, (4,)), Buffer("to", F32, (4,)), Var("copy.n")
COPIED = Block((Store(TO, (AT,), Load(FROM, (AT,))),))
COPY = Intrinsic("copy", (FROM, TO), "cpu", Block((For("copy.n", 4, "serial", COPIED),)),
                 (("c", "copy($from, $to);"),))

BROKEN: list[tuple[str, Nest]] = [
    ("names", nest(loop(loop()))),
    ("names", nest(Let(Var("A"), Const(1)))),
    ("names", nest(loop(Alloc(replace(VECTORS, name="i"))))),
    ("names", nest(Let(Var("for"), Const(1)))),
    ("names", nest(Let(Var("a b"), Const(1)))),
    ("names", Nest("f", (A,), (A,), Block(()))),
    ("scopes", gives(Var("i"))),
    ("scopes", nest(Block((Let(Var("t"), Const(1)),)), Store(B, (Var("t"),), ONE))),
    ("scopes", nest(loop(Let(Var("t", F32), Cast(Var("i", I32), F32))))),
    ("scopes", gives(Load(VECTORS, (Const(0),)))),
    ("scopes", gives(Load(replace(A, shape=(9,)), (Const(0),)))),
    ("scopes", nest(Store(VECTORS, (Const(0),), Const(1.0, F32, 4)))),
    ("buffers", nest(Alloc(replace(MATRIX, shape=(0,))))),
    ("buffers", nest(Alloc(replace(MATRIX, lanes=0)))),
    ("buffers", nest(Alloc(replace(MATRIX, scope="attic")))),
    ("buffers", Nest("f", (replace(A, scope="local"),), (B,), Block(()))),
    ("buffers", Nest("f", (A,), (replace(B, lanes=4),), Block(()))),
    ("inputs", nest(Store(A, (Const(0),), ONE))),
    ("kinds", nest(loop(kind="sideways"))),
    ("extents", nest(loop(extent=0))),
    ("parallel", nest(loop(loop(kind="parallel", var="j"), kind="parallel"))),
    ("parallel", nest(loop(If(TRUE, Block((loop(kind="parallel", var="k"),))), kind="parallel"))),
    ("conditions", nest(If(Const(1), Block((STORE,))))),
    ("conditions", nest(If(Const(True, BOOL, 4), Block((STORE,))))),
    ("types", gives(Binary("+", Const(1), ONE))),
    ("types", gives(Binary("+", TRUE, TRUE))),
    ("types", gives(Binary("/", Const(1), Const(2)))),
    ("types", gives(Binary("//", ONE, ONE))),
    ("types", gives(Binary("and", Const(1), Const(1)))),
    ("types", gives(Binary("<", TRUE, TRUE))),
    ("types", gives(Binary("+", Const(1.0, BF16), Const(1.0, BF16)))),
    ("types", gives(Unary("not", Const(1)))),
    ("types", gives(Unary("neg", TRUE))),
    ("types", gives(Call("exp", (Const(1),)))),
    ("types", gives(Call("min", (Const(1), ONE)))),
    ("types", gives(Select(Const(1), ONE, ONE))),
    ("types", gives(Select(TRUE, ONE, Const(1)))),
    ("types", gives(Ramp(Const(1, I32), 1, 4))),
    ("types", nest(Store(B, (Const(0),), Const(1)))),
    ("types", nest(Let(Var("t", F32), Const(1)))),
    ("lanes", gives(Binary("+", Const(1), Ramp(Const(0), 1, 4)))),
    ("lanes", gives(Call("max", (Ramp(Const(0), 1, 4), Const(1))))),
    ("lanes", gives(Select(TRUE, ONE, Broadcast(ONE, 4)))),
    ("lanes", gives(Select(Const(True, BOOL, 8), Const(1, I64, 4), Const(1, I64, 4)))),
    ("lanes", gives(Broadcast(Broadcast(ONE, 4), 4))),
    ("lanes", gives(Broadcast(ONE, 1))),
    ("lanes", gives(Ramp(Ramp(Const(0), 1, 4), 1, 4))),
    ("lanes", gives(Const(1, I64, 0))),
    ("lanes", nest(Store(B, (Ramp(Const(0), 1, 4),), ONE))),
    ("lanes", nest(Alloc(VECTORS), Store(VECTORS, (Const(0),), ONE))),
    ("lanes", nest(Let(Var("t"), Ramp(Const(0), 1, 4)))),
    ("constants", gives(Const(1, F32))),
    ("constants", gives(Const(1.0, I64))),
    ("constants", gives(Const(1, BOOL))),
    ("constants", gives(Const(True, I64))),
    ("constants", gives(Const(200, I8))),
    ("functions", gives(Call("min", (Const(1),)))),
    ("functions", gives(Call("mix", (ONE,)))),
    ("subscripts", gives(Load(A, ()))),
    ("subscripts", gives(Load(A, (Const(0), Const(0))))),
    ("subscripts", gives(Load(A, (Const(0, I32),)))),
    ("subscripts", nest(Store(B, (), ONE))),
    ("vector subscripts", nest(Alloc(MATRIX), Store(MATRIX, (RAMP, RAMP), Const(1.0, F32, 4)))),
    ("registers", nest(Alloc(REGISTER), loop(Store(REGISTER, (I,), ONE)))),
    ("registers", nest(Alloc(REGISTER), loop(Store(B, (I,), Load(REGISTER, (I,)))))),
    ("operands", nest(Invoke(COPY, (Operand(A, (Const(0),), ((1,),)),)))),
    ("operands", nest(Invoke(COPY, (Operand(A, (Const(0),), ()), Operand(B, (Const(0),), ((1,),)))))),
    ("operands", nest(Alloc(VECTORS), Invoke(COPY, (Operand(VECTORS, (Const(0),), ((1,),)),
                                                    Operand(B, (Const(0),), ((1,),)))))),
    ("inputs", nest(Invoke(COPY, (Operand(B, (Const(0),), ((1,),)), Operand(A, (Const(0),), ((1,),)))))),
    ("subscripts", nest(Prefetch(A, ()))),
]


@pytest.mark.parametrize(("rule", "broken"), BROKEN)
def test_a_broken_rule_is_named(rule: str, broken: Nest) -> None:
    assert {v.rule for v in violations(broken)} == {rule}


OUTSIDE = [
    "B[8] = A[0]",
    "B[0] = A[-1]",
    "for i in 0..9 { B[i] = A[0] }",
    "for i in 0..2 { for j in 0..4 { B[i * 4 + j + 1] = A[0] } }",
    "for i in 0..2 { let t = i * 8 B[t] = A[0] }",
    "B[ramp(5, 1, 4)] = splat(0.0f32, 4)",
    "B[ramp(2, -1, 4)] = splat(0.0f32, 4)",
    "for i in 0..16 { if i < 9 { B[i] = A[0] } }",
    "for i in 0..16 { if i < 8 { } else { B[i] = A[0] } }",
    "for i in 0..16 { if i >= 3 and not(i >= 10) { B[i] = A[0] } }",
    "for i in 0..16 { B[0] = select(i < 9, A[i], 0.0f32) }",
    "for i in 0..16 { B[i // 8 + 8] = 1.0f32 }",
    "for i in 0..8 { B[i64(A[8])] = 1.0f32 }",
]

PERHAPS = [
    "for i in 0..8 { B[i] = A[7 - i] }",
    "for i in 0..16 { if i < 8 { B[i] = A[0] } }",
    "for i in 0..16 { if 8 > i { B[i] = A[0] } }",
    "for i in 0..16 { B[0] = select(i < 8, A[i], 0.0f32) }",
    "for i in 0..16 { for j in 0..16 { if i + j < 8 { B[i + j] = A[0] } } }",
    "for i in 0..16 { if i != 8 { B[8 - i + i] = A[0] } }",
    "for i in 0..16 { B[i % 8] = A[i // 2] }",
    "for i in 0..16 { if i < 0 { B[99] = A[0] } }",
    "for i in 0..16 { if i < 3 and i >= 5 { B[99] = A[0] } }",
    "for i in 0..16 { B[i64(A[0])] = A[0] }",
    "for i in 0..16 { B[(i - i // 2 * 2) * 7] = A[0] }",
    "B[ramp(0, 1, 4)] = select(ramp(6, 1, 4) < 8i64x4, A[ramp(6, 1, 4)], 0.0f32x4)",
    "B[0] = select(A[0] < 1.0f32, A[99], 0.0f32)",
]


@pytest.mark.parametrize("body", OUTSIDE)
def test_what_is_certainly_outside_breaks_the_bounds(body: str) -> None:
    found = violations(parse(f"nest f(A: f32[8]) -> (B: f32[8]) {{ {body} }}"))
    assert [v.rule for v in found] == ["bounds"]


@pytest.mark.parametrize(("first", "step", "broken"), [
    (4, 1, False), (5, 1, True), (1, 2, False), (2, 2, True), (3, -1, False), (2, -1, True)])
def test_all_elements_of_an_operand_are_inside(first: int, step: int, broken: bool) -> None:
    """The last element that an instruction reads is in the buffer too."""
    operand = Operand(A, (Const(first),), ((step,),))
    found = violations(nest(Invoke(COPY, (operand, Operand(B, (Const(0),), ((1,),))))))
    assert [v.rule for v in found] == ["bounds"] * broken


@pytest.mark.parametrize("body", PERHAPS)
def test_what_is_inside_or_not_certain_is_let_through(body: str) -> None:
    assert list(violations(parse(f"nest f(A: f32[8]) -> (B: f32[8]) {{ {body} }}"))) == []


def test_every_rule_has_a_nest_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} | {"bounds"} == set(RULES)


@given(nests())
def test_well_formed_nests_break_no_rule_but_bounds(nest: Nest) -> None:
    assert {v.rule for v in violations(nest)} <= {"bounds"}


@pytest.mark.parametrize("kind", ["vectorized", "unrolled"])
def test_final_nests_have_no_loops_left_to_expand(kind: str) -> None:
    one = nest(loop(Store(B, (I,), ONE), kind=kind))
    verify(one, "lowered")
    assert [v.rule for v in violations(one, "final")] == ["kinds"]
    verify(nest(loop(Store(B, (I,), ONE), kind="parallel")), "final")


def test_names_may_be_used_again_in_disjoint_scopes() -> None:
    verify(nest(loop(Store(B, (I,), ONE)), loop(Store(B, (I,), ONE)), Block((Let(Var("t"), Const(1)),)),
                Let(Var("t"), Const(math.isqrt(4)))))


def test_the_error_names_the_pass_the_rule_and_the_statement() -> None:
    with pytest.raises(InvalidNest) as caught:
        verify(nest(loop(Store(A, (I,), ONE))), after="unroll")
    assert str(caught.value) == """nest f is invalid after unroll
  inputs: A is an input
    in A[i] = 1.0f32"""

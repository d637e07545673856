"""Peeling: where loops are cut, that nothing changes, and that code stays bounded."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.passes import transformed
from txc.compiler.loop import peel as peeling
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import For, Nest
from txc.compiler.loop.peel import partition, peel
from txc.compiler.loop.text import parse
from txc.compiler.loop.visit import walk_stmts

PADDED = """nest f(X: i64[9]) -> (C: i64[9]) { for x in 0..9 { C[x] = 0 for s in 0..3 {
    C[x] = C[x] + select(x + s >= 1 and x + s < 10, X[x + s - 1], 0) } } }"""


def test_the_documentation_shows_what_it_does() -> None:
    nest = transformed(lambda n: peel(n, frozenset({"x"})), """
        nest f(A: i64[6]) -> (C: i64[8]) { for x in 0..8 { C[x] = select(x >= 2, A[x - 2], 0) } }""")
    pieces = [(s.extent, str(s.body)) for s in nest.body.stmts if isinstance(s, For)]
    assert pieces == [(2, "C[x] = 0"), (6, "C[x + 2] = A[x]")]


def test_pieces_meet_where_a_guard_becomes_open_and_certain_again() -> None:
    loop = parse(PADDED).body.stmts[0]
    assert isinstance(loop, For)
    assert partition("x", loop.body, {"x": (0, 8)}) == [(0, 0, True), (1, 7, False), (8, 8, True)]


def test_a_nest_too_large_stays_whole(monkeypatch) -> None:
    monkeypatch.setattr(peeling, "STATEMENTS", 6)
    nest = peel(parse(PADDED), frozenset({"x"}))
    assert len([s for s in walk_stmts(nest.body) if isinstance(s, For)]) == 2


def test_many_different_guards_make_few_pieces() -> None:
    """Of ten pieces the longest without a guard is kept, and what is before and after it."""
    terms = " ".join(f"C[x] = C[x] + select(x >= {n}, 1, 0)" for n in range(1, 12))
    loop = parse(f"nest f() -> (C: i64[40]) {{ for x in 0..40 {{ {terms} }} }}").body.stmts[0]
    assert isinstance(loop, For)
    assert [(a, b) for a, b, _ in partition("x", loop.body, {"x": (0, 39)})] == [(0, 10), (11, 39)]


@st.composite
def guarded(draw: st.DrawFn) -> Nest:
    """Two loops, one perhaps parallel and fused, with guards of both their variables."""
    a, b, c = (draw(st.integers(-3, 3)) for _ in range(3))
    low, high = draw(st.integers(-8, 4)), draw(st.integers(3, 20))
    guard = f"{a} * x + {b} * y + {c} >= {low} and {a} * x - y < {high}"
    inner = f"C[x, y] = C[x, y] + select({guard}, {draw(st.integers(1, 9))}, 0) * 3"
    head = draw(st.sampled_from(["for x in 0..7 { for y in 0..5 {",
                                 "for x in 0..7 { unrolled for y in 0..5 {",
                                 "parallel for t in 0..35 { let x = t // 5 let y = t % 5 {"]))
    start = "for i in 0..7 { for j in 0..5 { C[i, j] = i - j } }"
    return parse(f"nest f() -> (C: i64[7, 5]) {{ {start} {head} {inner} }} }} }}")


@given(guarded(), st.sets(st.sampled_from("xy"), min_size=1))
def test_the_numbers_stay(nest: Nest, names: set[str]) -> None:
    before, after = {"C": np.zeros((7, 5), np.int64)}, {"C": np.zeros((7, 5), np.int64)}
    run(nest, before)
    run(peel(nest, frozenset(names)), after)
    np.testing.assert_array_equal(before["C"], after["C"])

"""Trimming: only the iterations that do something, whatever way their guard says so."""

import pytest
from support.passes import transformed
from txc.compiler.loop.ir import For
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.text import parse
from txc.compiler.loop.trim import shorter, trimmed


@pytest.mark.parametrize(("guard", "extent", "index"), [
    ("k >= 3", 7, "k + 3"), ("k < 4", 4, "k"), ("2 * k < 7", 4, "k"), ("2 * k >= 7", 6, "k + 4"),
    ("9 - k < 4", 4, "k + 6"), ("5 - k >= 0", 6, "k"), ("k >= 2 and k < 5", 3, "k + 2"),
    ("k % 3 == 1", 3, "k * 3 + 1"), ("(k + 1) % 2 == 0", 5, "k * 2 + 1"),
    ("(2 * k + 1) % 3 == 0", 3, "k * 3 + 1"),
    ("(2 * k + 2) % 4 == 0", 5, "k * 2 + 1"), ("k % 4 == 2 and k >= 5", 1, ""),
])
def test_a_guard_of_the_loop_alone_shortens_it(guard: str, extent: int, index: str) -> None:
    """The interpreter agrees, and no guard is left."""
    nest = transformed(simplify, f"""
        nest f(A: i64[10]) -> (C: i64[10]) {{ for i in 0..10 {{ C[i] = 0 }}
          for k in 0..10 {{ if {guard} {{ C[k] = A[k] }} }} }}""")
    last = nest.body.stmts[-1]
    if extent == 1:
        assert str(last) == "C[6] = A[6]"
    else:
        assert isinstance(last, For)
        assert (last.extent, str(last.body)) == (extent, f"C[{index}] = A[{index}]")


@pytest.mark.parametrize("guard", ["k >= 10", "k * 2 % 4 == 1", "k < 3 and k >= 3"])
def test_a_loop_that_does_nothing_goes(guard: str) -> None:
    nest = parse(f"nest f() -> (C: i64[10]) {{ for k in 0..10 {{ if {guard} {{ C[k] = 1 }} }} }}")
    assert simplify(nest).body.stmts == ()


@pytest.mark.parametrize("body", [
    "if k >= j { C[k] = 1 }", "if k >= 2 { C[k] = 1 } else { C[k] = 2 }", "C[0] = 2 if k >= 2 { C[k] = 1 }",
    "if k // 2 >= 1 { C[k] = 1 }", "if k % 2 != 1 { C[k] = 1 }"])
def test_other_loops_stay(body: str) -> None:
    nest = parse(f"nest f() -> (C: i64[10]) {{ for j in 0..9 {{ for k in 0..10 {{ {body} }} }} }}")
    outer = nest.body.stmts[0]
    assert isinstance(outer, For)
    inner = outer.body.stmts[0]
    assert isinstance(inner, For)
    assert trimmed(inner) is inner


@pytest.mark.parametrize(("guard", "first", "second"), [
    ("k < 3", (3, "C[k] = 1"), (7, "C[k + 3] = 2")), ("k >= 3", (3, "C[k] = 2"), (7, "C[k + 3] = 1")),
    ("5 - k >= 0", (6, "C[k] = 1"), (4, "C[k + 6] = 2")),
    ("5 - k < 0", (6, "C[k] = 2"), (4, "C[k + 6] = 1"))])
def test_two_branches_are_two_loops(guard: str, first: tuple[int, str], second: tuple[int, str]) -> None:
    nest = transformed(simplify, f"""nest f() -> (C: i64[10]) {{
        for k in 0..10 {{ if {guard} {{ C[k] = 1 }} else {{ C[k] = 2 }} }} }}""")
    assert [(s.extent, str(s.body)) for s in nest.body.stmts if isinstance(s, For)] == [first, second]


def test_a_parallel_loop_stays_one() -> None:
    loop = parse("""nest f() -> (C: i64[10]) {
        parallel for k in 0..10 { if k < 3 { C[k] = 1 } else { C[k] = 2 } } }""").body.stmts[0]
    assert isinstance(loop, For)
    assert shorter(loop) == (loop,)

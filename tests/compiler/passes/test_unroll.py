"""Unrolling: copies of bodies, names apart, the size counted before anything is written out."""

from collections.abc import Callable

import pytest
from support.passes import documented, golden_text
from txc.compiler.loop.text import parse
from txc.compiler.passes.unroll import Unroll
from txc.dsl.diagnostics import TxcError

CASES = {
    "nested": """
        nest f() -> (C: i64[2, 3]) {
          unrolled for i in 0..2 { unrolled for j in 0..3 { C[i, j] = i * 3 + j } }
        }""",
    "lets-of-two-loops": """
        nest f(A: i64[4]) -> (C: i64[4], D: i64[4]) {
          unrolled for t in 0..4 { let i = t // 2  let j = t % 2  C[i * 2 + j] = A[i] + j }
          unrolled for t in 0..4 { let i = t % 2  let j = t // 2  D[i * 2 + j] = A[i] - j }
        }""",
    "lets-of-nested-loops": """
        nest f(A: i64[4]) -> (C: i64[4]) {
          unrolled for i in 0..2 { let x = A[i]  unrolled for j in 0..2 { let y = x + A[j]
            C[i * 2 + j] = x * y } }
        }""",
    "alloc": """
        nest f(A: i64[2]) -> (C: i64[2]) {
          unrolled for i in 0..2 { local T: i64[1]  T[0] = A[i]  let x = T[0]  C[i] = x }
        }""",
    "inside-others": """
        nest f(A: i64[4]) -> (C: i64[4]) {
          parallel for p in 0..2 {
            if p < 1 { unrolled for i in 0..2 { C[i] = A[i] } }
            else { unrolled for i in 0..2 { C[i + 2] = A[p] } }
          }
        }""",
    "loop-in-unrolled": """
        nest f(A: i64[6]) -> (C: i64[2]) {
          unrolled for i in 0..2 { C[i] = 0  for k in 0..3 { let a = A[i * 3 + k]  C[i] = C[i] + a } }
        }""",
}


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(Unroll())
    assert after == shown


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says."""
    golden(f"passes/unroll/{name}.txt", golden_text(Unroll(), CASES[name]))


def test_too_many_statements_are_an_error_before_they_are_made() -> None:
    """A loop of ten billion statements is refused at once."""
    loops = "unrolled for i in 0..100000 { unrolled for j in 0..100000 { C[0] = 1 } }"
    nest = parse(f"nest f() -> (C: i64[9]) {{ {loops} }}")
    with pytest.raises(TxcError) as caught:
        Unroll()(nest)
    assert caught.value.diagnostics[0].code == "G510"
    assert "10000000000" in caught.value.diagnostics[0].message

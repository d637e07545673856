"""Guards: out of loops they do not depend on, shared, their zeros not added, the interior without them."""

from collections.abc import Callable

import pytest
from support.passes import golden_text, transformed
from txc.compiler.loop.guards import guards_of
from txc.compiler.loop.ir import For
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.visit import walk_stmts
from txc.compiler.passes.guards import Guards

CASES = {
    "hoisted": """
        nest f(X: i64[12, 8], F: i64[3, 8]) -> (C: i64[10]) {
          for y in 0..10 { C[y] = 0  for s in 0..3 { for c in 0..8 {
            C[y] = C[y] + select(y + s >= 5, X[y + s - 5, c], 0) * F[s, c] } } }
        }""",
    "shared": """
        nest f(X: i64[9], F: i64[3]) -> (C: i64[4]) {
          for y in 0..2 {
            C[0] = 0  C[1] = 0
            for s in 0..3 {
              C[0] = C[0] + select(y >= 1 and s < 2, X[s], 0) * F[s]
              C[1] = C[1] + F[s] * select(y >= 1 and s >= 1, X[s + 1], 0)
            }
            C[y + 2] = C[0] + C[1]
          }
        }""",
    "interior": """
        nest f(X: i64[8], F: i64[3]) -> (C: i64[8]) {
          for x in 0..8 { C[x] = 0  for s in 0..3 {
            C[x] = C[x] + select(x + s >= 1 and x + s < 9, X[x + s - 1], 0) * F[s] } }
        }""",
    "lanes": """
        nest f(X: f32[9], F: f32[3]) -> (C: f32[8]) {
          C[ramp(0, 1, 8)] = splat(0.0f32, 8)
          for s in 0..3 { for k in 0..2 {
            C[ramp(0, 1, 8)] = C[ramp(0, 1, 8)] + select(ramp(s, 1, 8) >= 1i64x8, X[ramp(s - 1, 1, 8)],
              splat(0.0f32, 8)) * splat(F[k], 8) } }
        }""",
    "copy": """
        nest f(X: i64[4, 4]) -> (C: i64[6, 4]) {
          for y in 0..6 { for x in 0..4 { C[y, x] = select(y >= 1 and y < 5, X[y - 1, x], 0) } }
        }""",
    "other-identities": """
        nest f(X: i64[4], B: bool[4]) -> (C: i64[3], D: bool[2]) {
          C[0] = 1  C[1] = -9223372036854775808  C[2] = 0  D[0] = false  D[1] = true
          for i in 0..6 {
            C[0] = C[0] * select(i < 4, X[i], 1)
            C[1] = max(C[1], select(i < 4, X[i], -9223372036854775808))
            C[2] = C[2] + select(i < 4, X[i], 1)
            D[0] = D[0] or select(i < 4, B[i], false)
            D[1] = D[1] and select(i < 4, B[i], true)
          }
        }""",
    "data": """
        nest f(X: i64[4], ids: i64[6]) -> (C: i64[1]) {
          C[0] = 0
          for i in 0..6 { for k in 0..2 {
            C[0] = C[0] + select(ids[i] >= 0 and ids[i] < 4, X[ids[i]], 0) } }
        }""",
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says."""
    golden(f"passes/guards/{name}.txt", golden_text(Guards(), CASES[name]))


def test_what_the_documentation_shows() -> None:
    """A guard of an outer loop is outside the inner one, and what it makes zero is not added."""
    nest = transformed(Guards(), """
        nest f(X: i64[4, 8], F: i64[3, 8]) -> (C: i64[4]) {
          for y in 0..4 { C[0] = 0  for s in 0..3 { for c in 0..8 {
            C[0] = C[0] + select(y + s >= 9, X[y + s - 9, c], 0) * F[s, c] } }  C[y] = C[0] }
        }""")
    assert ("if y + s >= 9 {\n        for c in 0..8 {\n"
            "          C[0] = C[0] + X[y + s - 9, c] * F[s, c]") in str(nest)


def test_code_grows_only_up_to_a_limit() -> None:
    """A tile of more statements than may be written twice keeps one version."""
    nest = simplify(transformed(Guards(copies=2), CASES["interior"]))
    assert len([s for s in walk_stmts(nest.body) if isinstance(s, For)]) == 2
    assert list(guards_of(nest.body, {}))

"""Vectorizing: whole vectors, then ever shorter ones; what lanes cannot do together stays a loop."""

from collections.abc import Callable

import pytest
from support.passes import documented, golden_text, transformed
from txc.compiler.loop.ir import For
from txc.compiler.loop.visit import walk_stmts
from txc.compiler.passes.vectorize import Vectorize

CASES = {
    "multiples-and-rest": """
        nest f(A: f32[31]) -> (C: f32[31]) { vectorized for j in 0..31 { C[j] = A[j] * 2.0f32 } }""",
    "below-a-vector": """
        nest f(A: f32[3]) -> (C: f32[3]) { vectorized for j in 0..3 { C[j] = A[j] } }""",
    "many-vectors": """
        nest f(A: f32[1001]) -> (C: f32[1001]) { vectorized for j in 0..1001 { C[j] = A[j] } }""",
    "strides": """
        nest f(A: f32[40]) -> (C: f32[8]) { vectorized for j in 0..8 { C[7 - j] = A[j * 5 + 2] } }""",
    "transposed": """
        nest f(A: f32[8, 3]) -> (C: f32[8, 3]) { for i in 0..3 { vectorized for j in 0..8 {
          C[j, i] = A[j, i] } } }""",
    "gather": """
        nest f(ids: i32[8], A: f32[9]) -> (C: f32[8]) { vectorized for j in 0..8 {
          C[j] = A[i64(ids[j])] } }""",
    "diagonal": """
        nest f(A: f32[8, 8]) -> (C: f32[8]) { vectorized for j in 0..8 { C[j] = A[j, j] } }""",
    "index-as-value": """
        nest f() -> (C: i64[4]) { vectorized for j in 0..4 { C[j] = j * j % 3 } }""",
    "same-in-all-lanes": """
        nest f(A: f32[2]) -> (C: f32[8]) { for i in 0..1 { vectorized for j in 0..8 {
          C[j] = A[i] + A[1] } } }""",
    "condition-of-lanes": """
        nest f(A: f32[8]) -> (C: f32[10]) {
          vectorized for j in 0..10 { C[j] = select(j >= 1 and j < 9, A[j - 1], 0.0f32) }
        }""",
    "condition-of-all": """
        nest f(A: f32[3, 8]) -> (C: f32[4, 8]) {
          for i in 0..4 { vectorized for j in 0..8 { C[i, j] = select(i >= 1, A[i - 1, j], 0.0f32) } }
        }""",
    "widening": """
        nest f(A: i8[16], B: f16[16]) -> (C: i32[16], D: f64[16]) {
          vectorized for j in 0..16 { C[j] = i32(A[j]) * 2i32  D[j] = f64(f32(B[j])) }
        }""",
    "argmax": """
        nest f(X: f32[9, 3]) -> (C: i32[9]) {
          local best: f32[9]
          vectorized for j in 0..9 { best[j] = -inff32  C[j] = 0i32 }
          for k in 0..3 {
            vectorized for j in 0..9 {
              let new = X[j, k]
              let take = new > best[j] or new == best[j] and i32(k) < C[j]
              best[j] = select(take, new, best[j])
              C[j] = select(take, i32(k), C[j])
            }
          }
        }""",
    "reduction-inside": """
        nest f(A: f32[8, 3]) -> (C: f32[8]) {
          vectorized for j in 0..8 { C[j] = 0.0f32  for k in 0..3 { C[j] = C[j] + A[j, k] } }
        }""",
    "branch-of-all": """
        nest f(A: f32[2, 8]) -> (C: f32[2, 8]) {
          for i in 0..2 {
            vectorized for j in 0..8 { if i < 1 { C[i, j] = A[i, j] } else { C[i, j] = 0.0f32 } }
          }
        }""",
    "branch-of-some": """
        nest f(A: f32[8]) -> (C: f32[8]) {
          vectorized for j in 0..8 { if j < 3 { C[j] = A[j] } else { C[j] = 0.0f32 } }
        }""",
    "diagonal-store": """
        nest f(A: f32[8]) -> (C: f32[8, 8]) {
          for i in 0..8 { vectorized for j in 0..8 { C[j, i] = 0.0f32 } }
          vectorized for j in 0..8 { C[j, j] = A[j] }
        }""",
    "alloc": """
        nest f(A: f32[8]) -> (C: f32[8]) { vectorized for j in 0..8 { local T: f32[1]  T[0] = A[j]
          C[j] = T[0] } }""",
}
SERIAL = {"diagonal", "branch-of-some", "diagonal-store", "alloc"}


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(Vectorize(64))
    assert after == shown


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says (vectors of 32 bytes)."""
    golden(f"passes/vectorize/{name}.txt", golden_text(Vectorize(32), CASES[name]))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [16, 64])
def test_every_width_computes_the_same(name: str, width: int) -> None:
    """Only what lanes cannot do together is left as loops over single elements."""
    nest = transformed(Vectorize(width), CASES[name])
    loops = [s for s in walk_stmts(nest.body) if isinstance(s, For) and s.var == "j" and "ramp" not in str(s)]
    assert bool(loops) == (name in SERIAL)

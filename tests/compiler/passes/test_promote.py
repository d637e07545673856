"""Promoting: what a loop accumulates is in registers, unless anything else could see the difference."""

from collections.abc import Callable

import pytest
from support.passes import documented, golden_text, transformed
from txc.compiler.passes.promote import Promote

PROMOTED = {
    "outermost-loop": """
        nest f(A: i64[4, 3, 2]) -> (C: i64[4]) {
          for i in 0..4 { C[i] = 0  for j in 0..3 { for k in 0..2 { C[i] = C[i] + A[i, j, k] } } }
        }""",
    "plain-statements": """
        nest f(A: i64[4, 5]) -> (C: i64[5], D: i64[5]) {
          for i in 0..5 {
            C[i] = A[0, i]  C[i] = C[i] + A[1, i]  D[i] = A[2, i]  C[i] = C[i] * A[3, i]
          }
        }""",
    "vectors": """
        nest f(A: f32[3, 12]) -> (C: f32[12]) {
          C[ramp(0, 1, 8)] = splat(0.0f32, 8)  C[ramp(8, 1, 4)] = splat(0.0f32, 4)
          for k in 0..3 {
            C[ramp(0, 1, 8)] = C[ramp(0, 1, 8)] + A[k, ramp(0, 1, 8)]
            C[ramp(8, 1, 4)] = C[ramp(8, 1, 4)] + A[k, ramp(8, 1, 4)]
          }
        }""",
    "start-in-memory": """
        nest f(A: i64[5]) -> (C: i64) { C[] = A[4]  for k in 0..4 { C[] = C[] * 2 + A[k] } }""",
    "set-first": """
        nest f(A: i64[5], B: i64[5]) -> (C: i64, D: i64[5]) {
          for k in 0..5 { C[] = A[k] * 2  D[k] = C[] + B[k] }
        }""",
    "constant-is-read-before": """
        nest f(A: i64[5]) -> (C: i64, D: i64) { C[] = 7  D[] = C[]  for k in 0..5 { C[] = C[] + A[k] } }""",
    "argmax": """
        nest f(X: f32[6]) -> (C: i64) {
          local best: f32[1]
          best[0] = -inff32  C[] = 0
          for k in 0..6 {
            let take = X[k] > best[0]
            best[0] = select(take, X[k], best[0])  C[] = select(take, k, C[])
          }
        }""",
    "branch-after-constant": """
        nest f(A: i64[5]) -> (C: i64[1]) { C[0] = 0  for k in 0..8 { if k < 5 { C[0] = C[0] + A[k] } } }""",
    "only-read-place": """
        nest f(A: i64[5]) -> (C: i64[2]) { C[0] = 3  C[1] = 1
          for k in 0..5 { C[1] = C[1] * C[0] + A[k] } }""",
    "inside-parallel": """
        nest f(A: i64[4, 3]) -> (C: i64[4]) {
          parallel for i in 0..4 { C[i] = 0  for k in 0..3 { C[i] = C[i] + A[i, k] } }
        }""",
}
KEPT = {
    "moves": """
        nest f(A: i64[5]) -> (C: i64[5]) {
          for i in 0..5 { C[i] = 1 }
          for k in 0..5 { C[k] = C[k] + A[k] }
        }""",
    "moves-with-a-let": """
        nest f(A: i64[6]) -> (C: i64[3]) { for k in 0..6 { let i = k // 2  C[i] = A[k]
          C[i] = C[i] * 2 } }""",
    "aliases": """
        nest f(A: i64[3]) -> (C: i64[3]) {
          for i in 0..3 { C[i] = 5 }
          for k in 0..3 { C[0] = C[0] + C[k] }
        }""",
    "maybe-aliases": """
        nest f(A: i64[2]) -> (C: i64[9]) {
          for i in 0..9 { C[i] = i }
          for k in 0..3 { C[A[0]] = C[A[0]] + 1  C[A[1]] = C[A[1]] * 2 }
        }""",
    "overlapping-vectors": """
        nest f(A: i64[8]) -> (C: i64[8]) {
          C[ramp(0, 1, 8)] = A[ramp(0, 1, 8)]
          for k in 0..3 { C[ramp(0, 1, 4)] = C[ramp(0, 1, 4)] + C[ramp(2, 1, 4)] }
        }""",
    "branch": """
        nest f(A: i64[5]) -> (C: i64[1]) {
          C[0] = A[4]  for k in 0..9 { if k < 5 { C[0] = C[0] + A[k] } }
        }""",
    "guarded-by-a-select": """
        nest f(A: i64[3], T0: i64) -> (C: i64[3]) {
          for i in 0..3 { C[i] = A[i] }
          for i in 0..3 { for k in 0..2 { C[i] = C[i] + select(i >= 1, C[i - 1], 0) } }
        }""",
    "allocated-inside": """
        nest f(A: i64[5]) -> (C: i64[5]) { for k in 0..5 { local T: i64[1]  T[0] = A[k]
          C[k] = T[0] * T[0] } }""",
    "parallel-inside": """
        nest f(A: i64[3]) -> (C: i64, D: i64[4]) {
          for k in 0..3 { C[] = A[k]  parallel for i in 0..4 { D[i] = C[] + i } }
        }""",
}


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(Promote())
    assert after == shown


@pytest.mark.parametrize("name", PROMOTED)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says."""
    golden(f"passes/promote/{name}.txt", golden_text(Promote(), PROMOTED[name]))


@pytest.mark.parametrize("name", KEPT)
def test_what_could_see_the_difference_stays(name: str) -> None:
    nest = transformed(Promote(), KEPT[name])
    assert "register" not in str(nest)


def test_more_places_than_the_limit_stay_in_memory() -> None:
    assert "register" not in str(transformed(Promote(limit=1), PROMOTED["vectors"]))

"""Naming: a load that straight-line code repeats is done once, as long as nothing stores in between."""

from collections.abc import Callable

import pytest
from support.passes import documented, golden_text, transformed
from txc.compiler.passes.name_values import NameValues

NAMED = {
    "spread": """
        nest f(A: f32[2], B: f32[8]) -> (C: f32[2, 8]) {
          C[0, ramp(0, 1, 8)] = splat(A[0], 8) * B[ramp(0, 1, 8)]
          C[1, ramp(0, 1, 8)] = splat(A[0], 8) + B[ramp(0, 1, 8)]
        }""",
    "twice-in-one": "nest f(A: i64[2]) -> (C: i64) { C[] = A[0] * A[0] + A[1] }",
    "after-a-let": """
        nest f(A: i64[9]) -> (C: i64[2]) { let i = 3 // 2  C[0] = A[i] + 1  C[1] = A[i] + 2 }""",
    "also-in-a-branch": """
        nest f(A: i64[2]) -> (C: i64[2]) { C[0] = A[0] + A[0]  C[1] = select(C[0] < 3, A[0], 1) }""",
    "guarded": """
        nest f(A: f32[2], B: f32[16]) -> (C: f32[3, 16]) {
          for i in 0..3 {
            C[i, ramp(0, 1, 8)] = splat(select(i >= 1, A[i - 1], 0.0f32), 8) * B[ramp(0, 1, 8)]
            C[i, ramp(8, 1, 8)] = splat(select(i >= 1, A[i - 1], 0.0f32), 8) + B[ramp(8, 1, 8)]
          }
        }""",
    "cast-and-used-bare": """
        nest f(A: i8[2], B: i32[2]) -> (C: i32[2], D: i8) {
          C[0] = i32(A[0]) * B[0]  C[1] = i32(A[0]) * B[1]  D[] = A[0]
        }""",
    "runs-apart": """
        nest f(A: i64[2]) -> (C: i64[4]) {
          C[0] = A[0]  C[1] = A[0]
          for k in 0..2 { C[k + 2] = A[k] * A[k] }
          C[0] = A[0] + A[0]
        }""",
}
KEPT = {
    "stored": """
        nest f(A: i64[2]) -> (C: i64[2]) {
          C[0] = A[0]  C[1] = C[0] + C[0]  C[0] = C[1]  C[1] = C[0] * C[0]
        }""",
    "only-in-branches": """
        nest f(A: i64[3]) -> (C: i64[2]) {
          for i in 0..2 {
            C[i] = select(i >= 1, A[i - 1], 0) + select(i >= 1, A[i - 1], 1)
          }
        }""",
    "chosen-of-what-is-stored": """
        nest f(A: i64[3]) -> (C: i64[2]) {
          C[0] = 0  C[1] = 0
          for i in 0..2 {
            C[i] = select(i >= 1, C[0], A[0]) + 1
            C[0] = select(i >= 1, C[0], A[0]) + 2
          }
        }""",
    "only-behind-and": """
        nest f(A: i64[3]) -> (C: bool[2]) {
          C[0] = 1 < 2 and A[0] < 1  C[1] = 2 < 3 or A[0] < 1
        }""",
    "signed-zeros": """
        nest f(A: f32[3]) -> (C: f32[2]) {
          C[0] = 1.0f32 / select(1 < 2, 0.0f32, A[0])  C[1] = 1.0f32 / select(1 < 2, -0.0f32, A[0])
        }""",
    "register": """
        nest f(A: i64[3]) -> (C: i64[2]) {
          register T: i64[1]  T[0] = A[0]
          if A[1] < 9 { C[0] = T[0] + T[0]  C[1] = T[0] }
        }""",
    "once": "nest f(A: i64[3]) -> (C: i64[2]) { C[0] = A[0]  C[1] = A[1] }",
}


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(NameValues())
    assert after == shown


@pytest.mark.parametrize("name", NAMED)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says."""
    golden(f"passes/name_values/{name}.txt", golden_text(NameValues(), NAMED[name]))


@pytest.mark.parametrize("name", KEPT)
def test_nothing_is_named_that_may_change_or_not_be_there(name: str) -> None:
    assert "let" not in str(transformed(NameValues(), KEPT[name]))

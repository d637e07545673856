"""Scalarizing: a local buffer becomes registers where each access is at a known place of its own."""

from collections.abc import Callable

import pytest
from support.passes import documented, golden_text, transformed
from txc.compiler.loop.ir import Alloc
from txc.compiler.loop.visit import walk_stmts
from txc.compiler.passes.scalarize import Scalarize

CASES = {
    "tile": """
        nest f(A: f32[3]) -> (C: f32[16]) {
          local T: f32[16]
          T[ramp(0, 1, 8)] = splat(0.0f32, 8)  T[ramp(8, 1, 8)] = splat(1.0f32, 8)
          for k in 0..3 {
            T[ramp(0, 1, 8)] = T[ramp(0, 1, 8)] + splat(A[k], 8)
              T[ramp(8, 1, 8)] = T[ramp(8, 1, 8)] * splat(A[k], 8)
          }
          C[ramp(0, 1, 8)] = T[ramp(0, 1, 8)]  C[ramp(8, 1, 8)] = T[ramp(8, 1, 8)]
        }""",
    "widths": """
        nest f(A: f32[13]) -> (C: f32[13]) {
          local T: f32[13]
          T[ramp(0, 1, 8)] = A[ramp(0, 1, 8)]  T[ramp(8, 1, 4)] = A[ramp(8, 1, 4)]  T[12] = A[12]
          C[ramp(0, 1, 8)] = T[ramp(0, 1, 8)]  C[ramp(8, 1, 4)] = T[ramp(8, 1, 4)]  C[12] = T[12]
        }""",
    "branch": """
        nest f(A: i64[2]) -> (C: i64[2]) {
          for i in 0..2 { local T: i64[1]  if A[i] < 1 { T[0] = 1 } else { T[0] = A[i] }  C[i] = T[0] }
        }""",
    "two-dimensions": """
        nest f(A: i64[4]) -> (C: i64[4]) {
          local T: i64[2, 2]
          T[0, 0] = A[0]  T[0, 1] = A[1]  T[1, 0] = A[2]  T[1, 1] = A[3]
          C[0] = T[1, 1]  C[1] = T[0, 1]  C[2] = T[1, 0]  C[3] = T[0, 0]
        }""",
    "overlap": """
        nest f(A: f32[9]) -> (C: f32[8]) {
          local T: f32[9]
          T[ramp(0, 1, 8)] = A[ramp(0, 1, 8)]  T[8] = A[8]  C[ramp(0, 1, 8)] = T[ramp(1, 1, 8)]
        }""",
    "lane-of-a-vector": """
        nest f(A: f32[8]) -> (C: f32) { local T: f32[8]  T[ramp(0, 1, 8)] = A[ramp(0, 1, 8)]
          C[] = T[3] }""",
    "strided": """
        nest f(A: f32[8]) -> (C: f32[4]) {
          local T: f32[8]  T[ramp(0, 1, 8)] = A[ramp(0, 1, 8)]  C[ramp(0, 1, 4)] = T[ramp(0, 2, 4)]
        }""",
    "variable": """
        nest f(A: i64[4]) -> (C: i64[4]) {
          local T: i64[4]  for i in 0..4 { T[i] = A[i] }  C[0] = T[3]  for i in 0..3 { C[i + 1] = T[0] }
        }""",
    "gather": """
        nest f(A: i64[1]) -> (C: i64) { local T: i64[9]  for i in 0..9 { T[i] = i }  C[] = T[A[0]] }""",
    "global": """
        nest f(A: i64[1]) -> (C: i64) { global T: i64[1]  T[0] = A[0]  C[] = T[0] }""",
}
KEPT = {"overlap", "lane-of-a-vector", "strided", "variable", "gather", "global"}


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(Scalarize())
    assert after == shown


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says."""
    golden(f"passes/scalarize/{name}.txt", golden_text(Scalarize(), CASES[name]))


@pytest.mark.parametrize("name", CASES)
def test_memory_stays_where_registers_cannot_stand_for_it(name: str) -> None:
    nest = transformed(Scalarize(), CASES[name])
    scopes = {s.buffer.scope for s in walk_stmts(nest.body) if isinstance(s, Alloc)}
    assert (scopes == {"register"}) == (name not in KEPT)


def test_more_places_than_the_limit_stay_in_memory() -> None:
    nest = transformed(Scalarize(limit=3), CASES["two-dimensions"])
    assert "register" not in str(nest)

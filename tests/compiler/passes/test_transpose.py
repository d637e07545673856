"""Transposing copies: read and written by vectors, whatever the sizes; what does not fit stays as it is."""

import re
from collections.abc import Callable

import pytest
from support.passes import documented, golden_text, transformed
from txc.compiler.loop.ir import Load, Nest, Ramp, Shuffle, Store
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.text import parse
from txc.compiler.loop.visit import all_exprs, loads, stores
from txc.compiler.passes.transpose import Transpose
from txc.compiler.passes.vectorize import Vectorize

CASES = {
    "square": """
        nest f(T: f32[8, 8]) -> (Y: f32[8, 8]) {
          for f in 0..8 { vectorized for x in 0..8 { Y[f, x] = T[x, f] } } }""",
    "lanes-outside": """
        nest f(T: f32[4, 8]) -> (Y: f32[8, 4]) {
          vectorized for f in 0..8 { for x in 0..4 { Y[f, x] = T[x, f] } } }""",
    "write-back-of-a-tile": """
        nest f(X: f32[2, 7, 16], bias: f32[16]) -> (Y: f32[16, 2, 40]) {
          for i in 0..16 { for j in 0..2 { for k in 0..40 { Y[i, j, k] = 0.0f32 } } }
          local T: f32[2, 7, 16]
          for y in 0..2 { for x in 0..7 { for f in 0..16 { T[y, x, f] = X[y, x, f] } } }
          for f in 0..16 { for y in 0..2 { vectorized for x in 0..7 {
            Y[f, y, x + 5] = max(T[y, x, f] + bias[f], 0.0f32) } } } }""",
    "rows-and-columns-left": """
        nest f(A: f32[23, 19]) -> (P: f32[19, 23]) {
          for k in 0..19 { vectorized for i in 0..23 { P[k, i] = A[i, k] } } }""",
    "packed-panels": """
        nest f(A: f32[12, 40]) -> (P: f32[2, 40, 6]) {
          for i0 in 0..2 { for k in 0..40 { vectorized for i1 in 0..6 {
            P[i0, k, i1] = A[i0 * 6 + i1, k] } } } }""",
    "two-operands": """
        nest f(A: f32[8, 8], B: f32[8, 8], C: f32[8, 8]) -> (D: f32[8, 8]) {
          for i in 0..8 { vectorized for j in 0..8 { D[i, j] = A[j, i] * B[j, i] + C[i, j] } } }""",
    "narrow-to-wide": """
        nest f(A: i8[4, 8]) -> (D: i32[8, 4]) {
          for i in 0..8 { vectorized for j in 0..4 { D[i, j] = i32(A[j, i]) } } }""",
    "one-dimension": """
        nest f(A: f32[24]) -> (D: f32[24]) {
          for i in 0..6 { vectorized for j in 0..4 { D[i * 4 + j] = A[j * 6 + i] } } }""",
}
LEFT = {
    "not-marked": """
        nest f(A: f32[8, 8]) -> (D: f32[8, 8]) {
          for i in 0..8 { for j in 0..8 { D[i, j] = A[j, i] } } }""",
    "contiguous": """
        nest f(A: f32[8, 8]) -> (D: f32[8, 8]) {
          for i in 0..8 { vectorized for j in 0..8 { D[i, j] = A[i, j] } } }""",
    "guarded": """
        nest f(A: f32[8, 8]) -> (D: f32[9, 9]) {
          for i in 0..9 { vectorized for j in 0..9 {
            D[i, j] = select(j < 8 and i < 8, A[j, i], 0.0f32) } } }""",
    "rows-that-meet": """
        nest f(A: f32[8, 8]) -> (D: f32[15]) {
          for i in 0..8 { vectorized for j in 0..8 { D[i + j] = A[j, i] } } }""",
    "diagonal": """
        nest f(A: f32[16, 8]) -> (D: f32[8, 8]) {
          for i in 0..8 { vectorized for j in 0..8 { D[i, j] = A[i + j, i] } } }""",
    "in-place": """
        nest f(A: f32[8]) -> (D: f32[8, 8]) {
          for i in 0..8 { for j in 0..8 { D[i, j] = A[i] } }
          for i in 0..8 { vectorized for j in 0..8 { D[i, j] = D[i, j] + A[i] } } }""",
    "gathered": """
        nest f(A: f32[9, 9], at: i32[8]) -> (D: f32[8, 8]) {
          for i in 0..8 { vectorized for j in 0..8 { D[i, j] = A[i64(at[j]), i] } } }""",
}


def shuffles(nest: Nest) -> int:
    return sum(isinstance(e, Shuffle) for e in all_exprs(nest))


def test_the_documentation_shows_what_it_does() -> None:
    after, shown = documented(Transpose(16))
    assert str(simplify(parse(after))) == shown


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """Each case computes what it did, and reads as the golden file says (vectors of 32 bytes)."""
    text = golden_text(lambda nest: simplify(Transpose(32)(nest)), CASES[name])
    golden(f"passes/transpose/{name}.txt", text)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [16, 32, 64])
def test_every_width_computes_the_same(name: str, width: int) -> None:
    """Shuffles of any width; no access to memory has another stride than one, but for what is left over."""
    nest = transformed(lambda n: Vectorize(width)(Transpose(width)(n)), CASES[name])
    assert shuffles(nest) > 0
    if "left" not in name:
        strides = [e.stride for access in (*loads(nest), *stores(nest)) for e in access.index
                   if isinstance(e, Ramp)]
        assert set(strides) <= {1}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_no_transposing_copy_stays(name: str) -> None:
    """Reads that may not happen, iterations that meet in an element, subscripts that are not affine."""
    assert shuffles(transformed(Transpose(32), LEFT[name])) == 0


def test_a_square_takes_as_many_accesses_as_rows() -> None:
    """8 × 8 floats: 8 loads, 24 shuffles, 8 stores."""
    nest = transformed(Transpose(32), CASES["square"])
    assert (len(list(loads(nest))), shuffles(nest), len(list(stores(nest)))) == (8, 24, 8)
    assert all(isinstance(access, Load | Store) for access in (*loads(nest), *stores(nest)))
    assert re.search(r"\bvectorized\b", str(nest)) is None

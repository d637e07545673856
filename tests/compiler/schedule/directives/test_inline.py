"""`inline`: the stage's expression where it is read, with its guards, its rounding and its types."""

import pytest
from support.kernels import dag
from support.scheduled import check_nest, error_of, nest_of, shown

GUARDED = dag("kernel f[N = 9](X: f32[N]) -> (D: f32[N]) { T[i] = X[i] * 2  D[i < N] = (T[i - 1] else 3) + "
              "T[i] }")
HALF = dag("kernel f[N = 9](X: f16[N]) -> (D: f16[N]) "
           "{ T[i] = (X[i + 1] else 2) * X[i]  D[i < N] = (T[i - 1] else 1) + T[i] }")
CHAIN = dag("kernel f[N = 9](X: f32[N]) -> (D: f32[N]) "
            "{ A[i] = X[i] * 2  T[i] = A[i] + 1  D[i < N] = (T[i - 1] else 0) }")
BYTES = dag("kernel f[N = 9](X: i8[N]) -> (D: i32[N]) { T[i] = X[i] * 100  D[i] = i32(T[i]) * 2 }")


def test_guarded_reads_keep_their_guard(golden):
    """Outside the stage's shape the value of the guard stands, and nothing is read."""
    golden("schedule/inline/guarded.txt", shown(GUARDED, "inline T"))


def test_rounding_is_kept():
    """A 16-bit stage rounds where it is inlined as it would where it is stored."""
    check_nest(HALF, nest_of(HALF, "inline T"), kind="normal")


def test_integers_wrap_as_stored():
    """An inlined i8 still wraps at 8 bits."""
    check_nest(BYTES, nest_of(BYTES, "inline T"), kind="normal")


@pytest.mark.parametrize("inner", [1, 2, 4, 16])
def test_regions_of_reads_inside_guards(inner: int):
    """A stage read through an inlined guard is computed inside its own shape only."""
    check_nest(CHAIN, nest_of(CHAIN, f"inline T split D.i: [i0, i1: {inner}] compute A at D.i0"))


def test_a_stage_inlined_into_two_readers():
    """Each reader has its own copy; order of directives does not matter."""
    graph = dag("kernel f[N = 5](X: f32[N]) -> (Y: f32[N], Z: f32[N]) { T[i] = X[i] * 2  Y[i] = T[i] + 1  "
                "Z[i] = Y[i] * T[i] }")
    for schedule in ("inline T", "split Z.i: [a, b: 2] inline T", "compute Y at Z.i inline T"):
        check_nest(graph, nest_of(graph, schedule))


def test_padding():
    """`X.pad` means guarded reads of X: there must be some (S443), and they must agree (S444)."""
    kernel = ("kernel f[N = 9](X: f32[N], Z: f32[N]) -> (D: f32[N]) "
              "{{ D[i < N] = (X[i - 1] else 0) + (X[i + 1] else {}) + Z[i] }}")
    assert error_of(dag(kernel.format(0)), "inline X.pad") == ("", "")
    assert error_of(dag(kernel.format(1)), "inline X.pad") == ("S444", "X.pad")
    assert error_of(dag(kernel.format(0)), "inline Z.pad") == ("S443", "Z.pad")
    assert error_of(dag(kernel.format(1)), "compute X.pad at D.i") == ("S444", "X.pad")

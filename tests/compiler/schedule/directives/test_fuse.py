"""`fuse`: one loop for several, decoded by division and remainder; what is left over is not run."""

import pytest
from support.kernels import dag
from support.scheduled import check_nest, nest_of, shown

CUBE = dag("kernel f[A = 3, B = 5, C = 7](X: f32[A, B, C]) -> (D: f32[A, B, C]) { D[i, j, k] = X[i, j, k] * "
           "2 }")
SUM = dag("kernel f[M = 4, N = 5, K = 6](X: f32[M, N, K]) -> (s: f32[M]) { s[i] = sum[j, k](X[i, j, k]) }")

CASES = {
    "two": "fuse D.i D.j as t",
    "with_tail": "split D.j: [j0, j1: 2] fuse D.i D.j0 as t",
    "then_split": "fuse D.j D.k as t split D.t: [t0, t1: 8]",
    "split_then_fuse": "split D.k: [k0, k1: 4] fuse D.k0 D.k1 as t",
    "of_fused": "fuse D.i D.j as t fuse D.t D.k as u",
}


@pytest.mark.parametrize("name", CASES)
def test_golden(golden, name: str):
    """The members' steps are named where the fused loop's value is complete."""
    golden(f"schedule/fuse/{name}.txt", shown(CUBE, CASES[name]))


@pytest.mark.parametrize("schedule", [
    "fuse D.i D.j D.k as t split D.t: [t0, t1: 4, t2: 3] order D: t1 t0 t2",
    "split D.k: [k0, k1: 4] split D.k1: [k2, k3: 3] fuse D.k0 D.k2 as t",
    "split D.i: [i0, i1: 2] split D.j: [j0, j1: 3] order D: i0 j0 i1 j1 k fuse D.i0 D.j0 as t fuse D.i1 D.j1 "
    "as u",
    "split D.k: [k0, k1: 4] fuse D.j D.k0 as t split D.t: [t0, t1: 3] fuse D.i D.t0 as u",
    "split D.i: [i0, i1: 2] fuse D.i1 D.j as t fuse D.i0 D.t as u parallel D.u",
    "split D.j: [j0, j1: 4] parallel D.i D.j0",
])
def test_each_element_once(schedule: str):
    """Fused of parts, split again, fused again: tails of every level are left out, nothing is run twice."""
    check_nest(CUBE, nest_of(CUBE, schedule))


@pytest.mark.parametrize("schedule",
                         ["fuse s.j s.k as t", "fuse s.j s.k as t split s.t: [t0, t1: 7] order s: t0 i t1",
                                      "split s.j: [j0, j1: 3] fuse s.j1 s.k as t order s: j0 i t"])
def test_fused_reductions(schedule: str):
    """Fused reduction loops are a reduction loop."""
    check_nest(SUM, nest_of(SUM, schedule))

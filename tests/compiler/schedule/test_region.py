"""Regions: the hull of what is read, exact for affine subscripts, inside its tensor always."""

from __future__ import annotations

import pytest
from support.kernels import dag
from support.scheduled import check_nest, nest_of, state_of
from txc.compiler.loop.ir import Alloc, Buffer
from txc.compiler.loop.visit import walk_stmts

N = 13
# reads of A[0 .. 40) in D[i < 13], and how many elements a tile of 4 needs
READS = {
    "A[i]": 4, "A[i] + A[i + 1]": 5, "A[i + 9] + A[i + 2]": 11, "A[3 * i]": 10, "A[3 * i + 2] + A[3 * i]": 12,
    "A[12 - i]": 4, "A[38 - 3 * i]": 10, "A[i] + A[12 - i]": 40, "A[i] + A[2 * i]": 40,
    "A[i // 3]": 2, "A[i // 4 + 1]": 2, "A[i % 5]": 5, "A[i % 2 + 7]": 2, "A[i // 3 + i]": 5,
    "A[(i + 1) // 2 * 2]": 40,
    "A[clamp(ids[i])]": 40, "(A[ids[i]] else 1)": 40, "(A[i - 2] else 0)": 4,
    "(A[i - 2] else 0) + (A[i + 2] else 0)": 8,
    "(A[2 - i] else 5)": 4, "(A[i + 35] else 5)": 4, "A[7]": 1, "sum[r < 3](A[i + r])": 4,
    "sum[r < 3](A[2 * i + 5 * r])": 7,
    "(A[i - 3] if i > 2 else A[i])": 7,
}


@pytest.mark.parametrize("reads", READS)
def test_extents_and_results(reads: str):
    """Any tile, any tail, any order gives the right numbers, from a buffer of the size that is expected."""
    graph = dag(f"kernel f[N = {N}](X: f32[40], ids: i32[N]) -> (D: f32[N]) {{ A[a < 40] = X[a] * 2  "
                f"D[i < N] = {reads} + (f32(ids[i]) * 0 if i < 0 else 0) }}")
    host = "D.sum" if "sum[" in reads else "D"
    tiled = f"split {host}.i: [i0, i1: 4] compute A at {host}.i0"
    extent = state_of(graph, tiled).stages["A"].axes["a"].extent
    assert isinstance(extent, int)
    if "sum[" in reads:
        assert extent == {"sum[r < 3](A[i + r])": 6, "sum[r < 3](A[2 * i + 5 * r])": 17}[reads]
    elif "//" in reads or "%" in reads:
        assert extent <= READS[reads] + 1 or extent == 40
    else:
        assert extent == READS[reads]
    for schedule in (tiled, f"compute A at {host}.i",
                     f"split {host}.i: [i0, i1: 5] order {host}: i1 i0 compute A at {host}.i1"
                     if host == "D" else tiled, f"{tiled} parallel {host}.i0"):
        check_nest(graph, nest_of(graph, schedule))


def test_a_region_moved_inside_moves_those_behind_it():
    """B's region is moved inside B at the edges; what it reads of the larger A is counted from there."""
    graph = dag("kernel f[N = 9](X: f32[N + 10]) -> (D: f32[N]) { A[i < N + 10] = X[i] * 2  B[i < N] = A[i + "
                "5] + A[i]  "
                "D[i < N] = (B[i - 2] else 0) + (B[i + 1] else 3) }")
    for tile in (1, 2, 4, 9):
        split = f"split D.i: [i0, i1: {tile}] compute B at D.i0 "
        for place in ("compute A at D.i0", "compute A at B.i", ""):
            check_nest(graph, nest_of(graph, split + place))


def test_tails_have_smaller_buffers():
    """The last tile has a nest of its own, with a buffer of its own."""
    graph = dag("kernel f[N = 13](X: f32[N]) -> (D: f32[N]) { A[i] = X[i] * 2  D[i] = A[i] + 1 }")
    nest = nest_of(graph, "split D.i: [i0, i1: 5] compute A at D.i0")
    buffers: list[Buffer] = [s.buffer for s in walk_stmts(nest.body) if isinstance(s, Alloc)]
    assert [b.shape for b in buffers] == [(5,), (3,)]

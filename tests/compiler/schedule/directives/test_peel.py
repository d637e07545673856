"""`peel`: borders and an interior without guards, for loops, loops of tiles and members of fused loops."""

from collections.abc import Callable

import pytest
from support.kernels import dag
from support.scheduled import check_nest, error_of, nest_of, shown
from txc.compiler.loop.guards import guards_of
from txc.compiler.loop.simplify import simplify

ROW = dag("kernel f[N = 20](X: f32[N]) -> (Y: f32[N]) { Y[i < N] = sum[s < 3]((X[i + s - 1] else 0)) }")
DILATED = dag("""kernel f[N = 23](X: f32[N]) -> (Y: f32[12]) {
    Y[i < 12] = sum[s < 3]((X[i * 2 + s * 2 - 3] else 0)) }""")
IMAGE = dag("""kernel f[N = 9](X: f32[N, N], F: f32[3, 3]) -> (Y: f32[N, N]) {
    Y[y, x] = sum[r, s]((X[y + r - 1, x + s - 1] else 0) * F[r, s]) }""")


@pytest.mark.parametrize(("name", "graph", "schedule"), [
    ("whole", ROW, "peel Y.i"),
    ("tiles", ROW, "split Y.i: [i0, i1: 4] order Y: i0 s i1 peel Y.i0"),
    ("taps", ROW, "split Y.i: [i0, i1: 4] order Y: i0 s i1 unroll Y.s peel Y.i0"),
    ("dilated", DILATED, "peel Y.i"),
    ("fused", ROW, "split Y.i: [i0, i1: 2, i2: 4] peel Y.i1 fuse Y.i0 Y.i1 as t"),
    ("parallel", ROW, "peel Y.i parallel Y.i"),
    ("phases", dag("""kernel f[N = 6](X: f32[N], F: f32[4]) -> (Y: f32[12]) {
        Y[i < 12] = sum[q < 2]((X[(i + 1) // 2 - q] else 0) * F[(i + 1) % 2 + q * 2]) }"""),
     "split Y.i: [i0, i1: 2] order Y: i1 i0 q unroll Y.i1 peel Y.i0"),
])
def test_golden(name: str, graph, schedule: str, golden: Callable[[str, str], None]) -> None:
    """What is left of a guard in a border depends on inner loops alone, the interior has none."""
    check_nest(graph, nest_of(graph, schedule))
    golden(f"schedule/peel/{name}.txt", shown(graph, schedule))


def test_an_image_with_unrolled_taps_has_no_guard_left() -> None:
    """Both spatial loops peeled: nine nests, in which every guard is decided once taps are numbers."""
    from txc.compiler.passes.unroll import Unroll

    nest = nest_of(IMAGE, "order Y: y x r s unroll Y: 9 peel Y.y peel Y.x")
    written = simplify(Unroll()(nest))
    assert not list(guards_of(written.body, {}))


def test_a_loop_without_guards_stays_whole() -> None:
    graph = dag("kernel f[N = 20](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] }")
    assert shown(graph, "peel Y.i") == shown(graph, "")


def test_an_unknown_loop_is_an_error() -> None:
    assert error_of(ROW, "peel Y.k") == ("S402", "Y.k")

"""`compute … at`: the region is what is read there and no more, wherever the place is."""

from __future__ import annotations

import pytest
from support.kernels import dag
from support.scheduled import check_nest, error_of, nest_of, shown, state_of

DENSE = dag("kernel f[M = 5, N = 7, K = 3](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) "
            "{ C[i, j] = sum[k](A[i, k] * B[k, j])  D[i, j] = max(C[i, j], 0) }")
CHAIN = dag("kernel f[N = 11](X: f32[N + 3]) -> (D: f32[N]) { A[i < N + 3] = X[i] * 2  "
            "B[i < N + 1] = A[i] + A[i + 2]  D[i < N] = B[i] * 3 + B[i + 1] }")
INNER = dag("kernel f[M = 3, N = 7, K = 5](X: f32[M, K], Y: f32[K, N]) -> (D: f32[M, N]) { "
            "P[k, j] = Y[k, j] * 2  Q[i, k] = X[i, k] + 1  D[i, j] = sum[k](Q[i, k] * P[k, j]) }")
OUTPUTS = dag("kernel f[N = 7, M = 5](X: f32[N, M]) -> (Y: f32[N, M], D: f32[N, M], S: f32[N]) { "
              "Y[i, j] = X[i, j] * 2  D[i, j] = Y[i, j] + 1  S[i] = sum[j](D[i, j]) }")


@pytest.mark.parametrize(("name", "graph", "schedule"), [
    ("tile", DENSE, "split D.i: [i0, i1: 2] split D.j: [j0, j1: 7] order D: i0 j0 i1 j1 compute C at D.i0"),
    ("chain", CHAIN, "split D.i: [i0, i1: 11] compute B at D.i1 compute A at B.i"),
    ("two_at_one_loop", INNER, "order D: i k j compute P at D.k compute Q at D.k"),
    ("output", OUTPUTS, "compute Y at D.i"),
])
def test_golden(golden, name: str, graph, schedule: str):
    """A buffer of exactly the region, filled just where it is read."""
    golden(f"schedule/places/{name}.txt", shown(graph, schedule))


@pytest.mark.parametrize("loop", ["i0", "j0", "i1", "j1"])
@pytest.mark.parametrize("tiles", [(2, 3), (5, 7), (1, 1), (4, 16)])
def test_every_place_of_a_tile(loop: str, tiles: tuple[int, int]):
    """Tails of the reader have smaller regions; a marked loop of either stage makes no difference."""
    split = (f"split D.i: [i0, i1: {tiles[0]}] split D.j: [j0, j1: {tiles[1]}] "
             f"order D: i0 j0 i1 j1 compute C at D.{loop}")
    for more in ("", " order C: k i j vectorize C.j", " parallel D.i0", " split C.i: [a, b: 2] unroll C: 8"):
        check_nest(DENSE, nest_of(DENSE, split + more))


@pytest.mark.parametrize("order", ["k0 i j0 k1 j1", "i k0 j0 k1 j1", "j1 j0 k0 i k1", "i j0 j1 k1 k0"])
@pytest.mark.parametrize("places", [("k0", "k0"), ("k1", "i"), ("j1", "k1"), ("j0", "j1")])
def test_places_inside_reductions(order: str, places: tuple[str, str]):
    """Producers inside reduction loops, also where parts are ordered against their splits."""
    check_nest(INNER, nest_of(INNER, f"split D.k: [k0, k1: 2] split D.j: [j0, j1: 3] order D: {order} "
                                     f"compute P at D.{places[0]} compute Q at D.{places[1]}"))


@pytest.mark.parametrize("schedule", [
    "compute B at D.i compute A at D.i", "compute B at D.i compute A at B.i",
    "split D.i: [i0, i1: 4] compute B at D.i0 compute A at B.i",
    "split D.i: [i0, i1: 4] compute B at D.i1 compute A at D.i0",
    "split D.i: [i0, i1: 4] compute B at D.i0 split B.i: [b0, b1: 3] compute A at B.b0 split A.i: [a0, a1: "
    "2]",
    "split D.i: [i0, i1: 4] compute B at D.i0 split B.i: [b0, b1: 3] order B: b1 b0 compute A at B.b1",
    "compute A at B.i split D.i: [i0, i1: 3] parallel D.i0 compute B at D.i1 inline B",
    "split D.i: [i0, i1: 4] compute B at D.i0 compute A at D.i0 inline B",
])
def test_chains(schedule: str):
    """A at B at D, both at D, at different loops, with the one between inlined."""
    if "inline" in schedule and "A at B" in schedule:
        assert error_of(CHAIN, schedule)[0] == "S442"
    else:
        check_nest(CHAIN, nest_of(CHAIN, schedule))


def test_changes_around_an_attached_stage():
    """Directives on the reader after the fact change the region, never the result."""
    check_nest(DENSE, nest_of(DENSE, "compute C at D.j split D.i: [i0, i1: 2] order D: i0 j i1"))
    check_nest(DENSE, nest_of(DENSE, "compute C at D.i split D.j: [j0, j1: 3] order D: j0 i j1 split C.j: "
                                     "[a: 7, b: 1]"))


@pytest.mark.parametrize(("schedule", "legal"), [
    ("compute Y at D.i", True), ("compute Y at D.j", True), ("compute Y at D.i parallel D.i", True),
    ("split D.i: [i0, i1: 3] compute Y at D.i0", True), ("fuse D.i D.j as t compute Y at D.t", True),
    ("compute D at S.i", True), ("compute D at S.j", True), ("compute D at S.i compute Y at S.i", True),
    ("order S: j i compute D at S.j", True),
    ("split D.i: [i0, i1: 3] order D: i1 i0 j compute Y at D.i1", False),   # all of Y in each
    ("compute D at S.i compute Y at D.j", False),                           # inside another stage's loops
    ("split S.j: [j0, j1: 2] order S: j1 i j0 compute D at S.i", False),
])
def test_outputs(schedule: str, legal: bool):
    """An output is computed at a loop only where each iteration has elements of its own."""
    if legal:
        check_nest(OUTPUTS, nest_of(OUTPUTS, schedule), ("forward", "reversed", "shuffled"))
    else:
        assert error_of(OUTPUTS, schedule)[0] == "S452"


def test_an_output_of_which_only_a_part_is_read():
    """Elements that no iteration reads would not be computed: an error (S452)."""
    graph = dag("kernel f[N = 8](X: f32[N]) -> (Y: f32[N], D: f32[5]) { Y[i] = X[i] * 2  D[i < 5] = Y[i] + 1 "
                "}")
    assert error_of(graph, "compute Y at D.i") == ("S452", "compute Y at D.i")


def test_names_of_hoisted_stages_and_loops():
    """Stages such as Y.sum, axes called like tensors, the same names in many stages: all is told apart."""
    graph = dag("kernel f[B = 3, Y_sum = 4](X: f32[B, Y_sum]) -> (Y: f32[B]) "
                "{ C[i, j < Y_sum] = X[i, j] * 2  Y[C_i] = sum[i](C[C_i, i]) + max[i](C[C_i, i]) }")
    for schedule in ("", "compute Y.sum at Y.C_i compute Y.max at Y.C_i",
                     "split Y.sum.C_i: [C, j: 2] vectorize Y.sum.j",
                     "compute Y.max at Y.C_i compute Y.sum at Y.C_i compute C at Y.C_i parallel Y.C_i",
                     "split Y.sum.i: [i_, Y: 3] unroll Y.sum: 16"):
        check_nest(graph, nest_of(graph, schedule))


def test_a_stage_that_moves_back_to_root():
    """At root a stage has all of its extents again, for the directives that follow too."""
    schedule = "compute C at D.j compute C at root split C.j: [j0: 2, j1: 4]"
    extents = [axis.extent for axis in state_of(DENSE, schedule).stages["C"].axes.values()]
    assert extents == [5, 7, 3]
    check_nest(DENSE, nest_of(DENSE, schedule))
    assert error_of(DENSE, "compute C at D.j compute C at root split C.j: [j0: 2, j1: 3]")[0] == "S407"

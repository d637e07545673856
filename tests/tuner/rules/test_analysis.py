"""What rules know of stages: what is read again, along which axes, and by whom."""

from __future__ import annotations

import pytest
from support.derived import DENSE, PRODUCT, SCALE, SOFTMAX, context
from txc.compiler.dag import Dag, Stage
from txc.dsl.typed import Read
from txc.tuner.rules import analysis

TURNED = """kernel f[N = 16](X: f32[N], F: f32[4]) -> (Y: f32[2 * N]) {
    Y[y < 2 * N] = sum[q < 2]((X[(y + 1) // 2 - q] else 0) * F[(y + 1) % 2 + q * 2])
}"""
PADDED = """kernel f[N = 16, C = 8, O = 8](X: f32[C, N], F: f32[O, C, 3]) -> (Y: f32[O, N]) {
    Y[o < O, x < N] = sum[c, r < 3]((X[c, x + r - 1] else 0) * F[o, c, r])
}"""
VECTOR = """kernel f[M = 64, N = 64](A: f32[M, N], x: f32[N]) -> (y: f32[M]) {
    y[i] = sum[j](A[i, j] * x[j])
}"""
READERS = """kernel f[N = 16](X: f32[N]) -> (Y: f32[N], Z: f32[N], V: f32[N]) {
    T[i] = X[i] + 1
    Y[i] = T[i] * 2
    Z[i] = T[i] * 3
    V[i < N] = T[(i * 3) % N] * 4
}"""


def graph(text: str) -> Dag:
    return context(text).graph


def stage(text: str, name: str) -> Stage:
    return graph(text).stage(name)


def read(text: str, name: str, tensor: str) -> Read:
    return next(r for r in analysis.reads(stage(text, name)) if r.tensor == tensor)


def test_cheap_stages_with_few_readers_are_inlined():
    two = READERS.replace(", V: f32[N]", "").replace("    V[i < N] = T[(i * 3) % N] * 4\n", "")
    assert analysis.inlineable(graph(two), stage(two, "T"))
    assert not analysis.inlineable(graph(READERS), stage(READERS, "T"))
    assert not analysis.inlineable(graph(SOFTMAX), stage(SOFTMAX, "e"))


@pytest.mark.parametrize(("text", "name", "tiled"), [
    (DENSE, "C", True), (DENSE, "D", False), (SOFTMAX, "s", False), (PADDED, "Y", True), (TURNED, "Y", True),
])
def test_reductions_that_read_something_again_need_tiles(text: str, name: str, tiled: bool):
    assert analysis.needs_tiling(stage(text, name)) == tiled


def test_only_an_element_wise_reader_takes_a_reduction_in():
    assert analysis.elementwise_consumer(graph(DENSE), stage(DENSE, "C")) == "D"
    assert analysis.tiled_producer(graph(DENSE), stage(DENSE, "D")) == "C"
    assert analysis.elementwise_consumer(graph(PRODUCT), stage(PRODUCT, "C")) is None
    assert analysis.elementwise_consumer(graph(SOFTMAX), stage(SOFTMAX, "m")) is None
    assert analysis.tiled_producer(graph(SCALE), stage(SCALE, "Y")) == ""


def test_phases_are_axes_whose_subscripts_repeat():
    assert analysis.phases(stage(TURNED, "Y")) == {"y": 2}
    assert analysis.phases(stage(DENSE, "C")) == {}


def test_axes_behind_a_remainder_count_as_absent():
    assert analysis.reused(stage(TURNED, "Y"), read(TURNED, "Y", "F"))
    assert not analysis.reused(stage(SCALE, "Y"), read(SCALE, "Y", "X"))


@pytest.mark.parametrize(("tensor", "axis", "step"), [("B", "j", 1), ("B", "i", 0), ("B", "k", None)])
def test_steps_along_memory(tensor: str, axis: str, step: int | None):
    assert analysis.step(read(DENSE, "C", tensor), axis) == step


def test_dimensions_that_an_axis_has_alone():
    assert analysis.dimension(read(DENSE, "C", "B"), "j") == 1
    assert analysis.dimension(read(DENSE, "C", "B"), "i") is None
    assert analysis.dimension(read(PADDED, "Y", "X"), "x") is None


def test_guarded_axes_stand_beside_reduction_axes():
    assert analysis.guarded_axes(stage(PADDED, "Y")) == {"x"}
    assert analysis.guarded_axes(stage(DENSE, "C")) == frozenset()


def test_tensors_with_borders_are_those_with_such_reads():
    assert analysis.guarded_tensors(stage(PADDED, "Y")) == ("X",)
    assert analysis.guarded_tensors(stage(DENSE, "C")) == ()


def test_points_of_a_shared_axis_read_something_again():
    assert analysis.shared_axis(stage(DENSE, "C")) == 1
    assert analysis.shared_axis(stage(VECTOR, "y")) == 0
    assert analysis.shared_axis(stage(SCALE, "Y")) is None


def test_gathers_are_lanes_only_where_no_reduction_is():
    """Rows of a matrix are far apart, and are not read again; its columns are summed over."""
    assert analysis.lane_axes(stage(VECTOR, "y"), 8) == ()
    assert analysis.lane_axes(stage(VECTOR.replace("N = 64", "N = 4"), "y"), 8) == ("i",)


def test_lanes_run_along_memory_or_along_what_can_be_packed():
    """Along x the picture cannot be packed, as x + r - 1 is no axis by itself."""
    assert analysis.lane_axes(stage(DENSE, "C"), 8) == ("j",)
    assert analysis.lane_axes(stage(PADDED, "Y"), 8) == ("x", "o")

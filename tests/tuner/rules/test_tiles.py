"""The text of loops, and the limits of tiles."""

from __future__ import annotations

from support.derived import DENSE, THREADS, context
from txc.tuner.rules import tiles
from txc.tuner.rules.tiles import Loops

ABOUT = context(DENSE)
LOOPS = Loops("D", ABOUT.graph.stage("D").axes, "i")
ODD = context("kernel f(X: f32[1, 8, 4]) -> (Y: f32[1, 8, 4]) { Y[a, i, i0] = X[a, i, i0] }")


def test_loops_are_named_by_axis_and_level_with_the_lanes_last():
    assert LOOPS.level(1) == ["j1", "i1"]
    assert LOOPS.level(1, lane_first=True) == ["i1", "j1"]
    assert LOOPS.in_order(0) == ["i0", "j0"]


def test_axes_of_one_point_are_not_split_and_names_are_new():
    loops = Loops("Y", ODD.graph.stage("Y").axes, "i0")
    assert loops.whole == ["a"]
    assert [axis.name for axis in loops.split] == ["i", "i0"]
    assert loops.part("i", 0) == "i0_"


def test_parts_of_reductions_and_of_spatial_axes_have_different_names():
    """Spatial k and reduction k1 would both have a k1."""
    about = context("kernel f(X: f32[8, 4]) -> (Y: f32[8]) { Y[k] = sum[k1](X[k, k1]) }")
    loops = tiles.loops_of("Y", about.graph.stage("Y"), "k")
    assert [loops.part("k", n) for n in (0, 1)] == ["k0", "k1_"]
    assert loops.part("k1", 0) == "k10"


def test_directives_are_text():
    assert tiles.knob("width", (8, 16)) == "knob width in {8, 16}"
    assert tiles.split("C.k", [("k0", ""), ("k1", "4")]) == "split C.k: [k0, k1: 4]"
    assert tiles.rows_of(LOOPS.axes[0]) == f"1..{tiles.ROWS}"


def test_a_task_is_one_loop():
    padded = Loops("D.pad", LOOPS.axes, "i")
    assert padded.task(["i0", "j0"]) == "D.pad.D_pad_task"
    assert padded.tasks(["i0", "j0"]) == ["fuse D.pad.i0 D.pad.j0 as D_pad_task", "parallel D.pad.D_pad_task"]
    assert padded.task(["i0"]) == "D.pad.i0"
    assert padded.tasks(["i0"]) == ["parallel D.pad.i0"]


def test_accumulators_leave_registers_for_operands():
    limit = tiles.register_tile([*LOOPS.rows(2), "width"], LOOPS.points, 8, ABOUT)
    assert limit.columns == ("D.j.j2", "width")
    assert (limit.low, limit.high) == (4 * 8, (16 - 2) * 8)


def test_a_task_is_at_most_one_core_s_share():
    assert tiles.enough_tasks(["a", "b"], LOOPS.points, 8, ABOUT).high == 512 * 512 // THREADS


def test_operands_are_those_that_run_along_the_lanes_and_are_read_again():
    """A runs along i only, B along j only."""
    stage = ABOUT.graph.stage("C")
    assert [o.tensor for o in tiles.operands(stage, "C", "j", ("D.i",), "width")] == ["B"]
    along_rows = tiles.operands(stage, "C", "i", ("D.i",), "width")
    assert [(o.tensor, o.lane, o.packed) for o in along_rows] == [("A", 0, True)]

"""Inside some of the steps through a fused axis, a stage is computed over what the others leave, no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.kernels import dag
from support.scheduled import TARGET, check_nest, error_of, nest_of, shown, state_of
from txc.compiler.schedule.partly import left_inside
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives

GRID = dag("kernel f[M = 4, N = 6](X: f32[M, N]) -> (D: f32[M, N]) "
           "{ T[i, j] = X[i, j] * 2  D[i, j] = T[i, j] + 1 }")
CUBE = dag("kernel f[L = 2, M = 3, N = 4](X: f32[L, M, N]) -> (D: f32[L, M, N]) "
           "{ T[a, b, c] = X[a, b, c] * 2  D[a, b, c] = T[a, b, c] + 1 }")
OUTPUTS = dag("kernel f[M = 4, N = 6](X: f32[M, N]) -> (T: f32[M, N], D: f32[M, N]) "
              "{ T[i, j] = X[i, j] * 2  D[i, j] = T[i, j] + 1 }")


def test_golden(golden) -> None:
    """Two rows for each twelve of 24 elements, half a row for each three."""
    for tile in (12, 3):
        golden(f"schedule/partly/{tile}.txt",
               shown(GRID, f"fuse D.i D.j as t split D.t: [t0, t1: {tile}] compute T at D.t0"))


@pytest.mark.parametrize(("tile", "left"), [
    (1, [1, 1]), (2, [1, 2]), (3, [1, 3]), (6, [1, 6]), (12, [2, 6]), (18, [3, 6]), (24, [4, 6]),
    (4, [4, 6]), (5, [4, 6]), (9, [4, 6]),          # these begin and end within a row: all is safe
])
def test_what_is_left(tile: int, left: list[int]) -> None:
    """Whole rows, a part of one row, or everything."""
    state = state_of(GRID, f"fuse D.i D.j as t split D.t: [t0, t1: {tile}]").stages["D"]
    assert list(left_inside(state, ["i", "j"], 1).values()) == left


@given(st.data())
def test_no_split_of_a_fused_axis_changes_a_result(data: st.DataObject) -> None:
    """Two or three axes, whole or split, fused and cut anywhere, in order and out of it."""
    size = st.sampled_from([1, 2, 3, 4, 5, 6, 8, 12])
    graph = data.draw(st.sampled_from([GRID, CUBE]))
    axes = ["i", "j"] if graph is GRID else ["a", "b", "c"]
    text, fused = "", []
    for axis in axes:
        if data.draw(st.booleans()):
            text += f"split D.{axis}: [{axis}0, {axis}1: {data.draw(size)}] "
            fused += [f"{axis}0", f"{axis}1"]
        else:
            fused.append(axis)
    first = data.draw(st.integers(0, len(fused) - 2))
    last = data.draw(st.integers(first + 2, len(fused)))
    text += f"fuse {' '.join('D.' + loop for loop in fused[first:last])} as t "
    text += f"split D.t: [t0, t1: {data.draw(size)}, t2: {data.draw(size)}] "
    text += data.draw(st.sampled_from(["", "parallel D.t0 ", "vectorize D.t2 "]))
    text += f"compute T at D.{data.draw(st.sampled_from(['t0', 't1']))}"
    check_nest(graph, nest_of(graph, text), ("forward", "shuffled"))


def test_holes_leave_everything() -> None:
    """Only numbers are looked at; the nest of a row is then not that of the schedule filled, but as right."""
    directives = parse_directives("fuse D.i D.j as t split D.t: [t0, t1] compute T at D.t0")
    template = Template(GRID, directives, TARGET)
    for tile in (3, 6, 4):
        check_nest(GRID, template.lower((tile,)))
        assert "local T: f32[4, 6]" in str(template.lower((tile,)))


def test_an_output_is_not_computed_there() -> None:
    """Iterations between which a fused axis is cut need not have parts of their own: an error (S452)."""
    cut = "fuse D.i D.j as t split D.t: [t0, t1: 4] "
    assert error_of(OUTPUTS, cut + "compute T at D.t0")[0] == "S452"
    check_nest(OUTPUTS, nest_of(OUTPUTS, cut + "compute T at D.t1 parallel D.t0"), ("forward", "shuffled"))

"""Random padded, strided, dilated and transposed reductions × random legal schedules: however guards are
hoisted, peeled, decided by phase or dropped with the terms they make zero, the numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.directives import schedules
from support.kernels import dag
from support.scheduled import check_nest
from txc.compiler.driver import lowered, nest_of
from txc.compiler.loop.guards import guards_of
from txc.compiler.loop.ir import For
from txc.compiler.loop.visit import walk_stmts
from txc.compiler.passes.pipeline import optimise
from txc.compiler.target.target import Target, parse
from txc.dsl.parser import parse_directives

Candidate = tuple[str, Target, str]     # a kernel, a machine, a schedule

DTYPES = {"f32": "0", "i32": "0", "f64": "0", "i8": "0"}
REDUCERS = {"sum": ("0", "X * F"), "max": ("-5", "X"), "prod": ("1", "X"), "min": ("7", "X"),
            "sum2": ("2", "X * F")}


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A kernel `f` of one output with one or two axes, each read through a guard."""
    axes = draw(st.sampled_from(["y", "yx"]))
    dtype = draw(st.sampled_from(sorted(DTYPES)))
    reducer = draw(st.sampled_from(["sum", "sum", *sorted(REDUCERS)]))
    otherwise, term = REDUCERS[reducer]
    inputs, outputs, taps, reads, conditions = [], [], [], [], []
    for axis, tap in zip(axes, "rs", strict=False):
        size, count = draw(st.integers(4, 11)), draw(st.integers(1, 4))
        stride, dilation = draw(st.sampled_from([1, 1, 2, 3])), draw(st.sampled_from([1, 1, 2]))
        pad = draw(st.integers(0, dilation * (count - 1) + 1))
        form = draw(st.sampled_from(["direct", "direct", "transposed", "strided"]))
        inputs.append(size)
        taps.append((tap, count))
        if form == "direct":
            outputs.append(max(1, (size + 2 * pad - dilation * (count - 1) - 1) // stride + 1))
            reads.append(f"{axis} * {stride} + {tap} * {dilation} - {pad}")
        elif form == "transposed":
            outputs.append((size - 1) * stride + 1)
            reads.append(f"({axis} + {pad}) // {stride} - {tap}")
        else:
            outputs.append((size - 1) * stride + 1)
            reads.append(f"({axis} + {tap} - {pad}) // {stride}")
            conditions.append(f"({axis} + {tap} - {pad}) % {stride} == 0")
    channels = draw(st.sampled_from([0, 5, 8]))     # an axis that no guard depends on
    bounds = ", ".join(f"{t} < {n}" for t, n in taps)
    read = f"(X[{', '.join([*reads, *(['c'] if channels else [])])}] else {otherwise})"
    if conditions:
        read = f"({read} if {' and '.join(conditions)} else {otherwise})"
    filters = f"F[{', '.join(t for t, _ in taps)}]"
    shape = [*outputs, *([channels] if channels else [])]
    index = [*axes, *(["c"] if channels else [])]
    body = f"{reducer.rstrip('2')}[{bounds}]({term.replace('X', read).replace('F', filters)})"
    weights = f", F: {dtype}[{', '.join(str(n) for _, n in taps)}]" if "F" in term else ""
    x = [*inputs, *([channels] if channels else [])]
    return (f"kernel f(X: {dtype}{x}{weights}) -> (Y: {dtype}{shape}) {{\n"
            f"    Y[{', '.join(f'{i} < {n}' for i, n in zip(index, shape, strict=True))}] = {body}\n}}\n")


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """Such a kernel with a random legal schedule."""
    text = draw(programs())
    graph, target = dag(text), parse(draw(st.sampled_from(["cpu:x86-64-v3", "cpu:generic"])))
    return text, target, "\n".join(map(str, draw(schedules(graph, target))))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(candidates())
def test_guarded_reductions_compute_what_the_reference_says(candidate: Candidate) -> None:
    text, target, schedule = candidate
    nest = lowered(dag(text), parse_directives(schedule), target)
    check_nest(dag(text), nest)
    check_nest(dag(text), optimise(nest, target, check=True))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_inner_loops_of_the_interior_have_no_guard(stride: int, dilation: int) -> None:
    """With the tile's loop peeled and taps unrolled, no loop of the whole nest has a guard inside."""
    size = 40
    out = (size + 2 * 3 - dilation * 4 - 1) // stride + 1
    graph = dag(f"kernel f(X: f32[{size}, 8], F: f32[5, 8]) -> (Y: f32[{out}, 8]) {{ Y[y, c] = sum[r]("
                f"(X[y * {stride} + r * {dilation} - 3, c] else 0) * F[r, c]) }}")
    schedule = "split Y.y: [y0, y1: 4] order Y: y0 r y1 c vectorize Y.c unroll Y: 64 peel Y.y0"
    nest = nest_of(graph, parse_directives(schedule), parse("cpu:x86-64-v3"))
    loops = [s for s in walk_stmts(nest.body) if isinstance(s, For)]
    assert loops
    assert not [part for part, _ in guards_of(nest.body, {})]

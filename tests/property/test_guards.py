"""Random padded, strided, dilated and transposed reductions × random legal schedules: however guards are
hoisted, peeled, decided by phase or dropped with the terms they make zero, the numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.choices import Drawn
from support.directives import schedules
from support.forms import window
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

@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """Such a kernel with a random legal schedule."""
    text, _ = window(Drawn(draw))
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

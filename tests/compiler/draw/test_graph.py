"""Pictures of kernels: which tensors there are, how they are read, what a schedule does to them."""

from __future__ import annotations

import pytest
from support.kernels import dag
from txc.compiler.dag import Dag
from txc.compiler.draw.graph import picture
from txc.dsl.parser import parse_directives

TEXT = """
kernel k[N = 8, M = 4](X: f32[N, M], ids: i32[N], w: f32[M], V: f32[N]) -> (Y: f32[N, M], z: f32[N]) {
    P[i, j] = X[i, j] + w[j]
    T[i, j] = P[j, i]
    Y[i, j] = P[i, j] * (V[i + j - 2] else 0) + (X[ids[i], j] else 0)
    z[i] = sum[j](T[j, i])
}
"""


@pytest.fixture(scope="module")
def graph() -> Dag:
    return dag(TEXT, "k")


def test_edges_tell_how_tensors_are_read(graph: Dag):
    ways = {(e.tensor, e.reader): e.access for e in picture(graph).edges}
    assert ways["X", "P"] == "pointwise"
    assert ways["w", "P"] == "broadcast"
    assert ways["P", "T"] == "transposed"
    assert ways["P", "Y"] == "pointwise"
    assert ways["V", "Y"] == "window, guarded"
    assert ways["X", "Y"] == "gather, guarded"
    assert ways["T", "z"] == "contraction"


def test_producers_stand_before_their_readers(graph: Dag):
    drawn = picture(graph)
    at = {v.name: k for k, v in enumerate(drawn.vertices)}
    assert all(at[e.tensor] < at[e.reader] for e in drawn.edges)
    assert {v.name for v in drawn.vertices if v.kind == "output"} == {"Y", "z"}


def test_a_schedule_says_what_becomes_of_stages(graph: Dag):
    """Directives in `when` blocks count, loops may go by bare names, several places are joined."""
    directives = parse_directives("""
        inline P
        split Y.i: [i0, i1: 4]
        split Y.j: [j0, j1: 2]
        parallel i0
        vectorize Y.j1
        knob here in {false, true}
        when here { compute T at z.i }
        when not here { compute T at root }
        cache_read X[i, j] as Xp for Y
        split Xp.j: [a, b: 2]
    """)
    told = {v.name: v.lines for v in picture(graph, directives).vertices}
    assert told["P"] == ("f32[8, 4]", "inlined")
    assert told["Y"] == ("f32[8, 4]", "tiled i j", "parallel i0", "in lanes Y.j1")
    assert told["T"][1:] == ("computed at z.i or root",)
    assert told["X"] == ("f32[8, 4]", "copied as Xp")
    assert told["z"] == ("f32[8]", "sum over j")
    assert [v.name for v in picture(graph, directives).vertices if v.inlined] == ["P"]

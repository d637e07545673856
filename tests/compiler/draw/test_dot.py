"""The text of Graphviz files."""

from __future__ import annotations

from collections.abc import Callable

from support.kernels import dag
from txc.compiler.draw.dot import dot
from txc.compiler.draw.graph import Edge, Picture, Vertex, picture
from txc.dsl.parser import parse_directives

DENSE = """
kernel dense[M = 8, N = 16, K = 4](A: f32[M, K], B: f32[K, N], bias: f32[N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    E[i, j] = C[i, j] + bias[j]
    D[i, j] = max(E[i, j], 0)
}
"""
SCHEDULE = "inline E split D.i: [i0, i1: 4] vectorize D.j compute C at D.i0 cache_read B[k, j] as Bp for C"


def test_a_dense_layer(golden: Callable[[str, str], None]):
    golden("draw/dense.dot", dot(picture(dag(DENSE, "dense"), parse_directives(SCHEDULE))))


def test_names_and_labels_are_quoted():
    drawn = Picture("a", (Vertex('q"\\', "input", ("f32",)),), (Edge('q"\\', 'q"\\', "pointwise"),))
    assert '"q\\"\\\\" [shape=ellipse, label="q\\"\\\\\\nf32"]' in dot(drawn)

"""`prefetch`: what is asked for is what the next iteration reads, and nothing but time depends on it."""

from __future__ import annotations

import pytest
from support.kernels import dag
from support.scheduled import TARGET, check_nest, error_of, nest_of, shown
from txc.compiler.loop.ir import Prefetch, Stmt
from txc.compiler.loop.visit import map_stmts, walk_stmts
from txc.compiler.lower.prefetch import MOST
from txc.compiler.passes.pipeline import optimise

DENSE = """kernel f[M = 6, N = 40, K = 20](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j], 0)
}"""
TILED = "split C.k: [k0, k1: 8] split C.j: [j0, j1: 16] order C: i j0 k0 k1 j1"


@pytest.mark.parametrize(("name", "schedule"), [
    ("input", f"{TILED} prefetch B at C.k0"),
    ("row", "prefetch A at C.i"),
    ("packed", f"{TILED} cache_read B as Bp for C compute Bp at C.j0 "
               "layout Bp: [d0, d1] -> [d1 // 8, d0, d1 % 8] prefetch Bp at C.k0"),
    ("inside", "split D.i: [i0, i1: 2] compute C at D.i0 prefetch A at D.i0"),
])
def test_golden(golden, name: str, schedule: str):
    """Lines of the region of the next iteration, where there is one; of a packed copy inside its buffer."""
    golden(f"schedule/prefetch/{name}.txt", shown(dag(DENSE), schedule))


def test_nothing_else_changes():
    """Without its prefetches a nest is what it is without the directive."""
    def dropped(stmt: Stmt) -> Stmt | tuple[Stmt, ...]:
        return () if isinstance(stmt, Prefetch) else stmt

    graph = dag(DENSE)
    plain = optimise(nest_of(graph, f"{TILED} vectorize j1"), TARGET)
    fetching = nest_of(graph, f"{TILED} vectorize j1 prefetch B at C.k0 prefetch A at C.k0")
    check_nest(graph, optimise(fetching, TARGET, check=True))
    assert optimise(type(plain)(fetching.name, fetching.inputs, fetching.outputs,
                                map_stmts(fetching.body, dropped)), TARGET) == plain


def test_so_many_lines_at_most():
    """A region of many lines is fetched in part."""
    graph = dag("kernel f[M = 4, N = 5000](A: f32[M, N]) -> (s: f32[M]) { s[i] = sum[j](A[i, j]) }")
    nest = nest_of(graph, "prefetch A at s.i")
    (loop,) = [s for s in walk_stmts(nest.body) if getattr(s, "var", "").startswith("A.ahead")]
    assert getattr(loop, "extent", 0) == MOST


@pytest.mark.parametrize(("code", "schedule"), [
    ("S492", "prefetch B at C.k split C.k: [k0, k1: 4]"),
    ("S492", "fuse C.i C.j as t prefetch B at C.t"),
    ("S492", "order C: i k j vectorize C.j prefetch B at C.j"),
    ("S493", "prefetch E at C.k"),
    ("S493", "prefetch B at D.i"),
    ("S494", "compute C at D.i prefetch C at D.i"),
])
def test_errors(code: str, schedule: str):
    """Each illegal prefetch gives its code, at the directive or the name in it that is wrong."""
    found, at = error_of(dag(DENSE), schedule)
    assert found == code
    assert at and at in schedule[schedule.index("prefetch"):]

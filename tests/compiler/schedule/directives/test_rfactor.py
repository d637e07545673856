"""`rfactor`: two stages that compute what the one did, whatever was split, fused and reordered before and
after."""

import numpy as np
import pytest
from support.kernels import dag
from support.scheduled import TARGET, check_nest, error_of, nest_of, shown, state_of
from txc.compiler.passes.pipeline import optimise
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives

ROWS = dag("kernel f[M = 5, K = 101](A: f32[M, K]) -> (C: f32[M]) { C[i] = sum[k](A[i, k]) }")
PLANES = dag("kernel f[M = 3, K = 7, L = 11](A: f32[M, K, L]) -> (C: f32[M]) "
             "{ C[i] = max[k, l](A[i, k, l]) }")
TOTAL = dag("kernel f[N = 1000](A: f32[N]) -> (s: f32) { s = sum[i](A[i]) }")
COLUMNS = dag("kernel f[M = 37, N = 21](A: f32[M, N]) -> (C: f32[N]) { C[j] = sum[i](A[i, j]) }")
NORM = dag("kernel f[M = 5, K = 29](A: f32[M, K]) -> (D: f32[M]) "
           "{ T[i, k] = A[i, k] * 2  C[i] = sum[k](T[i, k] * T[i, k])  D[i] = C[i] + 1 }")
TASKS = "split s.i: [task: 4, i0, i1: 16] rfactor s.task as part parallel part.task "


@pytest.mark.parametrize(("name", "graph", "schedule"), [
    ("lanes", ROWS, "split C.k: [k0, k1: 32] rfactor C.k1 as Cf compute Cf at C.i vectorize Cf.k1"),
    ("tasks", TOTAL, TASKS + "vectorize part.i1"),
    ("tasks_then_rows", TOTAL, "split s.i: [task: 4, i0, i1: 4, i2: 16] rfactor s.task as part "
     "rfactor part.i1 as rows compute rows at part.task parallel part.task vectorize rows.i2"),
    ("columns", COLUMNS, "split C.i: [t: 4, i1] order C: t j i1 rfactor C.t as Cf order Cf: t i1 j "
     "parallel Cf.t vectorize Cf.j order C: t j vectorize C.j"),
])
def test_golden(golden, name: str, graph, schedule: str):
    """Partial results of full tiles and of the rest; no term is masked."""
    golden(f"schedule/rfactor/{name}.txt", shown(graph, schedule))


SPLIT = "split C.k: [a, b: 20, c: 3] "


@pytest.mark.parametrize("schedule", [
    SPLIT + "rfactor C.b as Cf", SPLIT + "rfactor C.a as Cf", SPLIT + "rfactor C.c as Cf",
    SPLIT + "rfactor C.b as Cf order Cf: b c a i", SPLIT + "rfactor C.c as Cf order Cf: c b i a",
    SPLIT + "rfactor C.b as Cf split Cf.b: [b0, b1: 3] order Cf: c b1 b0 i a",
    SPLIT + "rfactor C.b as Cf split Cf.b: [b0, b1: 3] order Cf: b1 i b0 c a vectorize Cf.b0",
    SPLIT + "order C: b a i c rfactor C.b as Cf vectorize Cf.c unroll Cf: 16",
    SPLIT + "rfactor C.a as Cf fuse Cf.i Cf.a as z parallel Cf.z vectorize Cf.c",
    SPLIT + "rfactor C.a as Cf rfactor Cf.b as Cg compute Cg at Cf.a parallel Cf.i",
    SPLIT + "rfactor C.a as Cf rfactor Cf.b as Cg compute Cg at Cf.i vectorize Cg.c vectorize Cf.b",
    SPLIT + "rfactor C.a as Cf compute Cf at C.a vectorize Cf.c",
    SPLIT + "rfactor C.a as Cf split C.a: [x, y: 2] compute Cf at C.x vectorize C.y",
    "split C.k: [a, b: 20] order C: a b i rfactor C.b as Cf vectorize Cf.i",
])
def test_every_order_of_steps(schedule: str):
    """Partial results are whole wherever their loop stands, and after the passes."""
    nest = nest_of(ROWS, schedule)
    check_nest(ROWS, nest, ("forward", "reversed", "shuffled"))
    check_nest(ROWS, optimise(nest, TARGET, check=True))


@pytest.mark.parametrize("schedule", [
    "rfactor C.k as Cf", "rfactor C.l as Cf vectorize Cf.l", "order C: k i l rfactor C.l as Cf",
    "fuse C.k C.l as t split C.t: [t0, t1: 8] rfactor C.t1 as Cf vectorize Cf.t1",
    "fuse C.k C.l as t split C.t: [t0, t1: 8] rfactor C.t0 as Cf parallel Cf.i Cf.t0 vectorize Cf.t1",
    "split C.k: [a, b: 2] fuse C.b C.l as t rfactor C.t as Cf split Cf.t: [u, v: 5] vectorize Cf.v",
    "split C.k: [a, b: 2] fuse C.b C.l as t rfactor C.a as Cf compute Cf at C.i",
])
def test_several_and_fused_axes(schedule: str):
    """A loop over a whole axis, or over several fused, gives an axis of parts as well."""
    nest = nest_of(PLANES, schedule)
    check_nest(PLANES, nest, ("forward", "reversed"))
    check_nest(PLANES, optimise(nest, TARGET, check=True))


@pytest.mark.parametrize("schedule", [
    "split C.k: [a, b: 8] rfactor C.b as Cf compute C at D.i compute Cf at D.i compute T at Cf.a",
    "split C.k: [a, b: 8] rfactor C.b as Cf inline T compute C at D.i compute Cf at C.i",
    "split C.k: [a: 3, b] rfactor C.a as Cf compute C at D.i compute Cf at C.a compute T at Cf.b",
])
def test_guests_of_both_stages(schedule: str):
    """Stages are computed at loops of the partial results, and these inside other stages."""
    check_nest(NORM, nest_of(NORM, schedule), ("forward", "reversed"))


@pytest.mark.parametrize("reducer", ["sum", "prod", "min", "max"])
@pytest.mark.parametrize("dtype", ["f32", "i8", "u8", "f16", "i64"])
def test_every_reducer(dtype: str, reducer: str):
    """Partial results begin with the identity of the reducer, in the type of the sum."""
    graph = dag(f"kernel f[M = 3, K = 5](A: {dtype}[M, K]) -> (C: {dtype}[M]) "
                f"{{ C[i] = {reducer}[k](A[i, k]) }}")
    name = "C" if dtype != "f16" else f"C.{reducer}"
    check_nest(graph, nest_of(graph, f"split {name}.k: [a: 2, b] rfactor {name}.a as Cf vectorize Cf.a"))


def test_truth_values():
    """any and all."""
    graph = dag("kernel f[M = 3, K = 45](A: f32[M, K]) -> (C: bool[M], D: bool[M]) "
                "{ C[i] = any[k](A[i, k] > 2)  D[i] = all[k](A[i, k] < 3) }")
    check_nest(graph, nest_of(graph, "split C.k: [a: 2, b] rfactor C.a as Cf split D.k: [a, b: 4] "
                              "rfactor D.b as Df"))


def test_the_new_axis_stands_where_its_loop_does():
    """Outside the loops of an axis it is the slower dimension."""
    inner = state_of(COLUMNS, "split C.i: [t: 4, i1] rfactor C.t as Cf").stages["Cf"]
    outer = state_of(COLUMNS, "split C.i: [t: 4, i1] order C: t j i1 rfactor C.t as Cf").stages["Cf"]
    assert [a.name for a in inner.stage.axes] == ["j", "t"]
    assert [a.name for a in outer.stage.axes] == ["t", "j"]


def test_old_loops_are_gone_with_a_reason():
    """What moved to the new stage says so."""
    assert error_of(ROWS, "split C.k: [a, b: 8] rfactor C.b as Cf\nunroll C.a")[0] == "S403"


def test_a_template_of_partial_results():
    """Loops of the new stage have holes; every config computes the same, with the extents of the template."""
    text = ("split s.i: [task: 4, i0] rfactor s.task as part split part.i0: [i1, i2: 1..40] "
            "split part.i2: [i3, i4] vectorize part.i4 compute part at {s.task, root}")
    template = Template(TOTAL, parse_directives(text), TARGET)
    rows = [(place, size, lanes) for place in (0, 1) for size in (1, 7, 40) for lanes in (1, 3, 8)]
    valid = template.valid(np.array(rows, dtype=np.int64))
    assert valid.tolist() == [lanes <= size for _, size, lanes in rows]
    for row in (row for row, fine in zip(rows, valid, strict=True) if fine):
        check_nest(TOTAL, template.lower(row))

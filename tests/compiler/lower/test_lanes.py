"""Reductions in lanes: accumulators of their own, combined behind the loops, for every reducer and order."""

import numpy as np
import pytest
from support.kernels import dag
from support.scheduled import TARGET, check_nest, nest_of, shown
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.passes.pipeline import optimise

ROWS = dag("kernel f[M = 5, K = 101](A: f32[M, K]) -> (C: f32[M]) { C[i] = sum[k](A[i, k]) }")
BEST = dag("kernel f[M = 5, K = 45](A: f32[M, K]) -> (C: i32[M]) { C[i] = argmax[k](A[i, k]) }")
PLANES = dag("kernel f[M = 3, K = 7, L = 11](A: f32[M, K, L]) -> (C: i32[M]) "
             "{ C[i] = argmin[k, l](A[i, k, l]) }")
ORDERS = ["split C.k: [a, b: 8] vectorize C.b", "vectorize C.k",
          "split C.k: [a, b: 20] order C: a i b vectorize C.b", "split C.k: [a, b: 20] vectorize C.a",
          "split C.k: [a, b: 20] order C: b i a vectorize C.b",
          "split C.k: [a, b: 20] order C: b a i vectorize C.a",
          "split C.k: [a, b: 8] fuse C.a C.b as t split C.t: [x, y: 4] vectorize C.y",
          "split C.i: [i0, i1: 2] split C.k: [a, b: 16] order C: i0 a i1 b unroll C.i1 vectorize C.b"]


@pytest.mark.parametrize(("name", "graph", "schedule"), [
    ("rows", ROWS, "split C.k: [k0, k1: 32] vectorize C.k1"),
    ("rows_at_once", ROWS, "split C.i: [i0, i1: 2] split C.k: [k0, k1: 8] order C: i0 k0 i1 k1 "
     "vectorize C.k1"),
    ("odd", ROWS, "split C.k: [k0, k1: 13] vectorize C.k1"),
    ("argmax", BEST, "split C.k: [k0, k1: 16] vectorize C.k1"),
])
def test_golden(golden, name: str, graph, schedule: str):
    """A lane that a tail never reaches keeps the identity; odd numbers of lanes are combined by halves."""
    golden(f"schedule/lanes/{name}.txt", shown(graph, schedule))


def lowered_and_optimised(graph, schedule: str) -> tuple[Nest, Nest]:
    nest = nest_of(graph, schedule)
    return nest, optimise(nest, TARGET, check=True)


@pytest.mark.parametrize("schedule", ORDERS)
@pytest.mark.parametrize("graph", [ROWS, BEST], ids=["sum", "argmax"])
def test_every_order(graph, schedule: str):
    """Wherever the vectorized loop stands among others, and whatever it steps by."""
    for nest in lowered_and_optimised(graph, schedule):
        check_nest(graph, nest)


@pytest.mark.parametrize("reducer", ["sum", "prod", "min", "max", "argmin", "argmax"])
@pytest.mark.parametrize("dtype", ["f32", "f64", "i32", "i8", "u8"])
def test_every_reducer(dtype: str, reducer: str):
    """The accumulators of each reducer, in whole vectors and the rest by halves."""
    out = "i32" if reducer.startswith("arg") else dtype
    graph = dag(f"kernel f[M = 2, K = 45](A: {dtype}[M, K]) -> (C: {out}[M]) "
                f"{{ C[i] = {reducer}[k](A[i, k]) }}")
    for nest in lowered_and_optimised(graph, "vectorize C.k"):
        check_nest(graph, nest, kind="exact" if reducer != "prod" or dtype != "f32" else "wide")


def test_truth_values():
    """any and all."""
    graph = dag("kernel f[M = 3, K = 45](A: f32[M, K]) -> (C: bool[M], D: bool[M]) "
                "{ C[i] = any[k](A[i, k] > 2)  D[i] = all[k](A[i, k] < 3) }")
    for nest in lowered_and_optimised(graph, "vectorize C.k split D.k: [a, b: 32] vectorize D.b"):
        check_nest(graph, nest)


NAN = float("nan")


@pytest.mark.parametrize(("values", "wanted"), [
    ({}, 0), ({3: 1}, 3), ({3: 1, 40: 1}, 3), ({40: 1, 3: 1, 9: 2}, 9), ({44: 1}, 44),
    ({8: 5, 16: 5, 0: 4}, 8),
    ({7: NAN, 2: 9}, 7), ({30: NAN, 31: NAN, 15: NAN}, 15), (dict.fromkeys(range(45), -np.inf), 0),
    (dict.fromkeys(range(45), NAN), 0), ({**dict.fromkeys(range(44), -np.inf), 44: -1e38}, 44)])
@pytest.mark.parametrize("schedule", ORDERS[:4])
def test_ties_and_nans(schedule: str, values: dict[int, float], wanted: int):
    """The smallest index of the best value, the first NaN if there is one, in whatever lane."""
    rows = np.zeros((5, 45), dtype=np.float32)
    for at, value in values.items():
        rows[:, at] = value
    for nest in lowered_and_optimised(BEST, schedule):
        arrays = {"A": rows}
        run(nest, arrays)
        assert arrays["C"].tolist() == [wanted] * 5


@pytest.mark.parametrize("schedule", ["vectorize C.l", "vectorize C.k", "order C: l i k vectorize C.l",
                                      "fuse C.k C.l as t split C.t: [a, b: 8] vectorize C.b"])
def test_two_axes(schedule: str):
    """The index is that over all axes, whichever of them runs in lanes."""
    for nest in lowered_and_optimised(PLANES, schedule):
        check_nest(PLANES, nest)


def test_accumulators_live_in_registers():
    """Four vectors for a loop of four vectors, and one loop that loads and adds."""
    text = str(optimise(nest_of(dag("kernel f[M = 4, K = 128](A: f32[M, K]) -> (C: f32[M]) "
                                    "{ C[i] = sum[k](A[i, k]) }"),
                                "split C.k: [a, b: 32] vectorize C.b"), TARGET))
    assert "register C.lanes: f32x8[4]" in text
    assert "local" not in text

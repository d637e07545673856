"""`parallel`, `vectorize`, `unroll`: which loops are marked, and that any order of their iterations gives the
same."""

import pytest
from support.kernels import dag
from support.scheduled import TARGET, check_nest, nest_of, shown, state_of
from txc.compiler.lower.lower import lower
from txc.compiler.passes.pipeline import optimise

DENSE = dag("kernel f[M = 5, N = 11, K = 3](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) "
            "{ C[i, j] = sum[k](A[i, k] * B[k, j])  D[i, j] = max(C[i, j], 0) }")


def loops(schedule: str, structure: dict[str, int] | None = None) -> list[tuple[str, str]]:
    stage = state_of(DENSE, schedule, structure or {}).stages["D"]
    return [(loop.name, loop.mark) for loop in stage.loops]


@pytest.mark.parametrize(("name", "schedule"), [
    ("parallel_tail", "split D.i: [i0, i1: 2] parallel D.i0"),
    ("parallel_fused", "split D.j: [j0, j1: 8] parallel D.i D.j0 vectorize D.j1"),
    ("vectorized_tail", "split D.j: [j0, j1: 8] vectorize D.j1"),
])
def test_golden(golden, name: str, schedule: str):
    """A parallel loop chooses between full tile and rest where it runs; a vectorized tail is narrower."""
    golden(f"schedule/marks/{name}.txt", shown(DENSE, schedule))


@pytest.mark.parametrize(("count", "names"), [(0, ["i", "j"]), (1, ["i", "j"]), (2, ["i_j"])])
def test_a_number_of_parallel_loops(count: int, names: list[str]):
    """`: n` takes the first n loops named; with none, nothing is parallel."""
    for schedule, structure in ((f"parallel D.i D.j: {count}", {}),
                                ("parallel D.i D.j: 0..2", {"D.i.parallel": count})):
        found = loops(schedule, structure)
        assert [name for name, _ in found] == names
        assert [mark for _,
                mark in found] == ["parallel" if count and n == 0 else "serial" for n in range(len(names))]


@pytest.mark.parametrize(("step", "unrolled"), [
    (0, []), (2, []), (3, ["k"]), (14, ["k"]), (15, ["i", "k"]), ("{0, 3}", ["k"])])
def test_unroll_steps(step: object, unrolled: list[str]):
    """Inner loops are unrolled while the number of copies is at most the step."""
    rows = dag("kernel f[M = 5, K = 3](A: f32[M, K]) -> (C: f32[M]) { C[i] = sum[k](A[i, k]) }")
    text = str(lower(state_of(rows, f"unroll C: {step}"), {"C.unroll": 3}))
    assert [line.split()[2] for line in text.splitlines() if "unrolled for" in line] == unrolled


def test_a_vectorized_loop_counts_its_vectors():
    """11 lanes of f32 are two vectors of 8: with k they make 6 copies."""
    schedule = "order C: i k j vectorize C.j unroll C: {}"
    assert "unrolled for k" in str(nest_of(DENSE, schedule.format(6)))
    assert "unrolled for k" not in str(nest_of(DENSE, schedule.format(5)))


def test_explicit_unrolling_can_be_left_to_c():
    """`unroll C: step, false` marks nothing."""
    assert "unrolled" in str(nest_of(DENSE, "unroll C: 16, true"))
    assert "unrolled" not in str(nest_of(DENSE, "unroll C: 16, false"))


@pytest.mark.parametrize("schedule", [
    "parallel D.i parallel C.i C.j vectorize D.j",
    "vectorize C.i", "vectorize D.i", "order C: j i k vectorize C.j",
    "split D.i: [i0, i1: 2] order D: i0 j i1 vectorize D.i1 parallel D.i0",
    "split C.k: [k0, k1: 2] order C: k0 i j k1 vectorize C.j unroll C.k1",
    "unroll D.i compute C at D.i", "compute C at D.i unroll D.i", "unroll D.i unroll D.j compute C at D.j",
    "compute C at D.i parallel D.i vectorize C.j unroll C: 16",
    "order D: j i parallel D.i unroll D.j",
])
def test_any_order_of_iterations(schedule: str):
    """Marked loops give the same numbers backwards, and after the passes."""
    nest = nest_of(DENSE, schedule)
    check_nest(DENSE, nest, ("forward", "reversed", "shuffled"))
    check_nest(DENSE, optimise(nest, TARGET))

"""Sketches as a whole: legal, printable, right whatever fills them, and the published ones among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from support.derived import DENSE, random_rows
from support.kernels import SMALL, dag, example, suite
from support.llvm import function_of
from txc.compiler.dag import Dag
from txc.compiler.numerics import Array
from txc.compiler.passes.pipeline import optimise
from txc.compiler.runtime.jit import Jitted
from txc.compiler.target.target import parse
from txc.compiler.verify import Run, verify
from txc.dsl.parser import parse_directives
from txc.tuner.rules.derive import COPIES, MOST, derive
from txc.tuner.rules.draft import Context, Draft, Item, Verdict
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace

SUITE = ("c1d", "c2d", "c3d", "gmm", "grp", "dil", "dep", "t2d", "cap", "nrm", "convlayer", "tbs")
HOST = parse("cpu")

def running(function: Jitted) -> Run:
    """A function that fills outputs it is given, as verification wants it."""
    def run(ins: Sequence[Array], outs: Sequence[Array]) -> None:
        function(*ins, out=outs)

    return run


def sketches(graph: Dag, target: str = "cpu") -> tuple[Sketch, ...]:
    return derive(graph, parse(target))


@pytest.mark.parametrize("name", [*SMALL, *SUITE])
def test_every_kernel_has_sketches_that_print_and_parse_back(name: str):
    found = sketches(example(name))
    assert 1 <= len(found) <= MOST
    for sketch in found:
        assert parse_directives(str(sketch)) == sketch.directives
        assert sketch.derivation or not sketch.directives


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SMALL, *SUITE])
def test_whatever_fills_a_sketch_computes_the_kernel(name: str):
    """Random fillings of every sketch, through LLVM, against the reference.

    `tests/property` fills sketches of small random kernels in each run of the tests.
    """
    pytest.importorskip("llvmlite")
    graph = example(name)
    space = SketchSpace(graph, sketches(graph), HOST)
    tried = 0
    for number in range(len(space.templates)):
        for row in random_rows(space, number, 1, seed=number).tolist():
            nest = optimise(space.lower(tuple(row)), HOST)
            verdict = verify(graph, running(function_of(nest)))
            assert verdict.ok, f"{verdict.message}\n" + "\n".join(map(str, space.fill(tuple(row))))
            tried += 1
    assert tried


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITE)
@pytest.mark.parametrize("shape", ["0", "1"])
def test_each_sketch_of_the_suite_has_fillings_within_its_limits(name: str, shape: str):
    graph = suite(name, shape)
    space = SketchSpace(graph, sketches(graph), HOST)
    for number, sketch in enumerate(space.sketches):
        assert len(random_rows(space, number, 1, seed=0)) == 1, str(sketch)


def test_the_published_sketches_of_a_matrix_product_with_relu_are_derived():
    """SSRSRS with the consumer fused behind the first level of tiles, and the second (Ansor, fig. 5)."""
    found = [s for s in sketches(dag(DENSE)) if s.derivation[-1].rule == "tiling with fusion"]
    orders = [[line.strip() for line in str(s).splitlines() if "order" in line] for s in found]
    assert ["order D: i0 j0 i1 j1 j2", "order C: i0 j0 k0 i1 j1 k1 i2 j2"] in orders
    assert ["order D: i0 j0 i1 j1 i2 j2 j3", "order D: i0 j0 j1 i1 i2 j2 j3",
            "order C: k0 i0 j0 k1 i1 j1"] in orders


def test_a_derivation_says_which_rules_made_a_sketch():
    first = sketches(dag(DENSE))[0]
    assert [str(step) for step in first.derivation] == [
        "fuse consumer(D)", "tiling, sums whole(C)", "pack operand(B)"]


def test_machines_with_more_registers_have_larger_tiles():
    def most(target: str) -> int:
        return max(limit.high for limit in sketches(dag(DENSE), target)[0].limits if "registers" in limit.why)

    assert most("cpu:x86-64-v3") == 14 * 8
    assert most("cpu:x86-64-v4") == 30 * 16


CLASHING = """kernel f[C_lanes = 64, C_step = 64, N = 64](B: f32[C_lanes, N], B_packed: f32[N, C_step])
        -> (C_local: f32[C_lanes, C_step], C: f32[C_lanes, C_step], C_local_lanes: f32[N]) {
    C[k, k0] = sum[k1](B[k, k1] * B_packed[k1, k0])
    C_local[k, k1] = C[k, k1] + 1
    C_local_lanes[C_task] = B[C_task, C_task] * 2
}
"""


def test_names_that_a_kernel_has_cost_no_sketch():
    """Knobs, caches, parts and tasks are called something else: as many sketches as of a plain kernel."""
    plain = CLASHING
    for name, other in (("C_local_lanes", "V"), ("C_lanes", "M"), ("C_step", "O"), ("C_local", "D"),
                        ("B_packed", "E"), ("C_task", "v"), ("k0", "j"), ("k1", "l"), ("[k", "[i")):
        plain = plain.replace(name, other)
    assert len(sketches(dag(CLASHING))) == len(sketches(dag(plain))) > 2


def test_lanes_are_of_the_type_that_is_computed_in(golden: Callable[[str, str], None]):
    text = DENSE.replace("f32", "f64")
    found = derive(dag(text), parse("cpu:x86-64-v3"), threads=4)
    assert "knob C_lanes in {4, 8, 12, 16}" in str(found[0])
    golden("rules/derive_f64.txt", "\n".join([text, *(f"{sketch}\n" for sketch in found)]))


def test_a_matrix_product_has_few_sketches():
    assert len(sketches(dag(DENSE))) <= 10


def test_a_matrix_times_a_vector_is_summed_in_lanes_of_what_lies_along_memory():
    text = "kernel f[N = 4096](A: f32[N, N], x: f32[N]) -> (y: f32[N]) { y[i] = sum[k](A[i, k] * x[k]) }"
    found = sketches(dag(text))
    rules = {step.rule for sketch in found for step in sketch.derivation}
    assert rules == {"lanes of sums", "built-in default"}


def test_kernels_of_many_tiled_stages_have_some_sketches_of_all():
    """Their drafts are a power of the number of stages; each choice for each stage is among those kept."""
    graph = dag(chain(4))
    found = sketches(graph)
    assert len(found) == MOST
    for stage in ("C0", "C3"):
        chosen = {step.rule for s in found for step in s.derivation if step.stage.startswith(stage)}
        assert {"tiling, sums whole", "tiling, sums in blocks", "tiling with fusion"} <= chosen


def chain(count: int) -> str:
    """Matrix products one after the other."""
    lines = [f"C{n}[i, j] = sum[k]({f'C{n - 1}' if n else 'A'}[i, k] * B[k, j])" for n in range(count)]
    body = "\n".join(lines)
    return f"kernel f[N = 64](A: f32[N, N], B: f32[N, N]) -> (C{count - 1}: f32[N, N]) {{\n{body}\n}}"


def test_the_default_schedule_with_its_numbers_open_is_the_last_sketch():
    """It is legal whatever rules derive."""
    class Wrong:
        name = "wrong"

        def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
            return Verdict.ONLY

        def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
            yield draft.then("unroll nothing.at_all")

    graph = dag(DENSE)
    (only,) = derive(graph, parse("cpu"), (Wrong(),))
    assert only == sketches(graph)[-1]
    assert [str(step) for step in only.derivation] == ["built-in default(f)"]
    assert SketchSpace(graph, [only], HOST).default_row()


def test_copies_in_tasks_stay_in_the_second_level_cache():
    first, *_, last = sketches(dag(DENSE))
    assert "compute B_packed at" in str(first)
    assert (first.panel, last.panel) == (HOST.l2, 0)
    assert first.copies == COPIES


def test_a_kernel_without_anything_to_decide_has_the_empty_sketch():
    graph = dag("kernel f(x: f32) -> (y: f32) { y = x + 1 }")
    assert sketches(graph) == (Sketch((), derivation=sketches(graph)[0].derivation),)

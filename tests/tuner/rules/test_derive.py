"""Sketches as a whole: legal, printable, right whatever fills them, and the published ones among them."""

from __future__ import annotations

from collections.abc import Sequence

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
from txc.tuner.rules.derive import MOST, derive
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


def test_a_kernel_without_anything_to_decide_has_the_empty_sketch():
    graph = dag("kernel f(x: f32) -> (y: f32) { y = x + 1 }")
    assert sketches(graph) == (Sketch((), derivation=sketches(graph)[0].derivation),)

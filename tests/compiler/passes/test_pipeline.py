"""The passes together: each makes a valid nest, every example computes what it did, the order is as told."""

from collections.abc import Callable

import pytest
from support.kernels import SMALL, dag, example
from txc.compiler.cases import make_case
from txc.compiler.driver import nest_of
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.verify import InvalidNest
from txc.compiler.passes import pipeline
from txc.compiler.schedule.default import default_schedule
from txc.compiler.target.target import parse
from txc.compiler.verify import verify_cases
from txc.dsl.parser import parse_directives

OPERATORS = ["c1d", "c2d", "gmm", "grp", "dil", "dep", "nrm"]
TILE = """
    split D.i: [i0, i1: 2]  split D.j: [j0, j1: 8]  order D: i0 j0 i1 j1  parallel i0 j0
    compute C at D.i0_j0  order C: k i j  vectorize C.j  unroll C: 16  vectorize j1  unroll D: 16"""


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SMALL, *OPERATORS])
@pytest.mark.parametrize("target", ["cpu:x86-64-v3", "cpu:generic"])
def test_examples_compute_what_the_reference_says(name: str, target: str) -> None:
    """With their default schedules, and every nest on the way is valid."""
    graph, machine = example(name), parse(target)
    nest = nest_of(graph, default_schedule(graph, machine), machine, check=True)
    arrays = [b.name for b in (*nest.inputs, *nest.outputs)]
    verdict = verify_cases([make_case(graph, "exact", 0)],
                           lambda i, o: run(nest, dict(zip(arrays, (*i, *o), strict=True)), "reversed"))
    assert verdict.ok, verdict.message


def test_a_tile_of_a_dense_layer(golden: Callable[[str, str], None]) -> None:
    """Accumulators are registers, what they start with is not stored, what is read twice is read once."""
    graph = dag("""
        kernel f(A: f32[4, 9], B: f32[9, 16], bias: f32[16]) -> (D: f32[4, 16]) {
            C[i, j] = sum[k](A[i, k] * B[k, j])
            D[i, j] = max(C[i, j] + bias[j], 0)
        }""")
    golden("passes/pipeline/dense.txt", str(nest_of(graph, parse_directives(TILE), parse("cpu:x86-64-v3"))))


def test_the_callback_sees_every_pass() -> None:
    seen: list[str] = []
    target = parse("cpu:generic")
    nest_of(example("dense"), (), target, lambda name, nest: seen.append(name))
    assert seen == ["lower", *(name for name, _ in pipeline.passes(target))]


def test_an_invalid_nest_names_the_pass_that_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(nest: Nest) -> Nest:
        return Nest(nest.name, (), (), nest.body)

    monkeypatch.setattr(pipeline, "passes", lambda target: (("breaking", broken),))
    with pytest.raises(InvalidNest, match="after breaking"):
        nest_of(example("dense"), (), parse("cpu:generic"), check=True)

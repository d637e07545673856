"""A schedule with its numbers opened is a legal template, of which the schedule is one filling."""

from __future__ import annotations

import pytest
from support.kernels import EXAMPLES, dag, load
from support.scheduled import TARGET
from txc.compiler.schedule.default import default_schedule
from txc.compiler.schedule.opened import opened
from txc.compiler.schedule.select import has_holes
from txc.compiler.schedule.template import Template
from txc.dsl import ast
from txc.dsl.parser import parse, parse_directives
from txc.dsl.source import Source

NAMES = [(path, d.name) for path in sorted(EXAMPLES.rglob("*.tx"))
         for d in parse(Source(path.read_text())).declarations if isinstance(d, ast.Kernel | ast.Instance)]
DENSE = """kernel f[M = 40, N = 48, K = 9](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    D[i, j] = sum[k](A[i, k] * B[k, j])
}"""
COPY = "kernel f[N = 100](A: f32[N]) -> (D: f32[N]) { D[i] = A[i] }"


@pytest.mark.slow
@pytest.mark.parametrize(("path", "name"), NAMES, ids=lambda x: getattr(x, "stem", x))
def test_the_built_in_schedule_of_every_example_opens_to_a_legal_template(path, name: str) -> None:
    graph = load(path, name)
    made = opened(graph, default_schedule(graph, TARGET), TARGET)
    assert parse_directives("\n".join(map(str, made))) == made
    template = Template(graph, made, TARGET)
    assert template.fill(template.default_row())


@pytest.mark.parametrize(("text", "before", "after"), [
    (DENSE, "split D.j: [j0, j1: 32]\nsplit D.i: [i0, i1: 2]\nunroll D: 16\nvectorize j1",
     "split D.j: [j0, j1: {8, 16, 32, 48}]\nsplit D.i: [i0, i1: 1..16]\nunroll D: {0, 16, 64}\nvectorize j1"),
    (DENSE, "split D.i: [i0, i1: 4]\nsplit i1: [a, b: 2]",
     "split D.i: [i0, i1: 1..16]\nsplit i1: [a, b: 1..16]"),
    (COPY, "vectorize D.i", "split D.i: [i0, i1: {8, 16, 32, 64}]\nvectorize D.i1"),
    (COPY.replace("100", "5"), "vectorize D.i", "vectorize D.i"),
    (COPY, "split D.i: [i0, i1: 2..4]\nparallel i0", "split D.i: [i0, i1: 2..4]\nparallel i0"),
])
def test_numbers_become_holes_and_nothing_else_changes(text: str, before: str, after: str) -> None:
    made = opened(dag(text), parse_directives(before), TARGET)
    assert "\n".join(map(str, made)) == after
    assert has_holes(made) == (after != before or "2..4" in before)
    assert Template(dag(text), made, TARGET)

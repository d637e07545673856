"""A small matrix product with a template, for tests that tune something real."""

from __future__ import annotations

from txc.compiler.dag import build
from txc.compiler.target.target import parse as parse_target
from txc.dsl import ast
from txc.dsl.check.files import elaborate
from txc.dsl.parser import parse
from txc.dsl.source import Source
from txc.tuner.tune import Task

TEXT = """
kernel dense[M = 20, N = 24, K = 12](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    D[i, j] = sum[k](A[i, k] * B[k, j])
}

schedule dense for cpu {
    split D.i: [i0, i1: 1..6]
    split D.j: [j0, j1: {4, 8, 16}]
    order D: i0 j0 k i1 j1
    vectorize j1
    unroll i1
}
"""


def task(text: str = TEXT) -> Task:
    """The kernel and the template of a text."""
    source = Source(text, "dense.tx")
    file = parse(source)
    kernel = elaborate(file, "dense", {}, source)
    schedule = next(d for d in file.declarations if isinstance(d, ast.Schedule))
    return Task(kernel, build(kernel), schedule.directives, parse_target("cpu"), threads=1, source=source)

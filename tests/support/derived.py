"""Sketches of kernels for tests: random fillings of them, and what single rules write."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.choices import Choices
from support.kernels import dag
from txc.compiler.dag import Dag
from txc.compiler.target.target import Target, parse
from txc.dsl.ast import Directive
from txc.tuner.rules.derive import derive
from txc.tuner.rules.draft import (
    Context,
    Draft,
    Item,
    OperandItem,
    PaddingItem,
    Rule,
    StageItem,
    Verdict,
)
from txc.tuner.sampler import Sampler
from txc.tuner.sketches import SketchSpace
from txc.tuner.space import Matrix

THREADS = 4     # whatever machine the tests run on

DENSE = """kernel f[M = 512, N = 512, K = 512](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j], 0)
}
"""
PRODUCT = """kernel f[M = 512, N = 512, K = 512](A: f32[M, K], B: f32[K, N]) -> (C: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
}
"""
SOFTMAX = """kernel f[B = 64, N = 1000](X: f32[B, N]) -> (Y: f32[B, N]) {
    m[b] = max[j](X[b, j])
    e[b, j] = exp(X[b, j] - m[b])
    s[b] = sum[j](e[b, j])
    Y[b, j] = e[b, j] / s[b]
}
"""
SCALE = "kernel f[B = 64, N = 100](X: f32[B, N]) -> (Y: f32[B, N]) { Y[b, j] = X[b, j] * 2 }\n"


def space_of(graph: Dag, target: Target) -> SketchSpace:
    """The space of everything that is derived of a kernel."""
    return SketchSpace(graph, derive(graph, target, threads=THREADS), target)


def random_rows(space: SketchSpace, number: int, count: int, seed: int) -> Matrix:
    """Up to `count` valid rows of one sketch."""
    alone = SketchSpace(space.graph, space.sketches[number:number + 1], space.target)
    return space.join(number, Sampler(alone).valid(count, np.random.default_rng(seed)))


def filled(choices: Choices, graph: Dag, target: Target) -> tuple[Directive, ...]:
    """A random filling of a random sketch of a kernel, if any filling is valid; else no directives."""
    space = space_of(graph, target)
    number = choices.number(0, len(space.sketches) - 1)
    rows = random_rows(space, number, 1, choices.number(0, 1 << 16))
    return space.fill(tuple(rows[0].tolist())) if len(rows) else ()


def context(text: str, target: str = "cpu:x86-64-v3") -> Context:
    """What rules are told of a kernel."""
    return Context(dag(text), replace(parse(target), cores=THREADS))


def item(about: Context, stage: str, consumer: str = "") -> StageItem:
    """A stage to schedule."""
    return StageItem(stage, about.graph.stage(stage), consumer)


def draft(about: Context, first: Item) -> Draft:
    """A draft with an item in front of the other stages."""
    others = [StageItem(s.name, s) for s in reversed(about.graph.stages) if s.name != first.name]
    return Draft((first, *others))


def verdict(rule: Rule, text: str, stage: str, consumer: str = "") -> Verdict:
    """What a rule says of a stage of a kernel."""
    about = context(text)
    first = item(about, stage, consumer)
    return rule.condition(draft(about, first), first, about)


def made(rule: Rule, about: Context, first: Item) -> list[Draft]:
    """The drafts that a rule makes where it applies."""
    before = draft(about, first)
    assert rule.condition(before, first, about) is not Verdict.SKIP
    return list(rule.apply(before, first, about))


def written(rule: Rule, text: str, stage: str, consumer: str = "") -> str:
    """What a rule writes for a stage, as it stands in golden files: the kernel, then each draft."""
    about = context(text)
    found = made(rule, about, item(about, stage, consumer))
    return "\n".join([text, *map(shown, found)])


def shown(one: Draft) -> str:
    """A draft as golden files have it: directives, limits, splits, and the items that are left."""
    lines = list(one.lines)
    lines += [f"# {limit.low} <= {' * '.join(limit.columns) or 1} <= {limit.high}: {limit.why}"
              for limit in one.limits]
    lines += [f"# {' * '.join([str(p.extent), *p.of])} in parts of {', '.join(p.parts)}" for p in one.parts]
    words = {OperandItem: ", perhaps packed", PaddingItem: ", perhaps padded", StageItem: ""}
    left = [f"{i.name}{words[type(i)]}" for i in one.todo]
    lines.append(f"# then: {'; '.join(left) or 'nothing'}")
    return "".join(f"{line}\n" for line in lines)

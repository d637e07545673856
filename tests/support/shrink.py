"""Making a candidate that fails smaller: fewer directives, fewer stages, simpler expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from support.candidate import Candidate
from support.directives import longest, shrunk
from txc.dsl import ast
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse
from txc.dsl.source import Source

ROUNDS = 40     # simpler kernels that still fail, one after the other

Fails = Callable[[Candidate], object]


def smallest(candidate: Candidate, fails: Fails) -> Candidate:
    """A candidate that fails in some way with nothing in it that could be left out."""
    candidate = _fewer(candidate, fails)
    for _ in range(ROUNDS):
        simpler = next((c for c in _simpler(candidate) if fails(c)), None)
        if simpler is None:
            break
        candidate = simpler
    return _fewer(candidate, fails)


def _fewer(candidate: Candidate, fails: Fails) -> Candidate:
    def legal(directives: Any) -> bool:
        made = longest(candidate.graph, candidate.target, (), "\n".join(map(str, directives)))
        return len(made) == len(directives) and bool(fails(replace(candidate, directives=directives)))

    return replace(candidate, directives=shrunk(candidate.directives, legal))


def _simpler(candidate: Candidate) -> Iterator[Candidate]:
    """Candidates with a kernel that is one step simpler, and the directives that fit it."""
    file = parse(Source(candidate.text))
    kernel = file.kernel("f")
    assert kernel is not None
    rest = tuple(d for d in file.declarations if d is not kernel)
    for other in _kernels(kernel):
        made = replace(candidate, text=str(ast.File((other, *rest))))
        try:
            graph = made.graph
        except TxcError:
            continue
        kept = longest(graph, made.target, (), "\n".join(map(str, candidate.directives)))
        if len(kept) == len(candidate.directives):
            yield replace(made, directives=kept)


def _kernels(kernel: ast.Kernel) -> Iterator[ast.Kernel]:
    for n, stage in enumerate(kernel.body):
        without = kernel.body[:n] + kernel.body[n + 1:]
        yield replace(kernel, body=without, results=tuple(r for r in kernel.results if r.name != stage.name))
    for n in range(len(kernel.params)):
        yield replace(kernel, params=kernel.params[:n] + kernel.params[n + 1:])
    for n in range(len(kernel.results)):
        yield replace(kernel, results=kernel.results[:n] + kernel.results[n + 1:])
    for n, stage in enumerate(kernel.body):
        if isinstance(stage, ast.Stage):
            for value in _replaced(stage.value):
                changed = replace(stage, value=value)
                yield replace(kernel, body=(*kernel.body[:n], changed, *kernel.body[n + 1:]))


def _replaced(node: Any) -> Iterator[Any]:
    """An expression with one of its parts in its place, or with a simpler part; great changes first."""
    yield from _parts(node)
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            for n, one in enumerate(value):
                if isinstance(one, ast.Node):
                    for other in _replaced(one):
                        yield replace(node, **{field.name: (*value[:n], other, *value[n + 1:])})
        elif isinstance(value, ast.Node):
            for other in _replaced(value):
                yield replace(node, **{field.name: other})


def _parts(node: Any) -> Iterator[Any]:
    for field in fields(node):
        value = getattr(node, field.name)
        yield from (v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, ast.Node))

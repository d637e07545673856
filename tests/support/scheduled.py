"""Schedules for tests: directives from text, the nests they give, and whether those compute what they
should."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from txc.compiler.cases import Case, make_case
from txc.compiler.dag import Dag
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.verify import verify
from txc.compiler.lower.lower import lower
from txc.compiler.schedule.apply import apply
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.holes import Holes
from txc.compiler.schedule.state import State
from txc.compiler.target.target import Target, parse
from txc.compiler.verify import compare
from txc.dsl import ast
from txc.dsl.parser import parse_directives

TARGET = parse("cpu:x86-64-v3")


def directives(text: str | tuple[ast.Directive, ...]) -> tuple[ast.Directive, ...]:
    """The directives of a text; directives themselves as they are."""
    return parse_directives(text) if isinstance(text, str) else text


def state_of(graph: Dag, schedule: str | tuple[ast.Directive, ...], structure: Mapping[str, int] = {},
             target: Target = TARGET) -> State:
    """The kernel with a schedule applied."""
    return apply(graph, target, directives(schedule), Holes(dict(graph.sizes), structure))


def nest_of(graph: Dag, schedule: str | tuple[ast.Directive, ...]) -> Nest:
    """The nest of a hole-free schedule, as lowering makes it."""
    return lower(state_of(graph, schedule), {})


def shown(graph: Dag, schedule: str = "") -> str:
    """The nest of a schedule as golden files show it, after checking that it is right."""
    nest = nest_of(graph, schedule)
    check_nest(graph, nest)
    return str(simplify(nest))


def check_nest(graph: Dag, nest: Nest, orders: tuple[str, ...] = ("forward", "reversed"),
               kind: str = "exact") -> None:
    """The nest is well-formed and computes exactly what the reference says, in any order of concurrent
    loops."""
    verify(nest)
    case = _case(graph, kind)
    for order in orders:
        arrays = {tensor.name: array.copy() for tensor, array in case.inputs}
        run(nest, arrays, order)
        for tensor, expected in case.outputs:
            verdict = compare(tensor, expected, arrays[tensor.name])
            assert verdict.ok, f"{order}: {verdict.message}\n{nest}"


@cache
def _case(graph: Dag, kind: str) -> Case:
    return make_case(graph, kind, 1)


def error_of(graph: Dag, schedule: str, structure: Mapping[str, int] = {}) -> tuple[str, str]:
    """The code of a schedule's error, and the text that it points at."""
    try:
        state_of(graph, schedule, structure)
    except ScheduleError as error:
        return error.code, schedule[error.span.start : error.span.end]
    return "", ""

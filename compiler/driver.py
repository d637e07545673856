"""From a kernel and a schedule to the nest that code is generated from."""

from __future__ import annotations

from ..dsl import ast
from . import dag
from .loop.ir import Nest
from .loop.verify import verify
from .lower.lower import lower
from .passes.pipeline import Watch, optimise
from .schedule.apply import apply
from .schedule.errors import ScheduleError
from .schedule.holes import OPEN, Holes
from .schedule.numbers import numbers
from .target.target import Target


def lowered(graph: dag.Dag, directives: tuple[ast.Directive, ...], target: Target) -> Nest:
    """The nest of a hole-free schedule, before any pass.

    Raises ScheduleError for an illegal directive, S416 where the schedule leaves something open.
    """
    holes = Holes(numbers(graph.sizes, target), {})
    state = apply(graph, target, directives, holes)
    if holes.columns:
        names = ", ".join(holes.columns)
        raise ScheduleError("S416", f"the schedule leaves {names} open", hint=OPEN)
    return lower(state, {})


def nest_of(graph: dag.Dag, directives: tuple[ast.Directive, ...], target: Target,
            watch: Watch | None = None, *, check: bool = False) -> Nest:
    """The optimised nest of a hole-free schedule; `watch(name, nest)` sees it after lowering and each pass.

    With `check` it is verified each time (InvalidNest is an error of the compiler, not of the schedule).
    """
    nest = lowered(graph, directives, target)
    if check:
        verify(nest, after="lower")
    if watch:
        watch("lower", nest)
    return optimise(nest, target, watch, check=check)

"""Directives applied in text order, each to the state the ones before it left."""

from __future__ import annotations

from ...dsl import ast
from .. import dag
from ..target.target import Target
from .errors import ScheduleError
from .fuse import fuse
from .holes import Holes, knob_column
from .inline import inline
from .layout import check_layouts, layout
from .marks import check_marks, parallel, unroll, vectorize
from .order import check_fused, order
from .places import check_places, compute_at
from .split import split
from .state import State, initial


def apply(graph: dag.Dag, target: Target, directives: tuple[ast.Directive, ...], holes: Holes) -> State:
    """The scheduled kernel. Raises ScheduleError with the span of the first illegal directive."""
    state = initial(graph, target)
    _apply_all(state, directives, holes)
    check_layouts(state, holes)
    return state


def _apply_all(state: State, directives: tuple[ast.Directive, ...], holes: Holes) -> None:
    """Apply directives; after each, what must hold of any schedule is checked anew, whatever it touched."""
    for directive in directives:
        _apply(state, directive, holes)
        check_places(state, directive.span)
        for stage in state.stages.values():
            check_fused(stage, directive.span)
            check_marks(state, stage, directive.span)


def _apply(state: State, directive: ast.Directive, holes: Holes) -> None:
    match directive:
        case ast.Split():
            split(state, directive, holes)
        case ast.Order():
            order(state, directive, holes)
        case ast.Fuse():
            fuse(state, directive, holes)
        case ast.Inline():
            inline(state, directive, holes)
        case ast.ComputeAt():
            compute_at(state, directive, holes)
        case ast.Parallel():
            parallel(state, directive, holes)
        case ast.Vectorize():
            vectorize(state, directive, holes)
        case ast.Unroll():
            unroll(state, directive, holes)
        case ast.Layout():
            layout(state, directive, holes)
        case ast.Knob():
            _knob(directive, holes)
        case ast.When():
            if holes.decide(directive.condition, str(directive.condition)):
                _apply_all(state, directive.directives, holes)
        case _:
            word = str(directive).split()[0]
            raise ScheduleError("S499", f"'{word}' is not available yet", directive.span,
                                "it parses and formats, but nothing compiles it in this version")


def _knob(directive: ast.Knob, holes: Holes) -> None:
    if directive.name in holes.knobs or directive.name in holes.sizes:
        raise ScheduleError("S412", f"'{directive.name}' is declared already", directive.span)
    structural = directive.name in holes.structure
    column = knob_column(directive, holes, structural)
    holes.knobs[directive.name] = column
    if not structural:
        holes.columns[directive.name] = column

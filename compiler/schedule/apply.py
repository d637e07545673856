"""Directives applied in text order, each to the state the ones before it left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...dsl import ast
from .. import dag
from ..target.target import Target
from .directives.cache import cache_read, cache_write
from .directives.fuse import fuse
from .directives.inline import inline
from .directives.layout import check_layouts, layout
from .directives.marks import check_marks, parallel, unroll, vectorize
from .directives.order import check_fused, order
from .directives.peel import check_peeled, peel
from .directives.places import check_places, compute_at
from .directives.prefetch import check_prefetched, prefetch
from .directives.rfactor import check_parts, rfactor
from .directives.split import split
from .directives.tensorize import check_tensorized, tensorize
from .errors import ScheduleError
from .holes import Holes, knob_column
from .state import Place, State, initial

STEPS: Mapping[type[ast.Directive], Callable[[State, Any, Holes], None]] = {
    ast.Split: split,
    ast.Order: order,
    ast.Fuse: fuse,
    ast.Inline: inline,
    ast.ComputeAt: compute_at,
    ast.CacheRead: cache_read,
    ast.CacheWrite: cache_write,
    ast.Layout: layout,
    ast.Rfactor: rfactor,
    ast.Parallel: parallel,
    ast.Vectorize: vectorize,
    ast.Unroll: unroll,
    ast.Peel: peel,
    ast.Tensorize: tensorize,
    ast.Prefetch: prefetch,
}


def apply(graph: dag.Dag, target: Target, directives: tuple[ast.Directive, ...], holes: Holes) -> State:
    """The scheduled kernel. Raises ScheduleError with the span of the first illegal directive."""
    state = initial(graph, target)
    _apply_all(state, directives, holes)
    check_layouts(state, holes)
    check_tensorized(state, holes)
    check_prefetched(state)
    return state


def _apply_all(state: State, directives: tuple[ast.Directive, ...], holes: Holes) -> None:
    """Apply directives; after each, what must hold of any schedule is checked, as far as it can differ."""
    for directive in directives:
        _apply(state, directive, holes)
        if _moves(state, directive):
            check_places(state, directive.span)
        for stage in state.stages.values():
            check_fused(stage, directive.span)
            check_parts(stage, directive.span)
            check_marks(state, stage, directive.span)
            check_peeled(stage, directive.span)


def _moves(state: State, directive: ast.Directive) -> bool:
    """Whether a directive may have changed where stages are computed, or of what regions.

    Marks do not; nor do the loops of a stage inside which nothing is computed.
    """
    match directive:
        case ast.Knob() | ast.When() | ast.Vectorize() | ast.Unroll() | ast.Layout() | ast.Peel():
            return False
        case ast.Split(loop=ast.Ref(parts=(*owner, _))) | ast.Order(stage=ast.Ref(parts=owner)) if owner:
            name = ".".join(owner)
            return any(isinstance(s.place, Place) and s.place.stage == name for s in state.stages.values())
        case _:
            return True


def _apply(state: State, directive: ast.Directive, holes: Holes) -> None:
    match directive:
        case ast.Knob():
            _knob(directive, holes)
        case ast.When():
            if holes.decide(directive.condition, str(directive.condition)):
                _apply_all(state, directive.directives, holes)
        case _ if type(directive) in STEPS:
            STEPS[type(directive)](state, directive, holes)
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

"""From a kernel to its sketches: the worklist of the derivation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...compiler import dag
from ...compiler.schedule.apply import apply
from ...compiler.schedule.check import structures
from ...compiler.schedule.errors import ScheduleError
from ...compiler.schedule.holes import Holes
from ...compiler.schedule.numbers import numbers
from ...compiler.target.target import Target
from ...dsl.parser import parse_directives
from ..sketch import Sketch, Step
from .analysis import inlineable
from .builtin import BUILTIN
from .draft import Context, Draft, Rule, StageItem, Verdict

MOST = 24
"""Sketches of one kernel. Kernels of several tiled stages have products of theirs, of which some are kept."""


def derive(graph: dag.Dag, target: Target, rules: Sequence[Rule] = BUILTIN,
           threads: int = 0) -> tuple[Sketch, ...]:
    """Every sketch that rules derive for a kernel on a target, those of earlier rules first.

    `threads` (all cores of the target, if 0) decides how many tasks are worth having. Sketches that are
    illegal whatever fills their holes are left out; a kernel for which none is left has the empty sketch.
    """
    context = Context(graph, replace(target, cores=threads or target.cores))
    start = Draft(_order(graph))
    drafts = {draft.lines: draft for draft in _finished(start, rules, context)}
    sketches = (Sketch(parse_directives("\n".join(d.lines)), d.limits, d.parts, d.steps)
                for d in _spread(tuple(drafts.values())))
    return tuple(s for s in sketches if _legal(graph, s, target)) or (Sketch(()),)


def _spread(drafts: tuple[Draft, ...]) -> list[Draft]:
    """At most `MOST` drafts, evenly spread, so that every choice for the first stages is among them."""
    count = min(MOST, len(drafts))
    return [drafts[k * len(drafts) // count] for k in range(count)]


def _order(graph: dag.Dag) -> tuple[StageItem, ...]:
    """The stages from outputs to inputs; those to inline come first, producers before their readers.

    Whoever is placed or tiled after that sees whom it really reads.
    """
    inlined = [s for s in graph.stages if inlineable(graph, s)]
    rest = [s for s in reversed(graph.stages) if s not in inlined]
    return tuple(StageItem(s.name, s) for s in (*inlined, *rest))


def _finished(draft: Draft, rules: Sequence[Rule], context: Context) -> Iterator[Draft]:
    """The complete drafts that follow from one, depth first."""
    if not draft.todo:
        yield draft
        return
    item = draft.todo[0]
    for rule in rules:
        verdict = rule.condition(draft, item, context)
        if verdict is Verdict.SKIP:
            continue
        step = Step(rule.name, item.name)
        for made in rule.apply(draft, item, context):
            yield from _finished(replace(made, steps=(*draft.steps, step)), rules, context)
        if verdict is Verdict.ONLY:
            return


def _legal(graph: dag.Dag, sketch: Sketch, target: Target) -> bool:
    """Whether some structural choice of a sketch is legal; the first one answers for most."""
    known = numbers(graph.sizes, target)
    try:
        choices = list(structures(sketch.directives, known))
    except ScheduleError:       # too many
        return False
    return any(_applies(graph, sketch, target, Holes(known, choice)) for choice in choices)


def _applies(graph: dag.Dag, sketch: Sketch, target: Target, holes: Holes) -> bool:
    try:
        apply(graph, target, sketch.directives, holes)
    except ScheduleError:
        return False
    return True

"""From a kernel to its sketches: the worklist of the derivation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...compiler import dag
from ...compiler.schedule.apply import apply
from ...compiler.schedule.check import structures
from ...compiler.schedule.default import default_schedule
from ...compiler.schedule.directives.padding import PAD
from ...compiler.schedule.errors import ScheduleError
from ...compiler.schedule.holes import Holes, flat
from ...compiler.schedule.numbers import numbers
from ...compiler.schedule.opened import opened
from ...compiler.target.target import Target
from ...dsl import ast
from ...dsl.parser import parse_directives
from ..sketch import Sketch, Step
from .analysis import inlineable
from .builtin import BUILTIN
from .draft import Context, Draft, Rule, StageItem, Verdict

MOST = 24
"""Sketches of one kernel. Kernels of several tiled stages have products of theirs, of which some are kept."""

FRONTIER = 4 * MOST
"""Drafts that are followed at a time."""

GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole parts, never come near each other (Weyl's sequence)."""

COPIES = 1024
"""Statements that unrolling may write out: about what a first-level instruction cache holds."""


def derive(graph: dag.Dag, target: Target, rules: Sequence[Rule] = BUILTIN,
           threads: int = 0) -> tuple[Sketch, ...]:
    """Every sketch that rules derive for a kernel on a target, those of earlier rules first.

    `threads` (all cores of the target, if 0) decides how many tasks are worth having. Sketches that are
    illegal whatever fills their holes are left out. The last one is the built-in default schedule with its
    numbers open, which is legal for every kernel.
    """
    context = Context(graph, replace(target, cores=threads or target.cores))
    drafts = {draft.lines: draft for draft in _finished(Draft(_order(graph)), rules, context)}
    sketches = [_sketch(draft, target) for draft in _spread(tuple(drafts.values()), MOST - 1)]
    default = _default(context)
    found = [s for s in sketches if s.directives != default.directives and _legal(graph, s, target)]
    return (*found, default)


def _sketch(draft: Draft, target: Target) -> Sketch:
    """A finished draft. A copy that a task makes for itself is to stay in the second-level cache."""
    directives = parse_directives("\n".join(draft.lines))
    panel = target.l2 if _has_panels(directives) else 0
    return Sketch(directives, draft.limits, draft.parts, draft.steps, panel, COPIES)


def _has_panels(directives: tuple[ast.Directive, ...]) -> bool:
    """Whether copies of operands are made inside loops."""
    copies = {d.name for d in flat(directives) if isinstance(d, ast.CacheRead)}
    return any(str(d.stage) in copies or d.stage.parts[-1] == PAD
               for d in flat(directives) if isinstance(d, ast.ComputeAt))


def _default(context: Context) -> Sketch:
    made = opened(context.graph, default_schedule(context.graph, context.target), context.target)
    return Sketch(made, derivation=(Step("built-in default", context.graph.name),))


def _spread(drafts: Sequence[Draft], most: int) -> Sequence[Draft]:
    """At most so many drafts: one of each of as many equal stretches, the first of all among them.

    Which one of a stretch changes from each to the next, so that every choice for every stage is among them.
    """
    count = min(most, len(drafts))
    ends = [k * len(drafts) // count for k in range(count + 1)]
    return [drafts[ends[k] + int(k * GOLDEN % 1 * (ends[k + 1] - ends[k]))] for k in range(count)]


def _order(graph: dag.Dag) -> tuple[StageItem, ...]:
    """The stages from outputs to inputs; those to inline come first, producers before their readers.

    Whoever is placed or tiled after that sees whom it really reads.
    """
    inlined = [s for s in graph.stages if inlineable(graph, s)]
    rest = [s for s in reversed(graph.stages) if s not in inlined]
    return tuple(StageItem(s.name, s) for s in (*inlined, *rest))


def _finished(start: Draft, rules: Sequence[Rule], context: Context) -> Sequence[Draft]:
    """The complete drafts that follow from one; some of them where there are many.

    All drafts go one item forward at a time. Where they become too many, some evenly spread ones are
    followed: the drafts of n tiled stages are a power of n.
    """
    drafts: Sequence[Draft] = (start,)
    while any(draft.todo for draft in drafts):
        drafts = _spread([made for draft in drafts for made in _next(draft, rules, context)], FRONTIER)
    return drafts


def _next(draft: Draft, rules: Sequence[Rule], context: Context) -> Iterator[Draft]:
    """What rules make of a draft's first item; a complete draft stays as it is."""
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
            yield replace(made, steps=(*draft.steps, step))
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

"""The default schedule of reductions whose terms lie along a reduction axis: row sums, norms, extremes.

Their innermost reduction axis runs in lanes, a few vectors wide, so that several additions are in flight and
long sums round little. Where no axis of the output gives threads enough to do, the outermost reduction axis
does: `rfactor` gives each task partial results of its own.
"""

from __future__ import annotations

from collections.abc import Collection

from ...dsl import ast, typed
from ...dsl.affine import affine
from .. import dag

VECTORS = 4  # accumulators side by side: enough to hide the latency of an addition
TASKS = 16  # partial results of a reduction that runs on threads, whatever machine it runs on


def lane_axis(stage: dag.Stage, lanes: int) -> str | None:
    """The reduction axis to run in lanes: memory is read along it, and not along the output's last axis."""
    if stage.reduction is None:
        return None
    best = min(reversed(stage.reduction_axes), key=lambda axis: _gathers(stage, axis.name))
    last = stage.axes[-1] if stage.axes else None
    if best.extent < lanes:
        return None
    if last is None or last.extent == 1 or _gathers(stage, best.name) < _gathers(stage, last.name):
        return best.name
    return None


def _gathers(stage: dag.Stage, axis: str) -> int:
    """How many reads do not run along memory, or stand still, while an axis does its steps."""
    return sum(not _runs_along(read, axis) for read in typed.reads(stage.body))


def _runs_along(read: typed.Read, axis: str) -> bool:
    steps = [_step(expr, axis) for expr in read.index]
    return all(step == 0 for step in steps[:-1]) and (not steps or steps[-1] in (0, 1))


def _step(expr: typed.Expr, axis: str) -> int | None:
    form = affine(expr)
    if form is not None:
        return dict(form.coefficients).get(axis, 0)
    named = any(isinstance(e, typed.Index) and e.name == axis for e in typed.walk(expr))
    return None if named else 0


def in_lanes(stage: dag.Stage, axis: str, lanes: int) -> list[ast.Directive]:
    """A stage's reduction in lanes along an axis, its other reduction axes outside."""
    extent = next(a.extent for a in stage.reduction_axes if a.name == axis)
    outer, inner = fresh(stage, axis)
    made: list[ast.Directive] = []
    others = [a.name for a in (*stage.axes, *stage.reduction_axes) if a.name != axis]
    if extent > VECTORS * lanes:
        made.append(ast.Split(ref(stage.name, axis), (ast.Part(outer), part(inner, VECTORS * lanes))))
        loops = [*others, outer, inner]
    else:
        loops, inner = [*others, axis], axis
    if stage.reduction_axes[-1].name != axis:
        made.append(ast.Order(ref(stage.name), tuple(map(ref, loops))))
    return [*made, ast.Vectorize(ref(stage.name, inner))]


def on_threads(graph: dag.Dag, stage: dag.Stage, axis: str | None, lanes: int) -> list[ast.Directive]:
    """A reduction to few elements: each task has partial results of its own, of a share of the terms."""
    longest = max(stage.reduction_axes, key=lambda a: a.extent).name
    task, rest = fresh(stage, longest)
    outer, inner = fresh(stage, axis or longest, (task, rest))
    loops = {a.name: [a.name] for a in (*stage.axes, *stage.reduction_axes)}
    parts: dict[str, tuple[ast.Part, ...]] = {longest: (part(task, TASKS), ast.Part(rest))}
    if axis == longest:
        parts[longest] = (part(task, TASKS), ast.Part(rest), part(inner, VECTORS * lanes))
    elif axis is not None:
        parts[axis] = (ast.Part(outer), part(inner, VECTORS * lanes))
    loops |= {name: [p.name for p in made] for name, made in parts.items()}
    natural = [loop for found in loops.values() for loop in found]
    spatial = [a.name for a in stage.axes]
    order = [*spatial, task, *(loop for loop in natural if loop not in (*spatial, task, inner))]
    order += [inner] if axis is not None else []
    made: list[ast.Directive] = [ast.Split(ref(stage.name, name), found) for name, found in parts.items()]
    made += [ast.Order(ref(stage.name), tuple(map(ref, order)))] if order != natural else []
    name = _free(graph, stage)
    made.append(ast.Rfactor(ref(stage.name, task), name))
    made += [ast.Vectorize(ref(name, inner))] if axis is not None else []
    return [*made, ast.Parallel(tuple(ref(name, loop) for loop in (*spatial, task)))]


def _free(graph: dag.Dag, stage: dag.Stage) -> str:
    """A name for the partial results that nothing in the kernel has."""
    taken = {t.name for t in (*graph.inputs, *graph.stages)} | {name for name, _ in graph.sizes}
    name = f"{stage.name.replace('.', '_')}_part"
    while name in taken:
        name += "_"
    return name


def fresh(stage: dag.Stage, axis: str, taken: Collection[str] = ()) -> tuple[str, str]:
    """Names for the two parts of an axis that the stage does not use yet."""
    used = {a.name for a in (*stage.axes, *stage.reduction_axes)} | set(taken)
    free = axis
    while {f"{free}0", f"{free}1"} & used:
        free += "_"
    return f"{free}0", f"{free}1"


def ref(*parts: str) -> ast.Ref:
    """A reference; names of stages may have dots in them."""
    return ast.Ref(tuple(word for item in parts for word in item.split(".")))


def part(name: str, size: int) -> ast.Part:
    """A part of a split with a fixed size."""
    return ast.Part(name, ast.Number(str(size)))

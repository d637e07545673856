"""What rules ask of a kernel's stages: Ansor's analysis of the DAG, with txc's regions and guards."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...compiler import dag
from ...compiler.schedule.default_lanes import lane_axis
from ...dsl import typed
from ...dsl.affine import affine

COSTLY = frozenset(("exp", "log", "tanh", "erf", "sigmoid", "pow"))
"""Functions that are not worth computing once more at each reader."""

NODES = 60
"""Of an expression that is still inlined: chains of stages must not grow without bound."""


def inlineable(graph: dag.Dag, stage: dag.Stage) -> bool:
    """Whether a stage is best written into its readers: cheap, no reduction, and read at simple places.

    A place is simple if each subscript is an axis of the reader, plus or minus a constant, in the same order.
    What finishes a reduction with reuse, element by element, is not inlined: it takes that into its tiles.
    """
    if stage.reduction or graph.is_output(stage.name) or tiled_producer(graph, stage):
        return False
    nodes = list(typed.walk(stage.body))
    if len(nodes) > NODES or any(isinstance(e, typed.Call) and e.function in COSTLY for e in nodes):
        return False
    readers = [(graph.stage(name), read) for name in graph.consumers(stage.name)
               for read in typed.reads(graph.stage(name).body) if read.tensor == stage.name]
    return len(readers) <= 2 and all(_simple(read) for _, read in readers)


def tiled_producer(graph: dag.Dag, stage: dag.Stage) -> str:
    """The reduction with reuse that only this stage reads, element by element; the empty string if none."""
    for name in graph.producers(stage):
        producer = graph.stage(name)
        if needs_tiling(producer) and elementwise_consumer(graph, producer) == stage.name:
            return name
    return ""


def _simple(read: typed.Read) -> bool:
    names: list[str] = []
    for expr in read.index:
        form = affine(expr)
        if form is None or len(form.coefficients) > 1 or any(f != 1 for _, f in form.coefficients):
            return False
        names += form.names
    return len(names) == len(set(names))


def reads(stage: dag.Stage) -> tuple[typed.Read, ...]:
    """The tensors that a stage reads element by element: scalars are none."""
    return tuple(r for r in typed.reads(stage.body) if r.index)


def axes_of(read: typed.Read) -> frozenset[str]:
    """The index variables that occur in a read's subscripts."""
    return frozenset(e.name for i in read.index for e in typed.walk(i) if isinstance(e, typed.Index))


def reused(stage: dag.Stage, read: typed.Read) -> bool:
    """Whether an element is read for several points of the stage's space: one of its axes does not occur.

    Behind `%` an axis takes few values, so it counts as not occurring.
    """
    held = _held(read)
    return any(a.extent > 1 and a.name not in held for a in stage.axes)


def _held(read: typed.Read) -> set[str]:
    return {name for expr in read.index for name in _free(expr)}


def _free(expr: typed.Expr) -> Iterator[str]:
    match expr:
        case typed.Index(name=name):
            yield name
        case typed.Binary(op="%"):
            return
        case _:
            for child in typed.children(expr):
                yield from _free(child)


def phases(stage: dag.Stage) -> dict[str, int]:
    """Spatial axes whose subscripts repeat: those that stand in `(axis + c) % n`, and the n."""
    own = {a.name: a.extent for a in stage.axes}
    found: dict[str, int] = {}
    for read in reads(stage):
        for expr in (e for i in read.index for e in typed.walk(i)):
            match expr:
                case typed.Binary(op="%", left=left, right=typed.Const(value=int(period))):
                    form = affine(left)
                    if form and len(form.names) == 1 and own.get(form.names[0], 0) > period > 1:
                        found[form.names[0]] = period
                case _:
                    pass
    return found


def needs_tiling(stage: dag.Stage) -> bool:
    """Whether a reduction reads something again and again, so that tiles of it pay."""
    return stage.reduction is not None and bool(stage.axes) and any(reused(stage, r) for r in reads(stage))


def step(read: typed.Read, axis: str) -> int | None:
    """By how much the last subscript moves with an axis that no other has; None where it is irregular."""
    if any(_has(expr, axis) for expr in read.index[:-1]):
        return None
    form = affine(read.index[-1])
    if form is None:
        return None if _has(read.index[-1], axis) else 0
    return form.coefficient(axis)


def dimension(read: typed.Read, axis: str) -> int | None:
    """The dimension whose subscript is an axis by itself, if that is the only place where the axis occurs."""
    found = [k for k, expr in enumerate(read.index) if _has(expr, axis)]
    if len(found) == 1 and read.index[found[0]] == typed.Index(axis):
        return found[0]
    return None


def _has(expr: typed.Expr, axis: str) -> bool:
    return any(isinstance(e, typed.Index) and e.name == axis for e in typed.walk(expr))


def elementwise_consumer(graph: dag.Dag, stage: dag.Stage, done: Collection[str] = ()) -> str | None:
    """The one stage that reads this one, if it does so element by element, without a reduction of its own."""
    consumers = graph.consumers(stage.name)
    if len(consumers) != 1 or graph.is_output(stage.name) or consumers[0] in done:
        return None
    reader = graph.stage(consumers[0])
    own = tuple(typed.Index(a.name) for a in reader.axes)
    same = all(r.index == own and r.otherwise is None for r in typed.reads(reader.body)
               if r.tensor == stage.name)
    return reader.name if same and reader.reduction is None and reader.shape == stage.shape else None


def guarded_axes(stage: dag.Stage) -> frozenset[str]:
    """The spatial axes that occur in subscripts of guarded reads with reduction axes beside them."""
    return frozenset(name for read in reads(stage) for name in _borders(stage, read))


def guarded_tensors(stage: dag.Stage) -> tuple[str, ...]:
    """The tensors with such reads, each once."""
    return tuple(dict.fromkeys(read.tensor for read in reads(stage) if _borders(stage, read)))


def _borders(stage: dag.Stage, read: typed.Read) -> set[str]:
    """The spatial axes beside reduction axes in the subscripts of a read; none where it has no guard."""
    reductions = {a.name for a in stage.reduction_axes}
    found: set[str] = set()
    for expr in read.index if read.otherwise is not None else ():
        names = {e.name for e in typed.walk(expr) if isinstance(e, typed.Index)}
        if names & reductions:
            found |= names - reductions
    return found


def shared_axis(stage: dag.Stage) -> int | None:
    """The last spatial axis, by number, for whose points something is read again; None if there is none."""
    for number in reversed(range(len(stage.axes))):
        axis = stage.axes[number]
        if axis.extent > 1 and any(axis.name not in _held(read) for read in reads(stage)):
            return number
    return None


def lane_axes(stage: dag.Stage, lanes: int) -> tuple[str, ...]:
    """Spatial axes whose points can stand side by side in vectors, the most promising first.

    The last axis, if what is read runs along memory with it, or can be packed so that it does; then axes of
    operands that can be packed and are read again for other points. Where there is none, the last axis, with
    gathers, unless a reduction can be in lanes.
    """
    last = stage.axes[-1]
    packable = [a.name for a in stage.axes if a.extent >= lanes and _packable(stage, a.name)]
    found = [last.name] if last.extent > 1 and _runs(stage, last.name) else []
    if not found or found[0] not in packable:
        found += [name for name in packable if name not in found]
    if found:
        return tuple(found)
    return (last.name,) if lane_axis(stage, lanes) is None else ()


def _runs(stage: dag.Stage, axis: str) -> bool:
    """Whether each read stands still, runs along memory, or can be packed to do so."""
    return all(step(r, axis) in (0, 1) or packable(stage, r, axis) for r in reads(stage))


def _packable(stage: dag.Stage, axis: str) -> bool:
    along = [r for r in reads(stage) if axis in axes_of(r)]
    return bool(along) and all(packable(stage, r, axis) for r in along)


def packable(stage: dag.Stage, read: typed.Read, axis: str) -> bool:
    """Whether a copy of what is read can have its lanes side by side, and is used more than once."""
    return dimension(read, axis) is not None and reused(stage, read)

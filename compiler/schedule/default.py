"""The built-in default: what a careful programmer would write first, for any kernel.

Element-wise stages that are cheap to repeat are inlined; the innermost axis along which the output is
contiguous becomes the vector axis, a few vectors wide, with the reduction loops outside it, so that sums stay
in registers; the outer spatial loops run on threads. A single element-wise reader computes its reduction tile
by tile. Reductions along memory run in lanes (default_lanes.py), stages of one row in the loop over rows
(default_rows.py).
"""

from __future__ import annotations

from math import prod

from ...dsl import ast, typed
from .. import dag
from ..target.target import Target
from .default_lanes import fresh, in_lanes, lane_axis, on_threads
from .default_lanes import ref as _ref
from .default_rows import row_group
from .directives.fuse import joined

VECTORS = 4  # vectors in a row tile: enough independent accumulators to hide the latency of an addition
ROWS = 4  # rows of a register tile: loads of the other operand are shared among them
PARALLEL_WORK = 1 << 15  # operations below which threads cost more than they bring
INLINED = 100  # nodes of an expression that is still inlined: chains of stages must not grow without bound
COSTLY = frozenset(("exp", "log", "tanh", "erf", "sigmoid", "pow"))


def default_schedule(graph: dag.Dag, target: Target) -> tuple[ast.Directive, ...]:
    """Directives for every stage of a kernel; legal for all of them."""
    inlined = _inlined(graph)
    made: list[ast.Directive] = [ast.Inline((_ref(s.name),)) for s in inlined]
    done = {s.name for s in inlined}
    for stage in reversed(graph.stages):
        if stage.name in done:
            continue
        rows = row_group(graph, stage, done, {s.name for s in inlined})
        if rows and _rows_are_enough(stage, target):
            made += _Rows(graph, stage, target).directives_of_rows(rows)
            done |= {stage.name, *(s.name for s in rows)}
            continue
        producer = _tile_producer(graph, stage, done)
        made += _Tiling(graph, stage, target).directives(producer)
        done |= {stage.name} | ({producer.name} if producer else set())
    return tuple(made)


def _rows_are_enough(stage: dag.Stage, target: Target) -> bool:
    """Whether the rows of a stage keep all cores busy, or there is too little work for that."""
    rows = stage.shape if stage.reduction else stage.shape[:-1]
    return prod(rows) >= target.cores or stage.points < PARALLEL_WORK


def _inlined(graph: dag.Dag) -> list[dag.Stage]:
    """The stages to inline, as long as the expressions that come of it stay small."""
    found: list[dag.Stage] = []
    sizes: dict[str, int] = {}
    for stage in graph.stages:
        nodes = list(typed.walk(stage.body))
        sizes[stage.name] = len(nodes) + sum(sizes.get(r.tensor, 0) for r in nodes if isinstance(r,
                                                                                                 typed.Read))
        if _cheap(graph, stage) and sizes[stage.name] <= INLINED:
            found.append(stage)
        else:
            sizes[stage.name] = 0
    return found


def _cheap(graph: dag.Dag, stage: dag.Stage) -> bool:
    """Whether computing a stage at each reader costs less than storing it: no reduction, nothing costly."""
    if stage.reduction or graph.is_output(stage.name):
        return False
    calls = {e.function for e in typed.walk(stage.body) if isinstance(e, typed.Call)}
    readers = [r for s in graph.stages for r in typed.reads(s.body) if r.tensor == stage.name]
    return not calls & COSTLY and len(readers) <= 2


def _tile_producer(graph: dag.Dag, stage: dag.Stage, done: set[str]) -> dag.Stage | None:
    """A reduction that only this element-wise stage reads, element by element: it is computed in the tile."""
    if stage.reduction or not stage.axes or stage.axes[-1].extent == 1:
        return None
    own = tuple(typed.Index(a.name) for a in stage.axes)
    for name in graph.producers(stage):
        producer = graph.stage(name)
        reads = [r for r in typed.reads(stage.body) if r.tensor == name]
        alone = graph.consumers(name) == (stage.name,) and not graph.is_output(name) and name not in done
        if alone and producer.reduction and all(r.index == own and r.otherwise is None for r in reads):
            return producer
    return None


class _Tiling:
    """The directives of one root stage."""

    def __init__(self, graph: dag.Dag, stage: dag.Stage, target: Target) -> None:
        self.graph = graph
        self.stage = stage
        self.target = target
        self.lanes = target.lanes(stage.dtype.bytes)
        self.cores = target.cores

    def directives(self, producer: dag.Stage | None) -> list[ast.Directive]:
        """Split, order and mark the loops of the stage, and those of the reduction computed in its tile."""
        stage = self.stage
        spatial = [a.name for a in stage.axes]
        if self._is_for_threads(stage):
            return on_threads(self.graph, stage, lane_axis(stage, self.lanes), self.lanes)
        axis = lane_axis(stage, self.lanes)
        if axis is not None:
            return [*in_lanes(stage, axis, self.lanes), *self._parallel(spatial, stage)]
        if not spatial or stage.axes[-1].extent == 1:
            return self._parallel([a.name for a in stage.axes], stage)
        worker = producer or stage
        if worker.reduction is None:
            return [*self._parallel(spatial[:-1], worker), ast.Vectorize(_ref(stage.name, spatial[-1]))]
        return self._reduction(spatial, producer)

    def _reduction(self, spatial: list[str], producer: dag.Stage | None) -> list[ast.Directive]:
        stage, last = self.stage, spatial[-1]
        wide = 1 if len(spatial) > 1 else 2     # without rows, longer stretches of memory are read instead
        width = min(stage.axes[-1].extent, wide * VECTORS * self.lanes)
        outer, inner = self._names(last)
        rows = spatial[:-1]
        made: list[ast.Directive] = [_split(stage.name, last, outer, inner, width)]
        tile = [inner]
        if rows and stage.axes[-2].extent >= ROWS:
            height = max(1, min(ROWS, 2 * ROWS * self.lanes // width))
            row_outer, row_inner = self._names(rows[-1])
            made.append(_split(stage.name, rows[-1], row_outer, row_inner, height))
            rows = [*rows[:-1], row_outer]
            tile.insert(0, row_inner)
        reductions = [a.name for a in stage.reduction_axes]
        made.append(ast.Order(_ref(stage.name), tuple(map(_ref, [*rows, outer, *reductions, *tile]))))
        made += self._parallel([*rows, outer], producer or stage)
        made.append(ast.Vectorize(_ref(stage.name, inner)))
        if producer:
            made += self._inside(producer, [*rows, outer])
        else:
            made.append(ast.Unroll(_ref(stage.name), _number(ROWS * VECTORS)))
        return made

    def _inside(self, producer: dag.Stage, outer: list[str]) -> list[ast.Directive]:
        """The reduction in the tile: its reduction loops outside its spatial ones, which are written out."""
        place = self._fused(outer, producer)
        spatial = [a.name for a in producer.axes]
        axis = lane_axis(producer, self.lanes)
        if axis is not None:
            return [ast.ComputeAt(_ref(producer.name), (_ref(self.stage.name, place),)),
                    *in_lanes(producer, axis, self.lanes)]
        order = [*spatial[:-2], *(a.name for a in producer.reduction_axes), *spatial[-2:]]
        return [ast.ComputeAt(_ref(producer.name), (_ref(self.stage.name, place),)),
                ast.Order(_ref(producer.name), tuple(map(_ref, order))),
                ast.Vectorize(_ref(producer.name, spatial[-1])),
                ast.Unroll(_ref(producer.name), _number(ROWS * VECTORS))]

    def _fused(self, loops: list[str], worker: dag.Stage) -> str:
        """The name of the innermost of the outer loops once they are parallel."""
        if not self._is_parallel(worker) or len(loops) == 1:
            return loops[-1]
        axes = [a.name for a in self.stage.axes]
        return joined(loops, {*axes, *(part for axis in axes for part in self._names(axis))})

    def _is_for_threads(self, stage: dag.Stage) -> bool:
        """Whether a reduction has too few elements for the cores, and work for all of them."""
        few = self._is_parallel(stage) and prod(stage.shape) < self.cores
        return few and stage.reduction is not None and not stage.reduction.reducer.startswith("arg")

    def _is_parallel(self, worker: dag.Stage) -> bool:
        return worker.points >= PARALLEL_WORK

    def _parallel(self, loops: list[str], worker: dag.Stage) -> list[ast.Directive]:
        if not loops or not self._is_parallel(worker):
            return []
        return [ast.Parallel(tuple(_ref(self.stage.name, loop) for loop in loops))]

    def _names(self, axis: str) -> tuple[str, str]:
        """Names for the two parts of an axis that the stage does not use yet."""
        return fresh(self.stage, axis)


class _Rows(_Tiling):
    """The directives of a root stage and of those computed at the loop over its rows."""

    def directives_of_rows(self, group: list[dag.Stage]) -> list[ast.Directive]:
        """The loop over rows, on threads where there is work enough, and what is computed in it."""
        spatial = [a.name for a in self.stage.axes]
        rows = spatial if self.stage.reduction else spatial[:-1]
        most = max((self.stage, *group), key=lambda s: s.points)
        made = self._parallel(rows, most)
        place = self._fused(rows, most)
        made += self._row(self.stage, len(rows))
        for guest in group:
            made.append(ast.ComputeAt(_ref(guest.name), (_ref(self.stage.name, place),)))
            made += self._row(guest, len(rows))
        return made

    def _row(self, stage: dag.Stage, rows: int) -> list[ast.Directive]:
        """A row of one stage in lanes: along a reduction axis, or along its own last axis."""
        lanes = self.target.lanes(stage.dtype.bytes)
        axis = lane_axis(stage, lanes)
        if axis is not None:
            return in_lanes(stage, axis, lanes)
        if len(stage.axes) <= rows:
            return []
        last = stage.axes[-1].name
        over = [a.name for a in stage.reduction_axes]
        order = [*(a.name for a in stage.axes[:-1]), *over, last]
        moved = [ast.Order(_ref(stage.name), tuple(map(_ref, order)))] if over else []
        return [*moved, ast.Vectorize(_ref(stage.name, last))]


def _number(value: int) -> ast.Number:
    return ast.Number(str(value))


def _split(stage: str, axis: str, outer: str, inner: str, size: int) -> ast.Split:
    return ast.Split(_ref(stage, axis), (ast.Part(outer), ast.Part(inner, _number(size))))

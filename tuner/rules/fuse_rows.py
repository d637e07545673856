"""Fuse rows: stages that are needed row by row are computed at the row of the stage that needs them last.

A softmax is a maximum, exponentials, their sum and a quotient, all of one row, which stays in cache. A
product that only these read, as in attention, is made some rows at a time, in register tiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler import dag
from ...compiler.schedule.default_lanes import lane_axis
from ...compiler.schedule.default_rows import row_group
from ..sketch import Limit
from .analysis import inlineable, needs_tiling
from .draft import Context, Draft, Item, OperandItem, StageItem, Verdict
from .tiles import Loops, knob, operands, register_tile, rows_of, split, stage_word, task


class FuseRows:
    """Condition: other stages serve the rows of this one alone. Effect: they are computed at its rows."""

    name = "fuse rows"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only stages with others in the group of their rows."""
        if not isinstance(item, StageItem) or item.consumer or needs_tiling(item.stage):
            return Verdict.SKIP
        return Verdict.ONLY if _group(draft, item, context) else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """One draft for the whole group, with products in tiles of rows if there are any."""
        assert isinstance(item, StageItem)
        group = _group(draft, item, context)
        products = _products(context.graph, item.stage, group)
        done = frozenset(s.name for s in (*group, *products))
        if products:
            yield _Rows(item, context).with_products(draft, group, products, done)
        else:
            yield _Rows(item, context).alone(draft, group, done)


def _group(draft: Draft, item: StageItem, context: Context) -> list[dag.Stage]:
    """The stages of the rows, those that are read last first; inlined ones come later, by their own rule."""
    graph = context.graph
    waiting = {i.name for i in draft.todo if isinstance(i, StageItem)}
    done = {s.name for s in graph.stages if s.name not in waiting}
    inlined = {s.name for s in graph.stages if inlineable(graph, s)}
    found = row_group(graph, item.stage, done, inlined)
    return [s for s in found if not needs_tiling(s)]


def _products(graph: dag.Dag, host: dag.Stage, group: list[dag.Stage]) -> list[dag.Stage]:
    """Reductions with reuse that only the rows read, and of which they read their own row."""
    members = {host.name, *(s.name for s in group)}
    rows = host.shape[:-1]
    return [s for s in graph.stages if needs_tiling(s) and not graph.is_output(s.name)
            and set(graph.consumers(s.name)) <= members and s.shape[:-1] == rows]


class _Rows:
    """The directives of one such stage."""

    def __init__(self, item: StageItem, context: Context) -> None:
        self.item, self.context = item, context
        self.stage = item.stage
        self.rows = self.stage.axes[:len(self.stage.axes) - (self.stage.reduction is None)]
        self.width = f"{stage_word(item.name)}_lanes"

    def alone(self, draft: Draft, group: list[dag.Stage], done: frozenset[str]) -> Draft:
        """Rows are tasks."""
        lines = self._lanes(self.item.name, self.stage)
        place = task(self.item.name, [a.name for a in self.rows], lines)
        for stage in group:
            lines += [f"compute {stage.name} at {place}", *self._lanes(stage.name, stage)]
        return draft.then(*self._knob(), *lines, without=done)

    def with_products(self, draft: Draft, group: list[dag.Stage], products: list[dag.Stage],
                      done: frozenset[str]) -> Draft:
        """Some rows at a time, whose products are made at once; then each row by itself."""
        name, row = self.item.name, self.rows[-1]
        loops = Loops(name, self.stage.axes, row.name)
        parts = [loops.part(row.name, k) for k in range(3)]
        lines = [split(f"{name}.{row.name}", [(parts[0], ""), (parts[1], ""), (parts[2], rows_of(row))])]
        lines += self._lanes(name, self.stage)
        place = task(name, [*(a.name for a in self.rows[:-1]), parts[0]], lines)
        for stage in group:
            lines += [f"compute {stage.name} at {name}.{parts[2]}", *self._lanes(stage.name, stage)]
        limits: list[Limit] = []
        items: list[OperandItem] = []
        for product in products:
            lines.append(f"compute {product.name} at {name}.{parts[1]}")
            lines += self._product(product)
            width = f"{stage_word(product.name)}_lanes"
            tile = Loops(name, (row, product.axes[-1]), product.axes[-1].name)
            limits.append(register_tile(tile, 2, width, self.context))
            items += operands(product, product.name, product.axes[-1].name, (place,), width)
        return draft.then(*self._knob(), *lines, limits=tuple(limits), items=tuple(items), without=done)

    def _product(self, product: dag.Stage) -> list[str]:
        """A register tile of some rows times vectors of the last axis."""
        lane = product.axes[-1]
        loops = Loops(product.name, product.axes, lane.name)
        width = f"{stage_word(product.name)}_lanes"
        outer, inner = loops.part(lane.name, 0), loops.part(lane.name, 1)
        rows = [a.name for a in product.axes[:-1]]
        sums = [a.name for a in product.reduction_axes]
        registers = self.context.target.vector_registers
        return [knob(width, self.context.widths(lane.extent)),
                split(f"{product.name}.{lane.name}", [(outer, ""), (inner, width)]),
                f"order {product.name}: {' '.join([*rows[:-1], outer, *sums, rows[-1], inner])}",
                f"vectorize {product.name}.{inner}",
                f"unroll {product.name}: {registers}"]

    def _knob(self) -> list[str]:
        return [knob(self.width, self.context.widths(self.stage.points, (1, 2, 4, 8)))]

    def _lanes(self, name: str, stage: dag.Stage) -> list[str]:
        """Vectors along the row, of elements or of partial sums."""
        axis = lane_axis(stage, self.context.lanes)
        if axis is None and stage.reduction is None and len(stage.axes) > len(self.rows):
            axis = stage.axes[-1].name
        if axis is None:
            return []
        loops = Loops(name, (*stage.axes, *stage.reduction_axes), axis)
        extent = next(a.extent for a in loops.axes if a.name == axis)
        if extent < max(self.context.widths(self.stage.points, (1, 2, 4, 8))):
            return [f"vectorize {name}.{axis}"]
        outer, inner = loops.part(axis, 0), loops.part(axis, 1)
        return [split(f"{name}.{axis}", [(outer, ""), (inner, self.width)]), f"vectorize {name}.{inner}"]

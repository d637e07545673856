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
from .tiles import knob, loops_of, operands, register_tile, rows_of, split


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
            yield _Rows(item, context, draft.words).with_products(draft, group, products, done)
        else:
            yield _Rows(item, context, draft.words).alone(draft, group, done)


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

    def __init__(self, item: StageItem, context: Context, words: frozenset[str]) -> None:
        self.item, self.context = item, context
        self.stage = item.stage
        self.rows = self.stage.axes[:len(self.stage.axes) - (self.stage.reduction is None)]
        self.taken = set(words)
        self.width = self._named(f"{item.name}_lanes")
        self.widths = context.widths(self.stage, self.stage.points, (1, 2, 4, 8))

    def _named(self, name: str) -> str:
        """A new name, for which the others make way."""
        made = self.context.fresh(name, self.taken)
        self.taken.add(made)
        return made

    def alone(self, draft: Draft, group: list[dag.Stage], done: frozenset[str]) -> Draft:
        """Rows are tasks."""
        loops = loops_of(self.item.name, self.stage, "")
        rows = [a.name for a in self.rows]
        lines = [*self._lanes(self.stage), *loops.tasks(rows)]
        for stage in group:
            lines += [f"compute {stage.name} at {loops.task(rows)}", *self._lanes(stage)]
        return draft.then(*self._knob(lines), *lines, without=done)

    def with_products(self, draft: Draft, group: list[dag.Stage], products: list[dag.Stage],
                      done: frozenset[str]) -> Draft:
        """Some rows at a time, whose products are made at once; then each row by itself."""
        name, row = self.item.name, self.rows[-1]
        loops = loops_of(name, self.stage, row.name)
        parts = [loops.part(row.name, k) for k in range(3)]
        first = [*(a.name for a in self.rows[:-1]), parts[0]]
        lines = [split(f"{name}.{row.name}", [(parts[0], ""), (parts[1], ""), (parts[2], rows_of(row))]),
                 *self._lanes(self.stage), *loops.tasks(first)]
        for stage in group:
            lines += [f"compute {stage.name} at {name}.{parts[2]}", *self._lanes(stage)]
        limits: list[Limit] = []
        items: list[OperandItem] = []
        for product in products:
            width, lane = self._named(f"{product.name}_lanes"), product.axes[-1]
            lines += [f"compute {product.name} at {name}.{parts[1]}", *self._product(product, width)]
            columns = (f"{name}.{row.name}.{parts[2]}", width)
            limits.append(register_tile(columns, row.extent * lane.extent, self.context.lanes_of(product),
                                        self.context))
            items += operands(product, product.name, lane.name, (loops.task(first),), width)
        return draft.then(*self._knob(lines), *lines, limits=tuple(limits), items=tuple(items), without=done)

    def _product(self, product: dag.Stage, width: str) -> list[str]:
        """A register tile of some rows times vectors of the last axis."""
        lane = product.axes[-1]
        loops = loops_of(product.name, product, lane.name)
        outer, inner = loops.part(lane.name, 0), loops.part(lane.name, 1)
        rows = [a.name for a in product.axes[:-1]]
        sums = [a.name for a in product.reduction_axes]
        return [knob(width, self.context.widths(product, lane.extent)),
                split(f"{product.name}.{lane.name}", [(outer, ""), (inner, width)]),
                f"order {product.name}: {' '.join([*rows[:-1], outer, *sums, rows[-1], inner])}",
                f"vectorize {product.name}.{inner}",
                f"unroll {product.name}: {self.context.target.vector_registers}"]

    def _knob(self, lines: list[str]) -> list[str]:
        """The knob of the lanes of rows, where some lines have any."""
        used = self.width in Draft((), tuple(lines)).words
        return [knob(self.width, self.widths)] if used else []

    def _lanes(self, stage: dag.Stage) -> list[str]:
        """Vectors along the row, of elements or of partial sums."""
        axis = lane_axis(stage, self.context.lanes_of(stage))
        if axis is None and stage.reduction is None and len(stage.axes) > len(self.rows):
            axis = stage.axes[-1].name
        if axis is None:
            return []
        loops = loops_of(stage.name, stage, axis)
        extent = next(a.extent for a in (*stage.axes, *stage.reduction_axes) if a.name == axis)
        if extent < max(self.widths):
            return [f"vectorize {stage.name}.{axis}"]
        outer, inner = loops.part(axis, 0), loops.part(axis, 1)
        return [split(f"{stage.name}.{axis}", [(outer, ""), (inner, self.width)]),
                f"vectorize {stage.name}.{inner}"]

"""Add rfactor: where the output has too few elements for all cores, parts of the reduction are tasks."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ...compiler import dag
from ...compiler.schedule.default_lanes import lane_axis
from .analysis import needs_tiling
from .draft import Context, Draft, Item, StageItem, Verdict
from .names import pair
from .tiles import knob, loops_of, split

PARTS = (16, 64)
"""Partial results. Not the machine's cores: the bits of a sum are the same for any number of threads."""

TASKS = 16
"""Elements of the output for each core that are tasks enough."""

LONG = 1 << 12
"""Terms of a reduction that is worth more than one task."""


class AddRfactor:
    """Condition: a long reduction of few elements (Ansor's rule 6). Effect: `rfactor` into parallel parts."""

    name = "add rfactor"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Long sums of few elements; other rules are tried too."""
        if not isinstance(item, StageItem) or item.consumer or not item.stage.reduction_axes:
            return Verdict.SKIP
        space, terms = prod(item.stage.shape), prod(a.extent for a in item.stage.reduction_axes)
        if item.stage.reduction and item.stage.reduction.reducer in ("argmin", "argmax"):
            return Verdict.SKIP
        few = space < TASKS * context.target.cores
        few = few or (not needs_tiling(item.stage) and _down_columns(item.stage, context))
        return Verdict.APPLY if few and terms * space >= LONG else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """A draft for each number of parts that the longest reduction axis has terms for."""
        assert isinstance(item, StageItem)
        axis = max(item.stage.reduction_axes, key=lambda a: a.extent)
        for parts in PARTS:
            if axis.extent >= 2 * parts:
                yield draft.then(*_Factored(item, axis, parts, context, draft.words).lines())


def _down_columns(stage: dag.Stage, context: Context) -> bool:
    """Whether a sum goes down the columns of a matrix: its rows are then better read one after the other."""
    alone = len(stage.reduction_axes) == 1 and bool(stage.axes)
    return alone and lane_axis(stage, context.lanes_of(stage)) is None


class _Factored:
    """The directives of one such stage, and of the stage of its parts.

    `number` is the loop over parts of `axis`, and `rest` the loop over the terms of one.
    """

    def __init__(self, item: StageItem, axis: dag.Axis, parts: int, context: Context,
                 words: frozenset[str]) -> None:
        self.stage, self.axis, self.context = item.stage, axis, context
        self.name, self.terms = item.name, -(-axis.extent // parts)
        self.part = context.fresh(f"{item.name}_parts", words)
        self.width = context.fresh(f"{self.part}_lanes", words)
        self.some = context.fresh(f"{self.part}_rows", words)
        loops = loops_of(item.name, item.stage, axis.name)
        self.number, self.rest = loops.part(axis.name, 0), loops.part(axis.name, 1)
        self.spatial = [a.name for a in item.stage.axes]
        self.others = [a.name for a in item.stage.reduction_axes if a.name != axis.name]
        self.taken = {*loops.names, self.number, self.rest}

    def lines(self) -> list[str]:
        """All directives."""
        lane = lane_axis(self.stage, self.context.lanes_of(self.stage))
        return [split(f"{self.name}.{self.axis.name}", [(self.number, ""), (self.rest, str(self.terms))]),
                f"rfactor {self.name}.{self.number} as {self.part}",
                *(self._columns() if lane is None and self.spatial else self._rows(lane))]

    def _columns(self) -> list[str]:
        """Lanes along the last axis; `some` rows at a time."""
        part, last = self.part, self.stage.axes[-1]
        rows, lanes = pair(self.rest, self.taken), pair(last.name, self.taken)
        order = [*self.spatial[:-1], self.number, rows[0], *self.others, lanes[0], rows[1], lanes[1]]
        axes = f"[{', '.join([*self.spatial, self.number])}] -> [{', '.join([self.number, *self.spatial])}]"
        return [f"layout {part}: {axes}",
                knob(self.width, self.context.widths(self.stage, last.extent, (1, 2, 4, 8))),
                knob(self.some, [number for number in (1, 2, 4, 8) if number <= self.terms]),
                split(f"{part}.{last.name}", [(lanes[0], ""), (lanes[1], self.width)]),
                split(f"{part}.{self.rest}", [(rows[0], ""), (rows[1], self.some)]),
                f"order {part}: {' '.join(order)}", f"parallel {part}.{self.number}",
                f"vectorize {part}.{lanes[1]}", f"unroll {part}: 64",
                f"vectorize {self.name}.{last.name}"]

    def _rows(self, lane: str | None) -> list[str]:
        """Lanes along the reduction axis that runs along memory."""
        inner, extent = self.rest, self.terms
        if lane is not None and lane != self.axis.name:
            inner = lane
            extent = next(a.extent for a in self.stage.reduction_axes if a.name == lane)
        lanes = pair(inner, self.taken)
        others = [name for name in (self.rest, *self.others) if name != inner]
        return [knob(self.width, self.context.widths(self.stage, extent, (1, 2, 4, 8))),
                split(f"{self.part}.{inner}", [(lanes[0], ""), (lanes[1], self.width)]),
                f"order {self.part}: {' '.join([*self.spatial, self.number, *others, *lanes])}",
                f"parallel {self.part}.{self.number}", f"vectorize {self.part}.{lanes[1]}"]

"""Split by phase: outputs that meet the same taps of a strided filter are computed together.

In a transposed convolution an output pixel y meets the taps r with (y + pad) % stride == r % stride. With
the phase y % stride and the taps unrolled, subscripts have no `//` and `%`, and zero terms are not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ..sketch import Limit
from .analysis import lane_axes, needs_tiling, phases
from .draft import Context, Draft, Item, StageItem, Verdict
from .taps import TAPS
from .tiles import knob, loops_of, operands, register_tile, rows_of, split

MOST = 64
"""Copies of the innermost loop that phases and taps may make."""


class SplitPhases:
    """Condition: axes in `(axis + c) % n` and a reduction with reuse. Effect: tiles of one phase, SSPRS."""

    name = "split by phase"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only where phases and taps make few copies of the innermost loop, and lanes run along no phase."""
        if not isinstance(item, StageItem) or item.consumer or not needs_tiling(item.stage):
            return Verdict.SKIP
        found = phases(item.stage)
        copies = prod(found.values()) * prod(_taps(item).values())
        if not found or copies > MOST or _lane(item, context) in {*found, None}:
            return Verdict.SKIP
        return Verdict.ONLY

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """One draft."""
        assert isinstance(item, StageItem)
        lane = _lane(item, context)
        assert lane is not None
        yield _Phases(item, lane, context, draft.words).added(draft)


def _lane(item: StageItem, context: Context) -> str | None:
    return next(iter(lane_axes(item.stage, context.lanes_of(item.stage))), None)


def _taps(item: StageItem) -> dict[str, int]:
    return {a.name: a.extent for a in item.stage.reduction_axes if a.extent <= TAPS}


class _Phases:
    """The directives of one such stage."""

    def __init__(self, item: StageItem, lane: str, context: Context, taken: frozenset[str]) -> None:
        self.item, self.context, self.phases = item, context, phases(item.stage)
        self.loops = loops_of(item.name, item.stage, lane)
        self.width = context.fresh(f"{item.name}_lanes", taken)
        self.extent = next(a.extent for a in item.stage.axes if a.name == lane)
        self.first = self.loops.part(lane, 0)   # tasks of other axes would stand outside their phases

    def added(self, draft: Draft) -> Draft:
        """The draft with this stage scheduled."""
        item = self.item
        lines = [knob(self.width, self._widths), *self._splits(), *self._order()]
        place = self.loops.task([self.first])
        packed = operands(item.stage, item.name, self.loops.lane, (place,), self.width)
        return draft.then(*lines, limits=self._limits(), items=packed)

    @property
    def _widths(self) -> tuple[int, ...]:
        return self.context.widths(self.item.stage, self.extent)

    def _splits(self) -> list[str]:
        """Tasks along the lanes, tiles, the innermost tile, and the phase within it."""
        loops, made = self.loops, list[str]()
        for axis in loops.split:
            lane = axis.name == loops.lane
            parts = [(loops.part(axis.name, k), "") for k in ((0, 1) if lane else (1,))]
            parts.append((loops.part(axis.name, 2), self.width if lane else rows_of(axis)))
            if axis.name in self.phases:
                parts.append((loops.part(axis.name, 3), str(self.phases[axis.name])))
            made.append(split(f"{self.item.name}.{axis.name}", parts))
        return made

    def _order(self) -> list[str]:
        """Order, tasks, lanes and unrolling."""
        name, loops = self.item.name, self.loops
        turns = [loops.part(axis, 3) for axis in self.phases]
        taps = list(_taps(self.item))
        long = [a.name for a in self.item.stage.reduction_axes if a.name not in taps]
        order = [self.first, *loops.whole, *turns, *loops.level(1), *taps, *long, *loops.level(2)]
        return [f"order {name}: {' '.join(order)}", *loops.tasks([self.first]),
                f"vectorize {name}.{loops.level(2)[-1]}",
                *(f"unroll {name}.{loop}" for loop in (*turns, *taps)),
                f"unroll {name}: {self.context.target.vector_registers}"]

    def _limits(self) -> tuple[Limit, ...]:
        loops, lane = self.loops, self.loops.lane
        column = f"{loops.stage}.{lane}.{loops.part(lane, 1)}"
        least = self._widths[0]      # on machines of more cores than there are vectors
        most = max(least, -(-self.extent // self.context.target.cores))
        lanes = self.context.lanes_of(self.item.stage)
        return (register_tile([*loops.rows(2), self.width], loops.points, lanes, self.context),
                Limit((column, self.width), 1, most, "every core has a task"))

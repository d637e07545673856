"""Lanes of sums: a reduction along memory adds vectors, which are combined at its end."""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler.schedule.default_lanes import lane_axis
from .analysis import needs_tiling
from .draft import Context, Draft, Item, StageItem, Verdict
from .tiles import Loops, knob, split, stage_word, task


class LanesOfSums:
    """Condition: a reduction without reuse reads along a reduction axis. Effect: that axis is vectorized."""

    name = "lanes of sums"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only reductions without reuse whose terms lie along memory."""
        if not isinstance(item, StageItem) or item.consumer or needs_tiling(item.stage):
            return Verdict.SKIP
        return Verdict.ONLY if lane_axis(item.stage, context.lanes) else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """Vectors of sums; the elements are tasks."""
        assert isinstance(item, StageItem)
        lines: list[str] = []
        in_lanes(item, context, lines)
        if item.stage.axes:
            task(item.name, [a.name for a in item.stage.axes], lines)
        yield draft.then(*lines)


def in_lanes(item: StageItem, context: Context, lines: list[str]) -> None:
    """Add the directives that put a stage's reduction into lanes."""
    name = lane_axis(item.stage, context.lanes)
    assert name is not None
    axis = next(a for a in item.stage.reduction_axes if a.name == name)
    loops = Loops(item.name, (*item.stage.axes, *item.stage.reduction_axes), name)
    width = f"{stage_word(item.name)}_lanes"
    outer, inner = loops.part(name, 0), loops.part(name, 1)
    others = [a.name for a in loops.axes if a.name != name]
    lines += [knob(width, context.widths(axis.extent, (1, 2, 4, 8))),
              split(f"{item.name}.{name}", [(outer, ""), (inner, width)]),
              f"order {item.name}: {' '.join([*others, outer, inner])}",
              f"vectorize {item.name}.{inner}"]

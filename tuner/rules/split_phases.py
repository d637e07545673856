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
from .structure import TAPS
from .tiles import Loops, knob, operands, register_tile, rows_of, split, stage_word, task

MOST = 64
"""Copies of the innermost loop that phases and taps may make."""


class SplitPhases:
    """Condition: axes in `(axis + c) % n` and a reduction with reuse. Effect: tiles of one phase, SSPRS."""

    name = "split by phase"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only where phases and taps make few copies of the innermost loop."""
        if not isinstance(item, StageItem) or item.consumer or not needs_tiling(item.stage):
            return Verdict.SKIP
        found = phases(item.stage)
        copies = prod(found.values()) * prod(_taps(item).values())
        return Verdict.ONLY if found and copies <= MOST else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """One draft, if lanes do not run along a phase."""
        assert isinstance(item, StageItem)
        found = phases(item.stage)
        for lane in lane_axes(item.stage, context.lanes)[:1]:
            if lane not in found:
                yield _tiled(draft, item, lane, found, context)


def _taps(item: StageItem) -> dict[str, int]:
    return {a.name: a.extent for a in item.stage.reduction_axes if a.extent <= TAPS}


def _tiled(draft: Draft, item: StageItem, lane: str, found: dict[str, int], context: Context) -> Draft:
    loops = Loops(item.name, item.stage.axes, lane)
    width = f"{stage_word(item.name)}_lanes"
    extent = next(a.extent for a in item.stage.axes if a.name == lane)
    lines = [knob(width, context.widths(extent))]
    for axis in loops.split:
        inner = width if axis.name == lane else rows_of(axis)
        parts = [(loops.part(axis.name, k), "") for k in ((0, 1) if axis.name == lane else (1,))]
        parts.append((loops.part(axis.name, 2), inner))
        if axis.name in found:
            parts.append((loops.part(axis.name, 3), str(found[axis.name])))
        lines.append(split(f"{item.name}.{axis.name}", parts))
    turns = [loops.part(name, 3) for name in found]
    taps = list(_taps(item))
    long = [a.name for a in item.stage.reduction_axes if a.name not in taps]
    first = [loops.part(lane, 0)]       # tasks of other axes would stand outside their phases
    order = [*first, *loops.whole, *turns, *loops.level(1), *taps, *long, *loops.level(2)]
    lines.append(f"order {item.name}: {' '.join(order)}")
    place = task(item.name, first, lines)
    lines.append(f"vectorize {item.name}.{loops.level(2)[-1]}")
    lines += [f"unroll {item.name}.{name}" for name in (*turns, *taps)]
    lines.append(f"unroll {item.name}: {context.target.vector_registers}")
    return draft.then(*lines, limits=_limits(loops, width, context),
                      items=operands(item.stage, item.name, lane, (place,), width))


def _limits(loops: Loops, width: str, context: Context) -> tuple[Limit, ...]:
    lane = next(a for a in loops.split if a.name == loops.lane)
    column = f"{loops.stage}.{lane.name}.{loops.part(lane.name, 1)}"
    least = context.widths(lane.extent)[0]      # on machines of more cores than there are vectors
    most = max(least, -(-lane.extent // context.target.cores))
    return (register_tile(loops, 2, width, context), Limit((column, width), 1, most, "every core has a task"))

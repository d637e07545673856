"""Add rfactor: where the output has too few elements for all cores, parts of the reduction are tasks."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ...compiler import dag
from ...compiler.schedule.default_lanes import lane_axis
from .analysis import needs_tiling
from .draft import Context, Draft, Item, StageItem, Verdict
from .tiles import Loops, knob, split, stage_word

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
        """A draft for each number of parts that the first reduction axis has terms for."""
        assert isinstance(item, StageItem)
        axis = item.stage.reduction_axes[0]
        for parts in PARTS:
            if axis.extent >= 2 * parts:
                yield draft.then(*_factored(item, axis, parts, context))


def _down_columns(stage: dag.Stage, context: Context) -> bool:
    """Whether a sum goes down the columns of a matrix: its rows are then better read one after the other."""
    return len(stage.reduction_axes) == 1 and bool(stage.axes) and lane_axis(stage, context.lanes) is None


def _factored(item: StageItem, axis: dag.Axis, parts: int, context: Context) -> list[str]:
    stage, name = item.stage, item.name
    part = f"{stage_word(name)}_parts"
    loops = Loops(name, (*stage.axes, *stage.reduction_axes), axis.name)
    number, rest = loops.part(axis.name, 0), loops.part(axis.name, 1)
    lines = [split(f"{name}.{axis.name}", [(number, ""), (rest, str(-(-axis.extent // parts)))]),
             f"rfactor {name}.{number} as {part}"]
    lane = lane_axis(stage, context.lanes)
    spatial = [a.name for a in stage.axes]
    reductions = [rest, *(a.name for a in stage.reduction_axes[1:])]
    if lane is None and spatial:
        return lines + _columns(part, stage, number, spatial, reductions, context)
    return lines + _rows(part, stage, number, spatial, reductions, axis, lane, context)


def _columns(part: str, stage: dag.Stage, number: str, spatial: list[str], reductions: list[str],
             context: Context) -> list[str]:
    """Lanes along the last axis; `some` rows at a time."""
    last, first = stage.axes[-1], reductions[0]
    order = [*spatial[:-1], number, f"{first}_0", *reductions[1:], f"{last.name}_0", f"{first}_1",
             f"{last.name}_1"]
    width, some = f"{part}_lanes", f"{part}_rows"
    return [f"layout {part}: [{', '.join([*spatial, number])}] -> [{', '.join([number, *spatial])}]",
            knob(width, context.widths(last.extent, (1, 2, 4, 8))), knob(some, (1, 2, 4, 8)),
            split(f"{part}.{last.name}", [(f"{last.name}_0", ""), (f"{last.name}_1", width)]),
            split(f"{part}.{first}", [(f"{first}_0", ""), (f"{first}_1", some)]),
            f"order {part}: {' '.join(order)}",
            f"parallel {part}.{number}",
            f"vectorize {part}.{last.name}_1", f"unroll {part}: 64",
            f"vectorize {stage.name}.{last.name}"]


def _rows(part: str, stage: dag.Stage, number: str, spatial: list[str], reductions: list[str],
          axis: dag.Axis, lane: str | None, context: Context) -> list[str]:
    """Lanes along the reduction axis that runs along memory."""
    inner = reductions[0] if lane is None or lane == axis.name else lane
    extent = axis.extent if inner == reductions[0] else next(
        a.extent for a in stage.reduction_axes if a.name == inner)
    width = f"{part}_lanes"
    others = [name for name in reductions if name != inner]
    return [knob(width, context.widths(extent, (1, 2, 4, 8))),
            split(f"{part}.{inner}", [(f"{inner}_0", ""), (f"{inner}_1", width)]),
            f"order {part}: {' '.join([*spatial, number, *others, f'{inner}_0', f'{inner}_1'])}",
            f"parallel {part}.{number}", f"vectorize {part}.{inner}_1"]

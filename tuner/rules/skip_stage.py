"""Skip: a stage stays a nest of its own, its outer loops on threads and its last one in lanes."""

from __future__ import annotations

from collections.abc import Iterator

from .draft import Context, Draft, Item, StageItem, Verdict
from .tiles import knob, loops_of, split


class SkipStage:
    """Condition: always, as the last rule. Effect: no tiles; tasks of rows, vectors along the last axis."""

    name = "skip"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Whatever is left."""
        return Verdict.ONLY

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """Nothing for an operand or fewer elements than lanes; tasks and lanes else."""
        if (not isinstance(item, StageItem) or not item.stage.axes
                or item.stage.points < context.lanes_of(item.stage)):
            yield draft.then()
            return
        name, lane = item.name, item.stage.axes[-1]
        loops = loops_of(name, item.stage, lane.name)
        width = context.fresh(f"{name}_lanes", draft.words)
        first, last = loops.part(lane.name, 0), loops.part(lane.name, 1)
        outer = [a.name for a in item.stage.axes[:-1]]
        reductions = [a.name for a in item.stage.reduction_axes]
        yield draft.then(knob(width, context.widths(item.stage, lane.extent, (1, 2, 4, 8))),
                         split(f"{name}.{lane.name}", [(first, ""), (last, width)]),
                         f"order {name}: {' '.join([*outer, first, *reductions, last])}",
                         *loops.tasks(outer or [first]),
                         f"vectorize {name}.{last}")

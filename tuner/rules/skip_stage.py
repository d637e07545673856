"""Skip: a stage stays a nest of its own, its outer loops on threads and its last one in lanes."""

from __future__ import annotations

from collections.abc import Iterator

from .draft import Context, Draft, Item, StageItem, Verdict
from .tiles import Loops, knob, split, stage_word, task


class SkipStage:
    """Condition: always, as the last rule. Effect: no tiles; tasks of rows, vectors along the last axis."""

    name = "skip"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Whatever is left."""
        return Verdict.ONLY

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """Nothing for an operand or fewer elements than lanes; tasks and lanes else."""
        if not isinstance(item, StageItem) or not item.stage.axes or item.stage.points < context.lanes:
            yield draft.then()
            return
        lines: list[str] = []
        loops = Loops(item.name, item.stage.axes, item.stage.axes[-1].name)
        lane = item.stage.axes[-1]
        width = f"{stage_word(item.name)}_lanes"
        parts = [loops.part(lane.name, k) for k in (0, 1)]
        lines += [knob(width, context.widths(lane.extent, (1, 2, 4, 8))),
                  split(f"{item.name}.{lane.name}", [(parts[0], ""), (parts[1], width)])]
        outer = [a.name for a in item.stage.axes[:-1]]
        reductions = [a.name for a in item.stage.reduction_axes]
        lines.append(f"order {item.name}: {' '.join([*outer, parts[0], *reductions, parts[1]])}")
        task(item.name, outer or parts[:1], lines)
        lines.append(f"vectorize {item.name}.{parts[1]}")
        yield draft.then(*lines)

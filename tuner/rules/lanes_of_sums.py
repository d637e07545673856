"""Lanes of sums: a reduction along memory adds vectors, which are combined at its end.

Where something is read again for the next element, as the vector of a product of a matrix and a vector is,
some elements are summed at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler.schedule.default_lanes import lane_axis
from ..sketch import Limit
from .analysis import needs_tiling, shared_axis
from .draft import Context, Draft, Item, StageItem, Verdict
from .tiles import SPARE, Loops, knob, loops_of, split

ROWS = (1, 2, 4, 8)
"""Elements that are summed at a time."""


class LanesOfSums:
    """Condition: a reduction reads along a reduction axis. Effect: that axis is vectorized."""

    name = "lanes of sums"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Reductions whose terms lie along memory; those with reuse may be tiled too."""
        if not isinstance(item, StageItem) or item.name != item.stage.name:
            return Verdict.SKIP
        if lane_axis(item.stage, context.lanes_of(item.stage)) is None:
            return Verdict.SKIP
        return Verdict.APPLY if needs_tiling(item.stage) else Verdict.ONLY

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """Vectors of sums; the elements, or some at a time, are tasks: of the consumer, if there is one."""
        assert isinstance(item, StageItem)
        made = _Sums(item, context, context.fresh(f"{item.name}_lanes", draft.words))
        yield draft.then(*made.lines(), limits=made.limits())


class _Sums:
    """The directives of one such stage. `rows` is which of its axes has points that share what they read."""

    def __init__(self, item: StageItem, context: Context, width: str) -> None:
        self.item, self.context, self.stage, self.width = item, context, item.stage, width
        lane = lane_axis(item.stage, context.lanes_of(item.stage))
        self.axis = next(a for a in item.stage.reduction_axes if a.name == lane)
        self.own = loops_of(item.name, item.stage, self.axis.name)
        self.host = self.own
        if item.consumer:
            self.host = Loops(item.consumer, context.graph.stage(item.consumer).axes, "")
        self.rows = shared_axis(item.stage)

    def lines(self) -> list[str]:
        """All of them: sums in lanes, then tasks."""
        name, axis = self.item.name, self.axis
        outer, inner = self.own.part(axis.name, 0), self.own.part(axis.name, 1)
        made = [knob(self.width, self.context.widths(self.stage, axis.extent, (1, 2, 4, 8))),
                split(f"{name}.{axis.name}", [(outer, ""), (inner, self.width)])]
        others = [a.name for a in self.stage.reduction_axes if a.name != axis.name]
        sums = [*others, outer, *self._together(), inner]
        made += [*([] if self.item.consumer else self._split_rows()),
                 f"order {name}: {' '.join([*self._apart(), *sums])}",
                 f"vectorize {name}.{inner}"]
        if self.rows is not None:
            made.append(f"unroll {name}: {self.context.target.vector_registers}")
        return [*made, *self._tasks()]

    def _apart(self) -> list[str]:
        """The stage's loops over elements that are summed one after the other."""
        if not self.item.consumer:
            return self._outer()
        return [a.name for k, a in enumerate(self.stage.axes) if k != self.rows]

    def _together(self) -> list[str]:
        """The stage's loop over elements that are summed together: in a consumer's tile, all of them."""
        if self.rows is None:
            return []
        return [self.stage.axes[self.rows].name] if self.item.consumer else [self._row()]

    def _row(self) -> str:
        assert self.rows is not None
        return self.host.part(self.host.axes[self.rows].name, 1)

    def _outer(self) -> list[str]:
        """The loops of tasks."""
        return [self.host.part(a.name, 0) if k == self.rows else a.name
                for k, a in enumerate(self.host.axes)]

    def _split_rows(self) -> list[str]:
        if self.rows is None:
            return []
        axis = self.host.axes[self.rows]
        sizes = ", ".join(str(number) for number in ROWS if number <= axis.extent)
        return [split(f"{self.host.stage}.{axis.name}", [(self.host.part(axis.name, 0), ""),
                                                         (self._row(), f"{{{sizes}}}")])]

    def _tasks(self) -> list[str]:
        outer = self._outer()
        if not self.item.consumer:
            return self.host.tasks(outer) if outer else []
        made = self._split_rows()
        if self.rows is not None:
            made.append(f"order {self.host.stage}: {' '.join([*outer, self._row()])}")
        return [*made, *self.host.tasks(outer), f"compute {self.item.name} at {self.host.task(outer)}"]

    def limits(self) -> tuple[Limit, ...]:
        """The accumulators of elements that are summed together fit the registers."""
        if self.rows is None:
            return ()
        most = (self.context.target.vector_registers - SPARE) * self.context.lanes_of(self.stage)
        column = f"{self.host.stage}.{self.host.axes[self.rows].name}.{self._row()}"
        return (Limit((column, self.width), 1, most, "accumulators fit the vector registers"),)

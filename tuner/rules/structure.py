"""A tile structure such as SS|RSRS, written out as directives.

`S` stands for one part of every spatial axis, `R` for one of every reduction axis. The levels before the bar
are loops of the consumer, inside the last of which the stage is computed; those after it are the stage's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...compiler import dag
from ..sketch import Limit, Parts
from .analysis import guarded_axes, packable, reads, step
from .draft import Context, OperandItem, StageItem
from .tiles import Loops, enough_tasks, knob, operands, register_tile, rows_of, split, stage_word, task

TAPS = 8
"""Reduction axes of up to so many points are windows of filters: they are split into all or one."""

HALVINGS = 5
"""Sizes of an axis in one task, where they are coarse."""

UNROLLED_TAPS = 9
"""Taps that may be unrolled around the innermost loop."""


@dataclass(frozen=True)
class Structure:
    """`text` for a stage and its consumer, with the points of axis `lane` side by side in vectors."""

    text: str
    item: StageItem
    lane: str
    context: Context
    coarse: bool = False

    @cached_property
    def host(self) -> Loops:
        """The consumer's loops: it has the stage's axes, perhaps by other names."""
        graph = self.context.graph
        known = {s.name for s in graph.stages}
        axes = graph.stage(self.item.consumer).axes if self.item.consumer in known else self.item.stage.axes
        at = [a.name for a in self.item.stage.axes].index(self.lane)
        return Loops(self.item.consumer, axes, axes[at].name)

    @cached_property
    def own(self) -> Loops:
        """The stage's spatial loops."""
        return Loops(self.item.name, self.item.stage.axes, self.lane)

    @property
    def reductions(self) -> tuple[dag.Axis, ...]:
        """The stage's reduction axes."""
        return self.item.stage.reduction_axes

    @property
    def _host_levels(self) -> int:
        return self.text.index("|")

    @property
    def _inner(self) -> str:
        return self.text[self.text.index("|") + 1:]

    @property
    def _tiles(self) -> int:
        return self._inner.count("S")

    @property
    def _blocks(self) -> int:
        return self._inner.count("R")

    @property
    def width(self) -> str:
        """The knob of the innermost tile's elements in lanes."""
        return f"{stage_word(self.item.name)}_lanes"

    @property
    def gathers(self) -> bool:
        """Whether some operand must be packed: along the lanes its elements are far apart."""
        return any(step(r, self.lane) not in (0, 1) and packable(self.item.stage, r, self.lane)
                   for r in reads(self.item.stage))

    @property
    def worthwhile(self) -> bool:
        """Whether blocks of the reduction differ from the whole: it has an axis longer than a filter's."""
        return self._blocks == 1 or any(a.extent > TAPS for a in self.reductions)

    # ── directives ───────────────────────────────────────────────────────────────────────────────────────

    def lines(self) -> list[str]:
        """All directives but those of packed operands."""
        lane = next(a for a in self.item.stage.axes if a.name == self.lane)
        made = [knob(self.width, self.context.widths(lane.extent))]
        made += self._split_host()
        return [*made, *self._order_host(), *self._split_own(), *self._order_own()]

    def _split_host(self) -> list[str]:
        made: list[str] = []
        for axis in self.host.split:
            parts = [(self.host.part(axis.name, k), "") for k in range(self._host_levels)]
            last = self.host.part(axis.name, self._host_levels)
            if axis.name != self.host.lane:
                parts.append((last, rows_of(axis) if self._tiles == 1 else self._tile_of_task(axis.extent)))
            elif self._tiles > 1:
                most = -(-axis.extent // self.context.widths(axis.extent)[0])
                after = self.host.part(axis.name, self._host_levels + 1)
                parts += [(last, self._tile_of_task(most)), (after, self.width)]
            else:
                parts.append((last, self.width))
            made.append(split(f"{self.host.stage}.{axis.name}", parts))
        return made

    def _tile_of_task(self, extent: int) -> str:
        """What one task may have of an axis: anything, or all, a half, a quarter … down to one."""
        if not self.coarse:
            return f"1..{extent}"
        return f"{{{', '.join(map(str, sorted({1, *(-(-extent // 2 ** k) for k in range(HALVINGS))})))}}}"

    @property
    def _lane_loop(self) -> str:
        """The consumer's vectorized loop."""
        return self.host.part(self.host.lane, self._host_levels + (self._tiles > 1))

    def _order_host(self) -> list[str]:
        """Order, tasks and lanes of the consumer, and where the stage is computed in it."""
        host, levels = self.host, self._host_levels
        last = host.level(levels) + ([self._lane_loop] if self._tiles > 1 else [])
        first = [*host.whole, *host.in_order(0)]
        made: list[str] = []
        if levels == 1:
            made.append(f"order {host.stage}: {' '.join([*first, *last])}")
            place = task(host.stage, first, made)
        else:
            made.append(knob(self._switch, ("false", "true")))
            place = self._either_order(first, last, made)
        made.append(f"vectorize {host.stage}.{self._lane_loop}")
        made.append(f"unroll {host.stage}: {self.context.target.vector_registers}")
        return made if levels > 1 else [*made, f"compute {self.item.name} at {place}"]

    @property
    def _switch(self) -> str:
        return f"{stage_word(self.item.name)}_lanes_first"

    def _either_order(self, first: list[str], last: list[str], made: list[str]) -> str:
        """Within a task: panels outside rows, or rows outside panels; gives the task's loop."""
        host = self.host
        for condition, lane_first in ((f"not {self._switch}", False), (self._switch, True)):
            middle = host.level(1, lane_first=lane_first)
            made.append(f"when {condition} {{ order {host.stage}: {' '.join([*first, *middle, *last])} }}")
        place = task(host.stage, first, made)
        for condition, lane_first in ((f"not {self._switch}", False), (self._switch, True)):
            inner = host.level(1, lane_first=lane_first)[-1]
            made.append(f"when {condition} {{ compute {self.item.name} at {host.stage}.{inner} }}")
        return place

    def _split_own(self) -> list[str]:
        made: list[str] = []
        if self._tiles > 1:
            for axis in self.own.split:
                inner = self.width if axis.name == self.lane else rows_of(axis)
                parts = [(self.own.part(axis.name, k), "") for k in range(self._tiles - 1)]
                made.append(split(f"{self.own.stage}.{axis.name}",
                                  [*parts, (self.own.part(axis.name, self._tiles - 1), inner)]))
        if self._blocks > 1:
            made += [split(f"{self.own.stage}.{a.name}", [(self._block(a, 0), ""),
                                                          (self._block(a, 1), _steps(a))])
                     for a in self.reductions]
        return made

    def _block(self, axis: dag.Axis, number: int) -> str:
        taken = {a.name for a in (*self.item.stage.axes, *self.reductions)}
        name = f"{axis.name}{number}"
        return name if name not in taken else f"{axis.name}_{number}"

    def _order_own(self) -> list[str]:
        """Order, lanes and unrolling of the stage."""
        own = self.own
        loops = list(own.whole)
        tile = block = 0
        for letter in self._inner:
            if letter == "S":
                loops += own.level(tile) if self._tiles > 1 else [a.name for a in own.split]
                tile += 1
            else:
                loops += self._reduction_level(block)
                block += 1
        made = [f"order {own.stage}: {' '.join(loops)}", f"vectorize {own.stage}.{loops[-1]}"]
        if self._blocks > 1:
            made += self._unrolled_taps()
        return made + self._unrolled() + self._peeled()

    def _unrolled(self) -> list[str]:
        """The register tile is written out; where a filter's taps are innermost, perhaps some of them too."""
        registers = self.context.target.vector_registers
        if self.reductions[-1].extent > TAPS:
            return [f"unroll {self.own.stage}: {registers}"]
        name = f"{stage_word(self.own.stage)}_step"
        return [knob(name, (registers, 4 * registers, 9 * registers)), f"unroll {self.own.stage}: {name}"]

    def _reduction_level(self, number: int) -> list[str]:
        """One level of the reduction: in the outer one long axes stand outside taps, else inside."""
        if self._blocks == 1:
            return [a.name for a in self.reductions]
        taps = [self._block(a, number) for a in self.reductions if a.extent <= TAPS]
        long = [self._block(a, number) for a in self.reductions if a.extent > TAPS]
        return [*long, *taps] if number == 0 else [*taps, *long]

    def _unrolled_taps(self) -> list[str]:
        made: list[str] = []
        left = UNROLLED_TAPS
        for axis in reversed([a for a in self.reductions if 1 < a.extent <= TAPS]):
            if axis.extent <= left:
                made.append(f"unroll {self.own.stage}.{self._block(axis, 1)}")
                left //= axis.extent
        return made

    def _peeled(self) -> list[str]:
        """Tiles at a border of guarded reads apart from those inside, where tiles have their own loop."""
        inside = [a for a in self.own.split[:-1] if a.name in guarded_axes(self.item.stage)]
        if self._tiles < 2 or not inside:
            return []
        return [f"peel {self.own.stage}.{self.own.part(inside[-1].name, self._tiles - 2)}"]

    # ── limits and operands ──────────────────────────────────────────────────────────────────────────────

    def limits(self) -> tuple[Limit, ...]:
        """What fillings are worth measuring."""
        innermost = (self.host, self._host_levels) if self._tiles == 1 else (self.own, self._tiles - 1)
        taps = tuple(self._block_column(a) for a in self.reductions if 1 < a.extent <= TAPS)
        return (register_tile(*innermost, self.width, self.context),
                enough_tasks(self._task_columns(), self.host, self.context),
                Limit(taps if self._blocks > 1 else (), 1, TAPS,
                      "taps are written out around the innermost loop"))

    def _block_column(self, axis: dag.Axis) -> str:
        return f"{self.own.stage}.{axis.name}.{self._block(axis, 1)}"

    def parts(self) -> tuple[Parts, ...]:
        """Whose tails count: the consumer's loops, the stage's tiles of what it is given, sums' blocks."""
        columns = {a.name: self._host_columns(a) for a in self.host.split}
        made = [Parts(a.extent, (), columns[a.name]) for a in self.host.split]
        if self._tiles > 1:
            tiles = {a.name: self._own_columns(a) for a in self.own.split}
            both = zip(self.host.split, self.own.split, strict=True)
            given = {own.name: columns[host.name] for host, own in both}
            made += [Parts(1, given[name], parts) for name, parts in tiles.items()]
        if self._blocks > 1:
            made += [Parts(a.extent, (), (self._block_column(a),)) for a in self.reductions]
        return tuple(made)

    def _host_columns(self, axis: dag.Axis) -> tuple[str, ...]:
        """The columns of an axis's parts in the consumer, outer first."""
        numbers = range(1, self._host_levels + 1)
        columns = tuple(f"{self.host.stage}.{axis.name}.{self.host.part(axis.name, k)}" for k in numbers)
        if axis.name != self.host.lane:
            return columns
        return (*columns, self.width) if self._tiles > 1 else (*columns[:-1], self.width)

    def _own_columns(self, axis: dag.Axis) -> tuple[str, ...]:
        """The columns of an axis's parts in the stage itself, outer first."""
        parts = [self.own.part(axis.name, k) for k in range(1, self._tiles)]
        columns = tuple(f"{self.own.stage}.{axis.name}.{part}" for part in parts)
        return (*columns[:-1], self.width) if axis.name == self.lane else columns

    def _task_columns(self) -> list[str]:
        columns = [f"{self.host.stage}.{a.name}.{self.host.part(a.name, k)}"
                   for a in self.host.split for k in range(1, self._host_levels + 1)
                   if (a.name, k) != (self.host.lane, self._host_levels) or self._tiles > 1]
        return [*columns, self.width]

    def operands(self) -> tuple[OperandItem, ...]:
        """The operands that could be packed, with the loops at which copies make sense."""
        host = self.host.stage
        first = [*self.host.whole, *self.host.in_order(0)]
        places = [f"{host}.{stage_word(host)}_task" if len(first) > 1 else f"{host}.{first[0]}"]
        if self._blocks > 1:
            places.append(f"{self.own.stage}.{self._reduction_level(0)[-1]}")
        return operands(self.item.stage, self.item.name, self.lane, tuple(places), self.width)


def _steps(axis: dag.Axis) -> str:
    """Sizes of a reduction block: all taps of a filter or one; powers of two of a long axis, or all."""
    if axis.extent <= TAPS:
        return f"{{1, {axis.extent}}}" if axis.extent > 1 else "1"
    powers = [2 ** k for k in range(4, 11) if 2 ** k < axis.extent]
    return f"{{{', '.join(map(str, [*powers, axis.extent]))}}}"

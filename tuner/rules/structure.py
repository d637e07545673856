"""A tile structure such as SS|RSRS, written out as directives.

`S` stands for one part of every spatial axis, `R` for one of every reduction axis. The levels before the bar
are loops of the consumer, inside the last of which the stage is computed; those after it are the stage's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...compiler import dag
from ..sketch import Limit, Parts
from .analysis import guarded_axes, guarded_tensors, packable, reads, step
from .draft import Context, OperandItem, PaddingItem, StageItem
from .taps import TAPS, block_sizes, copies, unrolled
from .tiles import Loops, enough_tasks, knob, loops_of, operands, register_tile, rows_of, split

HALVINGS = 5
"""Sizes of an axis in one task, where they are coarse."""


@dataclass(frozen=True)
class Structure:
    """`text` for a stage and its consumer, with the points of axis `lane` side by side in vectors.

    `taken` are names that other directives have given.
    """

    text: str
    item: StageItem
    lane: str
    context: Context
    coarse: bool = False
    taken: frozenset[str] = frozenset()

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
        return loops_of(self.item.name, self.item.stage, self.lane)

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

    @cached_property
    def width(self) -> str:
        """The knob of the innermost tile's elements in lanes."""
        return self._named("lanes")

    def _named(self, what: str) -> str:
        return self.context.fresh(f"{self.item.name}_{what}", self.taken)

    @property
    def _widths(self) -> tuple[int, ...]:
        lane = next(a for a in self.item.stage.axes if a.name == self.lane)
        return self.context.widths(self.item.stage, lane.extent)

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
        made = [knob(self.width, self._widths), *self._split_host(), *self._order_host()]
        return [*made, *self._split_own(), *self._order_own()]

    def _split_host(self) -> list[str]:
        made: list[str] = []
        for axis in self.host.split:
            parts = [(self.host.part(axis.name, k), "") for k in range(self._host_levels)]
            last = self.host.part(axis.name, self._host_levels)
            if axis.name != self.host.lane:
                parts.append((last, rows_of(axis) if self._tiles == 1 else self._tile_of_task(axis.extent)))
            elif self._tiles > 1:
                after = self.host.part(axis.name, self._host_levels + 1)
                parts += [(last, self._tile_of_task(-(-axis.extent // self._widths[0]))), (after, self.width)]
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

    @property
    def _first(self) -> list[str]:
        """The consumer's outermost loops: one iteration of them all is a task."""
        return [*self.host.whole, *self.host.in_order(0)]

    @property
    def task(self) -> str:
        """The loop of tasks, with its stage."""
        return self.host.task(self._first)

    def _order_host(self) -> list[str]:
        """Order, tasks and lanes of the consumer, and where the stage is computed in it."""
        host, levels = self.host, self._host_levels
        last = host.level(levels) + ([self._lane_loop] if self._tiles > 1 else [])
        marks = [f"vectorize {host.stage}.{self._lane_loop}",
                 f"unroll {host.stage}: {self.context.target.vector_registers}"]
        if levels == 1:
            return [f"order {host.stage}: {' '.join([*self._first, *last])}", *host.tasks(self._first),
                    *marks, f"compute {self.item.name} at {self.task}"]
        return [*self._either_order(last), *marks]

    def _either_order(self, last: list[str]) -> list[str]:
        """Within a task: panels outside rows, or rows outside panels."""
        host, switch = self.host, self._named("lanes_first")
        orders: list[str] = []
        places: list[str] = []
        for condition, lane_first in ((f"not {switch}", False), (switch, True)):
            middle = host.level(1, lane_first=lane_first)
            loops = " ".join([*self._first, *middle, *last])
            orders.append(f"when {condition} {{ order {host.stage}: {loops} }}")
            places.append(f"when {condition} {{ compute {self.item.name} at {host.stage}.{middle[-1]} }}")
        return [knob(switch, ("false", "true")), *orders, *host.tasks(self._first), *places]

    def _split_own(self) -> list[str]:
        made: list[str] = []
        if self._tiles > 1:
            for axis in self.own.split:
                inner = self.width if axis.name == self.lane else rows_of(axis)
                parts = [(self.own.part(axis.name, k), "") for k in range(self._tiles - 1)]
                made.append(split(f"{self.own.stage}.{axis.name}",
                                  [*parts, (self.own.part(axis.name, self._tiles - 1), inner)]))
        if self._blocks > 1:
            made += [split(f"{self.own.stage}.{a.name}", [(self.own.part(a.name, 0), ""),
                                                          (self.own.part(a.name, 1), block_sizes(a))])
                     for a in self.reductions]
        return made

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
        marks = [f"order {own.stage}: {' '.join(loops)}", f"vectorize {own.stage}.{loops[-1]}"]
        return [*marks, *self._unrolled(), *self._peeled()]

    def _unrolled(self) -> list[str]:
        """The register tile is written out; where taps are innermost, perhaps some of them too."""
        registers = self.context.target.vector_registers
        if self._blocks > 1:
            taps = [f"unroll {self.own.stage}.{self.own.part(a.name, 1)}" for a in unrolled(self.reductions)]
            return [*taps, f"unroll {self.own.stage}: {registers}"]
        steps = [registers * number for number in copies(self.reductions)]
        if len(steps) == 1:
            return [f"unroll {self.own.stage}: {registers}"]
        name = self._named("step")
        return [knob(name, steps), f"unroll {self.own.stage}: {name}"]

    def _reduction_level(self, number: int) -> list[str]:
        """One level of the reduction: in the outer one long axes stand outside taps, else inside."""
        if self._blocks == 1:
            return [a.name for a in self.reductions]
        taps = [self.own.part(a.name, number) for a in self.reductions if a.extent <= TAPS]
        long = [self.own.part(a.name, number) for a in self.reductions if a.extent > TAPS]
        return [*long, *taps] if number == 0 else [*taps, *long]

    def _peeled(self) -> list[str]:
        """Tiles at a border of guarded reads apart from those inside, where tiles have their own loop."""
        inside = [a for a in self.own.split[:-1] if a.name in guarded_axes(self.item.stage)]
        if self._tiles < 2 or not inside:
            return []
        return [f"peel {self.own.stage}.{self.own.part(inside[-1].name, self._tiles - 2)}"]

    # ── limits and operands ──────────────────────────────────────────────────────────────────────────────

    def limits(self) -> tuple[Limit, ...]:
        """What fillings are worth measuring."""
        rows = self.own.rows(self._tiles - 1) if self._tiles > 1 else self.host.rows(self._host_levels)
        lanes = self.context.lanes_of(self.item.stage)
        made = [register_tile([*rows, self.width], self.own.points, lanes, self.context),
                enough_tasks(self._task_columns(), self.host.points, lanes, self.context)]
        taps = tuple(self._block_column(a) for a in self.reductions if 1 < a.extent <= TAPS)
        if self._blocks > 1 and taps:
            made.append(Limit(taps, 1, TAPS, "taps are written out around the innermost loop"))
        return tuple(made)

    def _block_column(self, axis: dag.Axis) -> str:
        return f"{self.own.stage}.{axis.name}.{self.own.part(axis.name, 1)}"

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
        places = [self.task]
        if self._blocks > 1:
            places.append(f"{self.own.stage}.{self._reduction_level(0)[-1]}")
        return operands(self.item.stage, self.item.name, self.lane, tuple(places), self.width)

    def paddings(self) -> tuple[PaddingItem, ...]:
        """The tensors that could be padded for each task; where sums have blocks, borders are peeled."""
        if self._blocks > 1:
            return ()
        return tuple(PaddingItem(tensor, self.item.stage, self.task)
                     for tensor in guarded_tensors(self.item.stage))

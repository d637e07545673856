"""The loops of tiled stages, as text: who is split how, in which order, and what the limits of tiles are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from ...compiler import dag
from ...dsl import typed
from ..sketch import Limit
from .analysis import axes_of, dimension, packable, reads, step
from .draft import Context, OperandItem
from .names import fresh

ROWS = 14
"""Points of an axis, not in lanes, that a register tile may have."""

LEAST_SUMS = 4
"""Accumulators that hide some of the latency of an addition."""

SPARE = 2
"""Vector registers that operands need beside accumulators."""


@dataclass(frozen=True, slots=True)
class Loops:
    """Names for the parts of a stage's loops. `stage` is the name that directives use.

    `axes` are those that tiles are made of, `others` what the stage has besides: what it reduces over.
    """

    stage: str
    axes: tuple[dag.Axis, ...]
    lane: str
    others: tuple[dag.Axis, ...] = ()

    @property
    def whole(self) -> list[str]:
        """Axes of extent 1, which are not split."""
        return [a.name for a in self.axes if a.extent == 1 and a.name != self.lane]

    @property
    def split(self) -> list[dag.Axis]:
        """The axes that are split, the one in lanes last."""
        rest = [a for a in self.axes if a.extent > 1 and a.name != self.lane]
        return [*rest, *(a for a in self.axes if a.name == self.lane)]

    @property
    def names(self) -> set[str]:
        """All axes of the stage."""
        return {a.name for a in (*self.axes, *self.others)}

    def part(self, axis: str, number: int) -> str:
        """The name of a part of an axis, outermost 0; no axis of the stage has it."""
        return fresh(f"{axis}{number}", self.names)

    def level(self, number: int, *, lane_first: bool = False) -> list[str]:
        """Part `number` of every split axis, in the order of the axes; the lanes' last, or first."""
        names = [self.part(a.name, number) for a in self.split]
        return [names[-1], *names[:-1]] if lane_first else names

    def in_order(self, number: int) -> list[str]:
        """Part `number` of every split axis, in the order of the stage's axes."""
        return [self.part(a.name, number) for a in self.axes if a in self.split]

    @property
    def points(self) -> int:
        """How many points the split axes have together."""
        return prod(a.extent for a in self.split)

    def rows(self, number: int) -> list[str]:
        """The columns of part `number` of every split axis but that of the lanes."""
        return [f"{self.stage}.{a.name}.{self.part(a.name, number)}" for a in self.split[:-1]]

    def task(self, loops: Sequence[str]) -> str:
        """The name, with the stage's, of the one loop that some are fused to: of a single one its own."""
        name = fresh(f"{self.stage}_task", self.names) if len(loops) > 1 else loops[0]
        return f"{self.stage}.{name}"

    def tasks(self, loops: Sequence[str]) -> list[str]:
        """Directives that make one parallel loop of several."""
        made: list[str] = []
        if len(loops) > 1:
            name = self.task(loops).removeprefix(f"{self.stage}.")
            made.append(f"fuse {' '.join(f'{self.stage}.{loop}' for loop in loops)} as {name}")
        return [*made, f"parallel {self.task(loops)}"]


def loops_of(name: str, stage: dag.Stage, lane: str) -> Loops:
    """The spatial loops of a stage that directives call `name`."""
    return Loops(name, stage.axes, lane, stage.reduction_axes)


def knob(name: str, values: Iterable[int | str]) -> str:
    """A knob over numbers, or over `false` and `true`."""
    return f"knob {name} in {{{', '.join(map(str, values))}}}"


def split(loop: str, parts: Sequence[tuple[str, str]]) -> str:
    """A split; an empty size is left open."""
    return f"split {loop}: [{', '.join(f'{name}: {size}' if size else name for name, size in parts)}]"


def rows_of(axis: dag.Axis) -> str:
    """The sizes that an axis outside the lanes may have in a register tile."""
    return f"1..{min(ROWS, axis.extent)}"


def register_tile(columns: Sequence[str], points: int, lanes: int, context: Context) -> Limit:
    """The accumulators of a tile, of a stage of so many points, fit the registers and hide latency."""
    most = (context.target.vector_registers - SPARE) * lanes
    least = min(LEAST_SUMS * lanes, points)
    return Limit(tuple(columns), least, max(most, least), "accumulators fit the vector registers")


def enough_tasks(columns: Sequence[str], points: int, lanes: int, context: Context) -> Limit:
    """What one task does of so many points leaves work for every core."""
    most = max(-(-points // context.target.cores), LEAST_SUMS * lanes)
    return Limit(tuple(columns), 1, most, "every core has a task")


def operands(stage: dag.Stage, reader: str, lane: str, places: tuple[str, ...],
             width: str) -> tuple[OperandItem, ...]:
    """The operands of a tiled stage that could be packed, each once."""
    found: dict[str, OperandItem] = {}
    for read in reads(stage):
        if lane not in axes_of(read) or not packable(stage, read, lane):
            continue
        place = dimension(read, lane)
        assert place is not None
        must = step(read, lane) not in (0, 1)
        item = OperandItem(read.tensor, reader, stage, _names(stage, read), place, places, width, must)
        found.setdefault(read.tensor, item)
    return tuple(found.values())


def _names(stage: dag.Stage, read: typed.Read) -> tuple[str, ...]:
    """Names for the dimensions of a copy: those of the subscripts where these are bare and differ."""
    bare = [expr.name if isinstance(expr, typed.Index) else "" for expr in read.index]
    taken = {axis.name for axis in (*stage.axes, *stage.reduction_axes)}
    return tuple(name if name and bare.count(name) == 1 else fresh(f"d{k}", taken)
                 for k, name in enumerate(bare))

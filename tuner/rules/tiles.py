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

ROWS = 14
"""Points of an axis, not in lanes, that a register tile may have."""

LEAST_SUMS = 4
"""Accumulators that hide some of the latency of an addition."""

SPARE = 2
"""Vector registers that operands need beside accumulators."""


@dataclass(frozen=True, slots=True)
class Loops:
    """Names for the parts of a stage's loops. `stage` is the name that directives use."""

    stage: str
    axes: tuple[dag.Axis, ...]
    lane: str

    @property
    def whole(self) -> list[str]:
        """Axes of extent 1, which are not split."""
        return [a.name for a in self.axes if a.extent == 1 and a.name != self.lane]

    @property
    def split(self) -> list[dag.Axis]:
        """The axes that are split, the one in lanes last."""
        rest = [a for a in self.axes if a.extent > 1 and a.name != self.lane]
        return [*rest, *(a for a in self.axes if a.name == self.lane)]

    def part(self, axis: str, number: int) -> str:
        """The name of a part of an axis, outermost 0; no axis of the stage has it."""
        taken = {a.name for a in self.axes}
        name = f"{axis}{number}"
        return name if name not in taken else f"{axis}_{number}"

    def level(self, number: int, *, lane_first: bool = False) -> list[str]:
        """Part `number` of every split axis, in the order of the axes; the lanes' last, or first."""
        names = [self.part(a.name, number) for a in self.split]
        return [names[-1], *names[:-1]] if lane_first else names

    def in_order(self, number: int) -> list[str]:
        """Part `number` of every split axis, in the order of the stage's axes."""
        return [self.part(a.name, number) for a in self.axes if a in self.split]


def knob(name: str, values: Iterable[int | str]) -> str:
    """A knob over numbers, or over `false` and `true`."""
    return f"knob {name} in {{{', '.join(map(str, values))}}}"


def split(loop: str, parts: Sequence[tuple[str, str]]) -> str:
    """A split; an empty size is left open."""
    return f"split {loop}: [{', '.join(f'{name}: {size}' if size else name for name, size in parts)}]"


def rows_of(axis: dag.Axis) -> str:
    """The sizes that an axis outside the lanes may have in a register tile."""
    return f"1..{min(ROWS, axis.extent)}"


def task(stage: str, loops: Sequence[str], lines: list[str]) -> str:
    """Make one parallel loop of several, in `lines`; its name, with the stage's."""
    if len(loops) > 1:
        lines.append(f"fuse {' '.join(f'{stage}.{name}' for name in loops)} as {stage_word(stage)}_task")
        loops = [f"{stage_word(stage)}_task"]
    lines.append(f"parallel {stage}.{loops[0]}")
    return f"{stage}.{loops[0]}"


def stage_word(stage: str) -> str:
    """A stage's name without dots, to make other names of."""
    return stage.replace(".", "_")


def register_tile(loops: Loops, number: int, width: str, context: Context) -> Limit:
    """The accumulators of a tile fit the vector registers and hide the latency of an addition."""
    columns = [f"{loops.stage}.{a.name}.{loops.part(a.name, number)}" for a in loops.split[:-1]]
    points = prod(a.extent for a in loops.split)
    most = (context.target.vector_registers - SPARE) * context.lanes
    least = min(LEAST_SUMS * context.lanes, points)
    return Limit((*columns, width), least, max(most, least), "accumulators fit the vector registers")


def enough_tasks(columns: Sequence[str], loops: Loops, context: Context) -> Limit:
    """What one task does leaves work for every core."""
    points = prod(a.extent for a in loops.split)
    most = max(-(-points // context.target.cores), LEAST_SUMS * context.lanes)
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
        names = _names(read)
        must = step(read, lane) not in (0, 1)
        item = OperandItem(read.tensor, reader, stage, names, place, places, width, must)
        found.setdefault(read.tensor, item)
    return tuple(found.values())


def _names(read: typed.Read) -> tuple[str, ...]:
    """Names for the dimensions of a copy: those of the subscripts where these are bare and differ."""
    bare = [expr.name if isinstance(expr, typed.Index) else "" for expr in read.index]
    return tuple(name if name and bare.count(name) == 1 else f"d{k}" for k, name in enumerate(bare))

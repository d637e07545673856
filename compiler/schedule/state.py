"""The state that directives change: each stage's loops, where it is computed, what its loops are marked with.

A loop steps through one *axis* in units of a *tile*: `split D.i: [i0, i1: 6]` turns the loop i of tile 1 into
i0 of tile 6 and i1 of tile 1. An axis is a spatial or reduction axis of the stage, or a *fused* axis whose
value is decoded into its member loops. Tiles and extents are symbolic integers over the holes of the
schedule, computed once; `left_of` is the closed form of what is left of an axis inside its first loops, with
`min` and ceil-div for the parts that do not divide. Lowering walks the same loops with numbers
(compiler/lower/lower.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...dsl import ast, typed
from ...dsl.record import record
from .. import dag
from ..sym import Int, ceil_divide, minimum, multiply
from ..target.target import Target
from .digits import Layout
from .instructions import Prefetched, Tensorized

SPATIAL, REDUCTION, FUSED = "spatial", "reduction", "fused"


@record
class Loop:
    """One live loop: iteration t covers elements t * tile … of its axis. `mark` is a loop kind of the IR.

    `part` is the axis of partial results that the loop's steps are elements of, where `rfactor` made one.
    """

    name: str
    axis: str
    tile: Int
    mark: str = "serial"
    part: str = ""


@record
class IterAxis:
    """Something loops step through. `members` are the loops a fused axis stands for, outermost first."""

    name: str
    kind: str
    extent: Int
    members: tuple[Loop, ...] = ()


@record
class Place:
    """Where a stage is computed: inside a loop of another stage."""

    stage: str
    loop: str


INLINE, ROOT = "inline", "root"


@dataclass
class StageState:
    """One stage of the kernel while directives apply.

    `made` lists the steps through each axis as splits made them, outer parts first; `consumed` says what
    became of a loop that is gone. `body` is the stage's with inlined producers written into it. `parts` has
    the axes of partial results, with the tile of the loop that each was (schedule/directives/rfactor.py).
    """

    stage: dag.Stage
    body: typed.Expr
    axes: dict[str, IterAxis]
    loops: list[Loop]
    made: dict[str, list[str]]
    place: Place | str = ROOT
    unroll: Int = 0
    consumed: dict[str, str] = field(default_factory=dict[str, str])
    layout: Layout | None = None
    parts: dict[str, Int] = field(default_factory=dict[str, Int])
    tensorized: Tensorized | None = None
    prefetched: list[Prefetched] = field(default_factory=list[Prefetched])
    peeled: set[str] = field(default_factory=set[str])

    @property
    def name(self) -> str:
        """The stage's name."""
        return self.stage.name

    def position(self, loop: str) -> int:
        """The index of a live loop."""
        return next(i for i, candidate in enumerate(self.loops) if candidate.name == loop)

    def is_reduction(self, loop: Loop) -> bool:
        """Whether a loop runs over reduction points."""
        axis = self.axes[loop.axis]
        if loop.part:
            return False
        if axis.kind == FUSED:
            return any(self.is_reduction(member) for member in axis.members)
        return axis.kind == REDUCTION

    def first_reduction(self) -> int:
        """The position of the outermost reduction loop; the number of loops where there is none."""
        return next((i for i, loop in enumerate(self.loops) if self.is_reduction(loop)), len(self.loops))


@dataclass
class State:
    """A kernel with some directives applied. `stages` are in topological order.

    `layouts` has the directives that gave stages theirs: what they need is checked after the last one.
    """

    dag: dag.Dag
    target: Target
    stages: dict[str, StageState]
    layouts: dict[str, ast.Layout] = field(default_factory=dict[str, ast.Layout])

    def stage(self, name: str) -> StageState:
        """The state of a stage."""
        return self.stages[name]

    def attached(self, stage: str, loop: str) -> list[StageState]:
        """The stages computed directly inside a loop, producers first."""
        return [s for s in self.stages.values() if s.place == Place(stage, loop)]

    def guests(self, stage: str) -> Iterator[StageState]:
        """The stages computed anywhere inside a stage's loops, at any depth."""
        for other in self.stages.values():
            if isinstance(other.place, Place) and other.place.stage == stage:
                yield other
                yield from self.guests(other.name)


def initial(graph: dag.Dag, target: Target) -> State:
    """Every stage at root, one loop an axis, reductions innermost."""
    return State(graph, target, {s.name: unscheduled(s) for s in graph.stages})


def unscheduled(stage: dag.Stage) -> StageState:
    """A stage as it is before any directive: one loop an axis, reductions innermost."""
    axes = [IterAxis(a.name, SPATIAL, a.extent) for a in stage.axes]
    axes += [IterAxis(a.name, REDUCTION, a.extent) for a in stage.reduction_axes]
    loops = [Loop(a.name, a.name, 1) for a in axes]
    return StageState(stage, stage.body, {a.name: a for a in axes}, loops, {a.name: [a.name] for a in axes})


# ── extents in closed form ───────────────────────────────────────────────────────────────────────────────


def steps(state: StageState, axis: str) -> list[tuple[int, Loop]]:
    """The steps through an axis as (position in the nest, loop), in the order they are taken."""
    return [(position, loop) for position, loop in _all_steps(state) if loop.axis == axis]


def _all_steps(state: StageState) -> list[tuple[int, Loop]]:
    """Every step through every axis. Members of a fused axis take theirs inside the last of its own."""
    found: list[tuple[int, Loop]] = []
    taken = dict.fromkeys(state.axes, 0)

    def take(position: int, loop: Loop) -> None:
        found.append((position, loop))
        taken[loop.axis] += 1
        if taken[loop.axis] == len(state.made[loop.axis]):
            for member in state.axes[loop.axis].members:
                take(position, member)

    for position, loop in enumerate(state.loops):
        take(position, loop)
    return found


def last_step(state: StageState, axis: str) -> int:
    """The position of the loop inside which the value of an axis is complete."""
    return steps(state, axis)[-1][0]


def in_order(state: StageState, axis: str) -> bool:
    """Whether the nest steps through an axis from its outer parts to its inner ones, as splits made them."""
    return [loop.name for _, loop in steps(state, axis)] == state.made[axis]


def split_order(state: StageState, axis: str) -> list[Loop]:
    """The steps through an axis, outer parts first: a tile is never larger than the one it is part of."""
    found = {loop.name: loop for _, loop in steps(state, axis)}
    return [found[name] for name in state.made[axis]]


def left_of(state: StageState, axis: str, position: int) -> Int:
    """The extent of an axis that is left inside the loops before `position`, for a full tile.

    Where the nest steps through the axis in another order than its splits made, what is left has gaps until
    the last of them: the whole extent then covers it.
    """
    extent = extent_of(state, axis)
    passed = [loop for i, loop in steps(state, axis) if i < position]
    if len(passed) == len(state.made[axis]):
        return 1
    if not passed or not in_order(state, axis):
        return extent
    left = extent
    for loop in split_order(state, axis)[: len(passed)]:
        left = minimum(loop.tile, left)
    return left


def extent_of(state: StageState, axis: str) -> Int:
    """The extent of an axis; that of a fused one is the product of its members' counts."""
    info = state.axes[axis]
    if info.kind != FUSED:
        return info.extent
    extent: Int = 1
    for member in info.members:
        extent = multiply(extent, count(state, member))
    return extent


def count(state: StageState, loop: Loop) -> Int:
    """How many iterations a loop (or a member of a fused one) has in a full tile."""
    left = extent_of(state, loop.axis)
    for outer in split_order(state, loop.axis):
        if outer.name == loop.name:
            break
        left = minimum(outer.tile, left)
    return ceil_divide(left, loop.tile)

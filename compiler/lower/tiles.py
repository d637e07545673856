"""Tiles as numbers: how far loops step, how often, and which of them are written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .. import sym
from ..loop.ir import Binary, Const, Expr
from ..schedule.state import Loop, StageState, State, extent_of, split_order, steps
from .arithmetic import ZERO, plus

MANY = 1 << 62


@dataclass(frozen=True, slots=True)
class Tiles:
    """The loops of a scheduled kernel with numbers for its holes."""

    state: State
    holes: Mapping[str, int]

    def of(self, loop: Loop) -> int:
        """The elements between two iterations of a loop."""
        return int(sym.evaluate(loop.tile, self.holes))

    def part(self, stage: StageState, loop: Loop) -> int:
        """The elements between two partial results along the axis of parts that a loop steps through."""
        return int(sym.evaluate(stage.parts[loop.part], self.holes))

    def missing_parts(self, stage: StageState) -> int | None:
        """The outermost loop over parts, by position, where a tile that does not divide leaves some of them
        without a term, and no reduction loop is outside it; None where none is left out."""
        for axis in stage.axes.values():
            over = [(p, loop) for p, loop in steps(stage, axis.name)
                    if loop.part and p < stage.first_reduction()]
            outer = [loop for _, loop in over if loop.part != over[-1][1].part]
            if any(self.extent(stage, axis.name) % self.of(loop) for loop in outer):
                return over[0][0]
        return None

    def first_part(self, stage: StageState, loop: Loop) -> str:
        """The name of the first loop that steps through the same parts."""
        over = {step.name: step.part for _, step in steps(stage, loop.axis)}
        return next(name for name in stage.made[loop.axis] if over[name] == loop.part)

    def within(self, stage: StageState, axis: str, taken: Mapping[str, Expr], extent: int) -> Iterator[Expr]:
        """The conditions that the steps through an axis stay in the tiles around them, and in the axis."""
        made = split_order(stage, axis)
        for k, loop in enumerate(made):
            span = self.span(stage, axis, k, extent)
            if span % self.of(loop):
                offset: Expr = ZERO
                for inner in made[k:]:
                    offset = plus(offset, taken[inner.name])
                yield Binary("<", offset, Const(span))

    def extent(self, stage: StageState, axis: str) -> int:
        """The extent of an axis; that of a fused one in a full tile."""
        return int(sym.evaluate(extent_of(stage, axis), self.holes))

    def nominal(self, stage: StageState, loop: Loop) -> int:
        """The elements that a loop goes through in a full tile."""
        k = stage.made[loop.axis].index(loop.name)
        return self.span(stage, loop.axis, k, self.extent(stage, loop.axis))

    def span(self, stage: StageState, axis: str, k: int, extent: int) -> int:
        """The elements that the k-th step of an axis goes through, where all before it are full.

        A split may make a tile larger than the loop it splits goes through: the smallest tile counts.
        """
        return min(extent, *map(self.of, split_order(stage, axis)[:k])) if k else extent

    def most(self, stage: StageState, member: Loop, left: Mapping[str, int]) -> int:
        """How many steps a member of a fused axis takes where the steps before it are full."""
        k = stage.made[member.axis].index(member.name)
        return -(-self.span(stage, member.axis, k, left[member.axis]) // self.of(member))

    def kind(self, stage: StageState, position: int, left: Mapping[str, int], init: bool) -> str:
        """A loop's kind: as marked, or unrolled where the stage's step allows it."""
        loop = stage.loops[position]
        step = int(sym.evaluate(stage.unroll, self.holes))
        if loop.mark != "serial" or step == 0:
            return loop.mark
        return "unrolled" if self._copies(stage, position, left, init) <= step else "serial"

    def _copies(self, stage: StageState, position: int, left: Mapping[str, int], init: bool) -> int:
        """How many copies of the innermost statement unrolling from a position on would write."""
        copies, left = 1, dict(left)
        for loop in stage.loops[position:]:
            if not init and stage.tensorized is not None and stage.tensorized.loop == loop.name:
                return copies
            if init and stage.is_reduction(loop):
                continue
            if loop.axis not in left or self.state.attached(stage.name, loop.name):
                return MANY
            tile = self.of(loop)
            count = -(-left[loop.axis] // tile)
            left[loop.axis] = min(tile, left[loop.axis])
            lanes = self.state.target.lanes(stage.stage.dtype.bytes)
            copies *= -(-count // lanes) if loop.mark == "vectorized" else count
        return copies

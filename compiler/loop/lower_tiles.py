"""Tiles as numbers: how far loops step, how often, and which of them are written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .. import sym
from ..schedule.state import Loop, StageState, State, split_order

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

    def span(self, stage: StageState, axis: str, k: int, extent: int) -> int:
        """The elements that the k-th step of an axis goes through, where all before it are full."""
        return min(self.of(split_order(stage, axis)[k - 1]), extent) if k else extent

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
            lanes = self.state.target.vector_bytes // stage.stage.dtype.bytes
            copies *= -(-count // lanes) if loop.mark == "vectorized" else count
        return copies

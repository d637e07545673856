"""Steps of the loops of a stage: how far they take its axes, and the choice between a tile and the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..loop.ir import Binary, Block, Const, Expr, If, Stmt, Var
from ..schedule.state import Loop, StageState, in_order
from .arithmetic import times
from .frame import Frame
from .tiles import Tiles

Body = Callable[[Frame], tuple[Stmt, ...]]
Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Walk:
    """A stage whose loops are walked through, and the names of loop variables by (stage, loop)."""

    tiles: Tiles
    names: Names
    stage: StageState

    def var(self, loop: Loop) -> Var:
        """The variable of a loop."""
        return Var(self.names[self.stage.name, loop.name])

    def step(self, frame: Frame, loop: Loop, step: Expr, left: int) -> Frame:
        """The frame in a step of a loop."""
        tile = self.tiles.of(loop)
        if loop.part:
            unit = self.tiles.part(self.stage, loop)
            room = -(-left // unit) if in_order(self.stage, loop.axis) else frame.left[loop.part]
            frame = frame.advance(loop.part, times(step, tile // unit), room)
        frame = frame.advance(loop.axis, times(step, tile), left)
        in_lanes = frame.lanes is not None and frame.lanes.loop == loop.name
        return replace(frame, lanes=frame.lanes.at(step)) if frame.lanes and in_lanes else frame

    def either(self, frame: Frame, loop: Loop, step: Expr, full: int, rest: int,
               inside: Body) -> tuple[Stmt, ...]:
        """A step that is full or the rest, decided where it runs."""
        tile = self.tiles.of(loop)
        if full == 0 or rest == 0:
            return inside(self.step(frame, loop, step, tile if full else rest))
        then = inside(self.step(frame, loop, step, tile))
        otherwise = inside(self.step(frame, loop, Const(full), rest))
        return (If(Binary("<", step, Const(full)), Block(then), Block(otherwise)),)

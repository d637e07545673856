"""What is left of the members of a fused axis inside some of its steps, with the numbers of one tile."""

from __future__ import annotations

from ..loop.ir import Binary, Const, Expr
from ..schedule.partly import Left, Partly, left_of_members, partly
from ..schedule.state import StageState
from .arithmetic import times
from .frame import Frame


def frame_inside(host: StageState, position: int, frame: Frame) -> Frame:
    """The frame as what is computed inside the loop at a position sees it: members that have not stepped yet
    are as far as they will be in any iteration further in."""
    for found in partly(host, position + 1):
        name = found.axis.name
        for part in left_of_members(found, frame.counts[name], frame.left[name], frame.left):
            step = _step(found, part, frame.value[name])
            frame = frame.advance(part.member.axis, times(step, part.tile), part.steps * part.tile)
    return frame


def _step(found: Partly, part: Left, value: Expr) -> Expr:
    """The first of the steps that are left of a member."""
    step = value if part.inner == 1 else Binary("//", value, Const(part.inner))
    return step if part.member == found.axis.members[0] else Binary("%", step, Const(part.count))

"""Fused axes: where a walk through one begins, and how its value tells those of its members."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from ..loop.ir import Binary, Block, Const, Expr, If, Let, Stmt, Var
from ..schedule.state import FUSED, Loop, StageState, steps
from .arithmetic import ZERO
from .frame import Frame
from .tiles import Tiles
from .walk import Body, Walk

Step = tuple[Loop, Expr, int]  # a member of a fused axis, the number of its step, how many there are at most


def begin_fused(tiles: Tiles, stage: StageState, loop: Loop, frame: Frame) -> Frame:
    """The frame at the first step through a fused axis."""
    for member in stage.axes[loop.axis].members:
        if member.axis not in frame.left:
            frame = begin_fused(tiles, stage, member, frame)
    counts = tuple(tiles.most(stage, member, frame.left) for member in stage.axes[loop.axis].members)
    extent = prod(counts)
    return replace(frame, value={**frame.value, loop.axis: ZERO}, left={**frame.left, loop.axis: extent},
                   start={**frame.start, loop.axis: ZERO}, extent={**frame.extent, loop.axis: extent},
                   counts={**frame.counts, loop.axis: counts})


def decoded(walk: Walk, loop: Loop, frame: Frame, then: Body) -> tuple[Stmt, ...]:
    """`then`; at the last step through a fused axis inside its members' steps, by `//` and `%`."""
    axis = walk.stage.axes[loop.axis]
    if axis.kind != FUSED or steps(walk.stage, axis.name)[-1][1].name != loop.name:
        return then(frame)
    value, inner = frame.value[axis.name], 1
    lets: list[Stmt] = []
    taken: list[Step] = []
    counts = frame.counts[axis.name]
    for k, member in reversed(list(enumerate(axis.members))):
        step: Expr = value if inner == 1 else Binary("//", value, Const(inner))
        var: Var = walk.var(member)
        lets.insert(0, Let(var, Binary("%", step, Const(counts[k])) if k else step))
        taken.insert(0, (member, var, counts[k]))
        inner *= counts[k]
    return (*lets, *_take(walk, taken, frame, then))


def _take(walk: Walk, members: list[Step], frame: Frame, then: Body) -> tuple[Stmt, ...]:
    """Advance by each member's step, full or rest; not at all where what is left has fewer."""
    if not members:
        return then(frame)
    (loop, step, most), others = members[0], members[1:]
    full, rest = divmod(frame.left[loop.axis], walk.tiles.of(loop))

    def inside(f: Frame) -> tuple[Stmt, ...]:
        return decoded(walk, loop, f, lambda g: _take(walk, others, g, then))

    body = walk.either(frame, loop, step, full, rest, inside)
    count = full + (rest > 0)
    return body if most <= count else (If(Binary("<", step, Const(count)), Block(body)),)

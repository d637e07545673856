"""One loop of a stage as statements: full iterations and the rest, some of its parts, or nominal counts."""

from __future__ import annotations

from dataclasses import replace

from ..loop.ir import Binary, Block, Const, For, If, Stmt
from ..schedule.state import FUSED, Loop, in_order, steps
from .arithmetic import ZERO, plus, times
from .frame import Frame
from .walk import Body, Walk


def one_loop(walk: Walk, loop: Loop, frame: Frame, kind: str, inside: Body, *,
             init: bool) -> tuple[Stmt, ...]:
    """A loop around what stands `inside` it, for what is left of its axis."""
    if not in_order(walk.stage, loop.axis):
        return _gapped(walk, loop, frame, kind, inside, init)
    if loop.part and _is_partial(walk, loop, frame):
        return _some_parts(walk, loop, frame, kind, inside, init)
    return _full_and_rest(walk, loop, frame, kind, inside)


def _is_partial(walk: Walk, loop: Loop, frame: Frame) -> bool:
    """Whether only some of the parts that a loop steps through are wanted here."""
    return frame.start[loop.part] != ZERO or frame.extent[loop.part] < _parts(walk, loop)


def _parts(walk: Walk, loop: Loop) -> int:
    """The partial results of a loop's stage."""
    return next(axis.extent for axis in walk.stage.stage.axes if axis.name == loop.part)


def _full_and_rest(walk: Walk, loop: Loop, frame: Frame, kind: str, inside: Body) -> tuple[Stmt, ...]:
    """Full iterations and the rest, or a single iteration without a loop."""
    tile, left = walk.tiles.of(loop), frame.left[loop.axis]
    full, rest = divmod(left, tile)
    count = full + (rest > 0)
    if count == 1:
        body = inside(walk.step(frame, loop, ZERO, min(tile, left)))
        fused = walk.stage.axes[loop.axis].kind == FUSED
        return (Block(body),) if fused else body    # the names of a fused axis hold here only
    var = walk.var(loop)
    if kind == "parallel" and rest:
        return (For(var.name, count, kind, Block(walk.either(frame, loop, var, full, rest, inside))),)
    whole = Block(inside(walk.step(frame, loop, ZERO if full == 1 else var, tile)))
    first = whole if full == 1 else For(var.name, full, kind, whole)
    if not rest:
        return (first,)
    return first, Block(inside(walk.step(frame, loop, Const(full), rest)))


def _some_parts(walk: Walk, loop: Loop, frame: Frame, kind: str, inside: Body,
                init: bool) -> tuple[Stmt, ...]:
    """A loop over some of the parts that there are: which, is known only where it runs."""
    number, first = frame.extent[loop.part], frame.start[loop.part]
    var = walk.var(loop)
    frame = replace(frame, start={**frame.start, loop.part: ZERO})
    full, rest = (1, 0) if init else divmod(frame.left[loop.axis], walk.tiles.of(loop))
    step = first if number == 1 else plus(first, var)
    body = walk.either(frame, loop, step, full, rest, inside)
    there = full + (rest > 0)
    if not init and there < _parts(walk, loop):     # a tile that does not divide has fewer parts
        body = (If(Binary("<", step, Const(there)), Block(body)),)
    return body if number == 1 else (For(var.name, number, kind, Block(body)),)


def _gapped(walk: Walk, loop: Loop, frame: Frame, kind: str, inside: Body, init: bool) -> tuple[Stmt, ...]:
    """A loop ordered against its splits: nominal counts, and guards where the value is complete."""
    tiles, stage, axis = walk.tiles, walk.stage, loop.axis
    tile, extent = tiles.of(loop), frame.extent[axis]
    last = steps(stage, axis)[-1][1].name == loop.name
    var = walk.var(loop)
    frame = walk.step(frame, loop, var, 1 if last else extent)
    frame = replace(frame, steps={**frame.steps, loop.name: times(var, tile)})
    body = inside(frame)
    if loop.part:
        body = (If(Binary("<", frame.value[loop.part], Const(frame.extent[loop.part])), Block(body)),)
    guarded = last and not (init and loop.part)
    for condition in tiles.within(stage, axis, frame.steps, extent) if guarded else ():
        body = (If(condition, Block(body)),)
    count = -(-tiles.span(stage, axis, stage.made[axis].index(loop.name), extent) // tile)
    return (For(var.name, count, kind, Block(body)),)

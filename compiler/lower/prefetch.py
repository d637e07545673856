"""What an iteration fetches for the next one: the lines of the region that it will read."""

from __future__ import annotations

from math import prod

from ..loop.ir import Binary, Block, Call, Const, Expr, For, If, Prefetch, Stmt, Var
from ..schedule.directives.prefetch import tensor_of
from ..schedule.instructions import Prefetched
from ..schedule.region import read_region
from ..schedule.state import StageState, State
from .arithmetic import ZERO, minus, plus, times
from .expressions import Stored
from .frame import Frame
from .starts import region_box

LINE = 64       # bytes
MOST = 64       # lines that one iteration asks for
WRITTEN_OUT = 8     # lines that need no loop


def prefetches(state: State, stage: StageState, position: int, frame: Frame, tile: int) -> tuple[Stmt, ...]:
    """The prefetches at the beginning of a loop's body, whose iterations are `tile` elements apart."""
    loop = stage.loops[position]
    return tuple(stmt for made in stage.prefetched if made.loop == loop.name
                 for stmt in _prefetch(state, stage, position, frame, tile, made))


def _prefetch(state: State, stage: StageState, position: int, frame: Frame, tile: int,
              made: Prefetched) -> tuple[Stmt, ...]:
    axis = stage.loops[position].axis
    tensor = tensor_of(state, made.tensor)
    found = read_region(state, stage, position, tensor)
    if found is None or frame.extent[axis] <= tile:
        return ()
    after = frame.advance(axis, Const(tile), frame.left[axis])
    starts, extents = region_box(stage, found.of[tensor.name], found.atoms, after)
    step = LINE // tensor.dtype.bytes
    steps = (*(1 for _ in extents[:-1]), step)
    body = _lines(frame.tensors[tensor.name], starts, extents, steps, f"{tensor.name}.ahead")
    there_is = Binary("<", after.value[axis], Const(frame.extent[axis]))
    return (If(there_is, Block((body,))),)


def _lines(stored: Stored, starts: tuple[Expr, ...], extents: tuple[int, ...], steps: tuple[int, ...],
           name: str) -> Stmt:
    """Loops over the elements of a region, a line apart along the last axis."""
    counts = [-(-extent // step) for extent, step in zip(extents, steps, strict=True)]
    for d in reversed(range(len(counts))):
        counts[d] = max(1, min(counts[d], MOST // prod(counts[d + 1 :])))
    kept = stored.arranged.extents if stored.arranged else stored.buffer.shape
    index: list[Expr] = []
    for d, (start, step) in enumerate(zip(starts, steps, strict=True)):
        at = minus(plus(start, times(Var(f"{name}{d}"), step) if counts[d] > 1 else ZERO), stored.start[d])
        index.append(plus(stored.start[d], Call("max", (ZERO, Call("min", (at, Const(kept[d] - 1)))))))
    kind = "unrolled" if prod(counts) <= WRITTEN_OUT else "serial"
    stmt: Stmt = Prefetch(stored.buffer, stored.place(tuple(index)))
    for d in reversed(range(len(counts))):
        if counts[d] > 1:
            stmt = For(f"{name}{d}", counts[d], kind, Block((stmt,)))
    return stmt

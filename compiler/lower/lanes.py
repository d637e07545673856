"""Reductions in lanes: a vectorized reduction loop adds to accumulators side by side, combined at the end.

    before  C[0] = 0  for k0 { vectorized for k1 in 0..8 { C[0] = C[0] + A[k0 * 8 + k1] } }
    after   local C.lanes: f32[8]  vectorized for k1 in 0..8 { C.lanes[k1] = 0 }
            for k0 { vectorized for k1 in 0..8 { C.lanes[k1] = C.lanes[k1] + A[k0 * 8 + k1] } }
            C[0] = across.sum(C.lanes[ramp(0, 1, 8)])

The accumulators are set just outside the outermost reduction loop, as that of a scalar reduction is. A lane
that a tail never reaches keeps the identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .. import sym
from ..loop.accumulate import Cell
from ..loop.ir import Alloc, Block, Buffer, Expr, For, Stmt
from ..schedule.state import StageState, count
from .arithmetic import ZERO, minus, plus


@dataclass(frozen=True, slots=True)
class Lanes:
    """Accumulators of the elements from `start` on, in a last dimension the lanes of `loop`.

    `lane` is the one that the walk is in; `done` once they are to be combined.
    """

    loop: str
    buffer: Buffer
    best: Buffer | None
    start: tuple[Expr, ...]
    lane: Expr = ZERO
    done: bool = False

    @property
    def number(self) -> int:
        """How many lanes there are."""
        return self.buffer.shape[-1]

    @property
    def allocs(self) -> tuple[Stmt, ...]:
        """The statements that make the accumulators."""
        return tuple(Alloc(b) for b in (self.buffer, self.best) if b is not None)

    def cell(self, at: tuple[Expr, ...], lane: Expr | None = None) -> Cell:
        """The accumulator of an element; without a lane, what all of its lanes have in common."""
        index = tuple(minus(e, s) for e, s in zip(at, self.start, strict=True))
        place = index if lane is None else (*index, lane)
        return Cell(self.buffer, place, self.best, place)

    def in_each(self, var: str, stmts: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        """Statements for all lanes."""
        return (For(var, self.number, "vectorized", Block(stmts)),)

    def at(self, lane: Expr) -> Lanes:
        """The same accumulators, seen from one lane."""
        return replace(self, lane=lane)

    def finished(self) -> Lanes:
        """The same accumulators, to be combined."""
        return replace(self, done=True)


def lanes_of(stage: StageState, holes: Mapping[str, int], value: Mapping[str, Expr], left: Mapping[str, int],
             start: Mapping[str, Expr]) -> Lanes | None:
    """The accumulators for what is left of a stage's spatial axes; None where no reduction runs in lanes."""
    loop = next((s for s in stage.loops if s.mark == "vectorized" and stage.is_reduction(s)), None)
    number = 1 if loop is None else int(sym.evaluate(count(stage, loop), holes))
    if loop is None or number == 1:
        return None
    axes = [a.name for a in stage.stage.axes]
    shape = (*(left[name] for name in axes), number)
    best = None
    if is_place(stage):
        best = Buffer(f"{stage.name}.arg.lanes", stage.body.dtype, shape, "local")
    return Lanes(loop.name, Buffer(f"{stage.name}.lanes", stage.stage.dtype, shape, "local"), best,
                 tuple(plus(start[name], value[name]) for name in axes))


def is_place(stage: StageState) -> bool:
    """Whether a stage's elements say where the best term is: its value is kept beside."""
    reduction = stage.stage.reduction
    return reduction is not None and reduction.reducer in ("argmin", "argmax")


def widest_element(stage: StageState) -> int:
    """Bytes of the widest of a stage's accumulators."""
    return max(stage.stage.dtype.bytes, stage.body.dtype.bytes if is_place(stage) else 1)

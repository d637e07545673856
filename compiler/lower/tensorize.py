"""The inner loops of a stage as the invocation of an intrinsic, where a tile is full.

The places of a block's elements are index expressions with a variable for each axis of the intrinsic. Each
subscript must be a sum of multiples of these and of what does not depend on them: the multiples are the steps
of the operand. Every way in which the intrinsic fits the stage is tried; the first one whose operands stand
as the texts take them is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...dsl import typed
from ..loop.accumulate import Cell, begin, update
from ..loop.affine import flat
from ..loop.invoke import OPERAND, dense_strides, strides
from ..loop.ir import Block, Buffer, Expr, For, Intrinsic, Invoke, Operand, Stmt, Store, Var
from ..loop.simplify import Simplifier
from ..loop.visit import free_vars, substitute
from ..schedule.directives.tensorize import inner_of
from ..schedule.errors import ScheduleError
from ..schedule.instructions import Tensorized
from ..schedule.match import Match, Pattern, matches, pattern_of
from ..schedule.state import StageState
from .arithmetic import ZERO, plus
from .expressions import Stored, lower_expr
from .frame import Frame

FAR = 1 << 40   # beyond the value of any loop variable


def invocation(stage: StageState, position: int, frame: Frame) -> Invoke | None:
    """The invocation that computes what is left of a stage from a loop on; None where loops do that.

    Raises ScheduleError S489 or S490 where no operand of the stage stands as the intrinsic takes it.
    """
    made = stage.tensorized
    if made is None or stage.loops[position].name != made.loop:
        return None
    inner, pattern = inner_of(stage, made), pattern_of(made.intrinsic)
    found = matches(pattern, inner)
    wanted = {found[0].axes[a.name]: a.extent for a in (*pattern.spatial, *pattern.reduction)}
    if any(frame.left[axis] != extent for axis, extent in wanted.items()):
        return None
    problems: list[ScheduleError] = []
    for match in found:
        try:
            return _Block(stage, made, pattern, match, frame).invoke()
        except ScheduleError as error:
            problems.append(error)
    raise problems[0]


@dataclass(frozen=True, slots=True)
class _Block:
    """A full block of a stage, matched."""

    stage: StageState
    made: Tensorized
    pattern: Pattern
    match: Match
    frame: Frame

    def invoke(self) -> Invoke:
        """The invocation."""
        intrinsic = lowered(self.made.intrinsic)
        return Invoke(intrinsic, tuple(map(self.operand, self.made.intrinsic.operands)))

    def operand(self, tensor: typed.Tensor) -> Operand:
        """What stands for a parameter."""
        at = {axis: plus(start, self.frame.value[axis]) for axis, start in self.frame.start.items()}
        moved = {self.match.axes[name]: self.variable(name) for name in self.match.axes}
        at |= {axis: plus(at[axis], var) for axis, var in moved.items()}
        own = self.pattern.stage
        if tensor.name == own.name:
            index = tuple(at[a.name] for a in self.stage.stage.axes)
            stored, names = self.frame.tensors[self.stage.name], [a.name for a in own.axes]
            what = f"{self.stage.name}[{', '.join(a.name for a in self.stage.stage.axes)}]"
        else:
            read = self.match.reads[tensor.name]
            index = tuple(lower_expr(i, at, self.frame.tensors) for i in read.index)
            stored, names = self.frame.tensors[read.tensor], list(self.subscripts(tensor.name))
            what = read.tensor
        made = self.placed(tensor, stored, stored.place(index), names, what)
        self.check_strides(tensor, made, names, what)
        return made

    def variable(self, axis: str) -> Var:
        """What an axis of the intrinsic is called in subscripts."""
        return Var(f"{self.pattern.name}.{axis}")

    def subscripts(self, operand: str) -> Iterator[str]:
        """The axes of the intrinsic at which its body reads an operand."""
        read = next(r for r in typed.reads(self.pattern.stage.body) if r.tensor == operand)
        return (i.name for i in read.index if isinstance(i, typed.Index))

    def placed(self, tensor: typed.Tensor, stored: Stored, index: tuple[Expr, ...], names: list[str],
               what: str) -> Operand:
        """The first element, and how far each subscript goes along each axis."""
        inside = {self.variable(a.name).name: (0, a.extent - 1)
                  for a in (*self.pattern.spatial, *self.pattern.reduction)}
        others = {name: (0, FAR) for e in index for name in free_vars(e) if name not in inside}
        known = Simplifier({**others, **inside})
        first: list[Expr] = []
        along: list[Mapping[str, int]] = []
        for subscript in map(known.expr, index):
            steps = _steps(subscript, set(inside))
            if steps is None or steps.keys() - {self.variable(n).name for n in names}:
                raise self.wrong("S489", f"the elements of {what} that it takes for {tensor.name} are not "
                                 "evenly spaced", "let each part of the tile be a whole one of the layout")
            along.append(steps)
            first.append(substitute(subscript, dict.fromkeys(inside, ZERO)))
        steps_of = tuple(tuple(s.get(self.variable(n).name, 0) for s in along) for n in names)
        return Operand(stored.buffer, tuple(first), steps_of)

    def check_strides(self, tensor: typed.Tensor, operand: Operand, names: list[str], what: str) -> None:
        """A stride that the texts do not take must be that of a dense operand."""
        free = free_axes(self.made.intrinsic, tensor.name)
        found = strides(operand)
        for n, wanted in enumerate(dense_strides(tensor.shape)):
            if n not in free and tensor.shape[n] > 1 and found[n] != wanted:
                raise self.wrong("S490", f"it takes elements of {tensor.name} along {names[n]} that are "
                                 f"{wanted} apart, those of {what} are {found[n]} apart",
                                 "lay out a copy for it (cache_read, layout), or use "
                                 f"${tensor.name}.s{n} in the texts")

    def wrong(self, code: str, message: str, hint: str) -> ScheduleError:
        """An error at the directive."""
        return ScheduleError(code, f"{self.pattern.name} does not fit {self.stage.name}: {message}",
                             self.made.span, hint)


def _steps(subscript: Expr, inside: set[str]) -> Mapping[str, int] | None:
    """How far a simplified subscript goes with each variable; None where that differs from place to place."""
    form = flat(subscript)
    moving = {atom: by for atom, by in form.terms.items() if free_vars(atom) & inside}
    if not all(isinstance(atom, Var) for atom in moving):
        return None
    return {atom.name: by for atom, by in moving.items() if isinstance(atom, Var)}


def free_axes(intrinsic: typed.Intrinsic, operand: str) -> frozenset[int]:
    """The axes whose strides every text takes: these may be any."""
    found = [{int(m["axis"]) for m in OPERAND.finditer(text) if m["name"] == operand and m["axis"]}
             for language, text in intrinsic.emits if language != "header"]
    return frozenset[int].intersection(*map(frozenset, found))


def lowered(intrinsic: typed.Intrinsic) -> Intrinsic:
    """The intrinsic as loops over its parameters."""
    pattern = pattern_of(intrinsic)
    stage = pattern.stage
    buffers = {t.name: Buffer(t.name, t.dtype, t.shape) for t in intrinsic.operands}
    tensors = {name: Stored(b, (ZERO,) * len(b.shape), b.shape) for name, b in buffers.items()}
    at: dict[str, Expr] = {a.name: Var(f"{intrinsic.name}.{a.name}")
                           for a in (*stage.axes, *stage.reduction_axes)}
    cell = Cell(buffers[stage.name], tuple(at[a.name] for a in stage.axes))
    value = lower_expr(stage.body, at, tensors)
    reducer = "sum" if pattern.adds else stage.reduction.reducer if stage.reduction else ""
    inner: tuple[Stmt, ...] = (Store(cell.buffer, cell.index, value),)
    if reducer:
        inner = update(reducer, cell, value, ZERO, intrinsic.name)
    for axis in reversed(stage.reduction_axes):
        inner = (For(f"{intrinsic.name}.{axis.name}", axis.extent, "serial", Block(inner)),)
    if reducer and not pattern.adds:
        inner = (*begin(reducer, cell), *inner)
    for axis in reversed(stage.axes):
        inner = (For(f"{intrinsic.name}.{axis.name}", axis.extent, "serial", Block(inner)),)
    return Intrinsic(intrinsic.name, tuple(buffers.values()), intrinsic.target, Block(inner), intrinsic.emits)

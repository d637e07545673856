"""The innermost statement of a stage: the store of one element, or of one step of its reduction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..loop.accumulate import Cell, begin, combine, update
from ..loop.ir import Expr, Stmt, Store, Var
from ..schedule.state import StageState
from .arithmetic import ZERO, plus, times
from .expressions import lower_expr
from .frame import Frame


def element_store(stage: StageState, at: Mapping[str, Expr], frame: Frame) -> tuple[Stmt, ...]:
    """The store of an element of an element-wise stage."""
    stored = frame.tensors[stage.name]
    index = stored.place(tuple(at[a.name] for a in stage.stage.axes))
    return (Store(stored.buffer, index, lower_expr(stage.body, at, frame.tensors)),)


def reduction_step(stage: StageState, reducer: str, at: Mapping[str, Expr], frame: Frame) -> tuple[Stmt, ...]:
    """One more term of a reduction."""
    axes = tuple(at[a.name] for a in stage.stage.axes)
    lanes = frame.lanes
    cell = _cell(stage, axes, frame) if lanes is None else lanes.cell(axes, lanes.lane)
    point: Expr = ZERO
    for axis in stage.stage.reduction_axes:
        point = plus(times(point, axis.extent) if point != ZERO else ZERO, at[axis.name])
    value = lower_expr(stage.body, at, frame.tensors)
    return update(reducer, cell, value, point, stage.name, rising=_is_rising(stage))


def _is_rising(stage: StageState) -> bool:
    """Whether a stage visits its reduction points in their order."""
    walked = [loop.name for loop in stage.loops if stage.is_reduction(loop)]
    return walked == [name for axis in stage.stage.reduction_axes for name in stage.made[axis.name]]


def reduction_edge(stage: StageState, reducer: str, at: Mapping[str, Expr], frame: Frame, width: int,
                   var: str) -> tuple[Stmt, ...]:
    """What stands before a reduction's loops, and behind those of one in lanes: `width` lanes a vector,
    `var` the name of the loop over all of them."""
    axes = tuple(at[a.name] for a in stage.stage.axes)
    lanes = frame.lanes
    if lanes is None:
        return begin(reducer, _cell(stage, axes, frame))
    if lanes.done:
        return combine(reducer, _cell(stage, axes, frame), lanes.cell(axes), width, stage.name)
    return lanes.in_each(var, begin(reducer, lanes.cell(axes, Var(var))))


def _cell(stage: StageState, axes: tuple[Expr, ...], frame: Frame) -> Cell:
    stored, best = frame.tensors[stage.name], frame.tensors.get(f"{stage.name}.best")
    cell = Cell(stored.buffer, stored.place(axes))
    if best is None:
        return cell
    local = tuple(frame.value[a.name] for a in stage.stage.axes)
    return replace(cell, best=best.buffer, local=local)

"""`inline`: a stage's expression is written where it is read."""

from __future__ import annotations

from collections.abc import Mapping

from ....dsl import ast, typed
from ....dsl.dtypes import BOOL, I64
from ... import dag
from ..errors import ScheduleError
from ..find import find_stage
from ..holes import Holes
from ..state import State
from .padding import names_padding, require_padding


def inline(state: State, directive: ast.Inline, holes: Holes) -> None:
    """Compute elements of a stage where they are read, and never store them.

    before  global T: f32[9] for a in 0..9 { T[a] = A[a] * B[a] } for i in 0..9 { D[i] = T[i] +
            A[i] }
    after   for i in 0..9 { D[i] = A[i] * B[i] + A[i] }     # inline T
    needs   an element-wise stage (S440) that is not an output (S441) and hosts no other stage (S442)

    `inline X.pad` keeps guarded reads of X where they are, which is what they do anyway.
    """
    for ref in directive.stages:
        if names_padding(state, ref):
            require_padding(state, ref)
        else:
            _inline_stage(state, ref)


def _inline_stage(state: State, ref: ast.Ref) -> None:
    owner = find_stage(state, ref)
    if owner.stage.reduction:
        raise ScheduleError("S440", f"{owner.name} is a reduction and cannot be inlined: each reader "
                            "would reduce again",
                            ref.span, f"compute it at a loop of its reader: compute {owner.name} at …")
    if state.dag.is_output(owner.name):
        raise ScheduleError("S441", f"{owner.name} is an output and must be stored", ref.span)
    guest = next(iter(state.guests(owner.name)), None)
    if guest:
        raise ScheduleError("S442", f"{guest.name} is computed at a loop of {owner.name}, which would "
                            "be gone", ref.span,
                            f"inline {owner.name} first")
    del state.stages[owner.name]
    for other in state.stages.values():
        other.body = replace_reads(other.body, owner.stage, owner.body)


def replace_reads(expr: typed.Expr, stage: dag.Stage, body: typed.Expr) -> typed.Expr:
    """The expression with the stage's body in place of every read of it."""
    expr = typed.rebuild(expr, lambda child: replace_reads(child, stage, body))
    if not isinstance(expr, typed.Read) or expr.tensor != stage.name:
        return expr
    values = {axis.name: index for axis, index in zip(stage.axes, expr.index, strict=True)}
    value = at_index(body, values)
    if expr.otherwise is None:
        return value
    return typed.Select(inside(expr.index, stage.shape), value, expr.otherwise, expr.dtype)


def at_index(expr: typed.Expr, values: Mapping[str, typed.Expr]) -> typed.Expr:
    """An element-wise body with expressions for its index variables."""
    if isinstance(expr, typed.Index):
        return values.get(expr.name, expr)
    return typed.rebuild(expr, lambda child: at_index(child, values))


def inside(index: tuple[typed.Expr, ...], shape: tuple[int, ...]) -> typed.Expr:
    """The condition that an index lies inside a shape."""
    condition: typed.Expr = typed.Const(value=True, dtype=BOOL)
    for expr, extent in zip(index, shape, strict=True):
        low = typed.Binary(">=", expr, typed.Const(0, I64), BOOL)
        high = typed.Binary("<", expr, typed.Const(extent, I64), BOOL)
        condition = typed.Binary("and", condition, typed.Binary("and", low, high, BOOL), BOOL)
    return condition

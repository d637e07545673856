"""Stages: the ranges of their axes, the type of their value, what outputs declared."""

from __future__ import annotations

from .. import ast, typed
from ..dtypes import DTYPES, DType
from . import types
from .context import Context
from .expressions import Expressions
from .literals import Flexible
from .ranges import declared_use, extent_of
from .reductions import bind
from .scope import Extent, Scope, Tensor
from .sizes import check_bytes


def check_stage(stage: ast.Stage, checker: Expressions) -> typed.Stage | None:
    """The typed stage, or None where something in it is wrong. Fills in shape and type of its tensor."""
    scope = checker.scope
    tensor = scope.tensors[stage.name]
    at = _axes(stage, tensor, checker)
    if tensor.declared is None:
        tensor.shape = tuple(a.extent for a in at.axes)
    value = checker.value(stage.value, at)
    declared = None if tensor.declared is None else tensor.dtype
    settled = _settle(stage, value, declared, checker)
    if settled is None:
        return None
    if tensor.declared is None:
        tensor.dtype = settled.dtype
        check_bytes(stage.name, tensor.shape, tensor.dtype, stage.span, scope.report)
    elif settled.dtype != tensor.dtype:
        _mismatch(stage, settled.dtype, tensor, scope)
        return None
    axes = tuple(typed.Axis(a.name, a.extent or 1) for a in at.axes)
    return typed.Stage(stage.name, axes, settled.dtype, settled, stage.span)


def _axes(stage: ast.Stage, tensor: Tensor, checker: Expressions) -> Context:
    declared = tensor.declared
    if declared is not None and len(tensor.shape) != len(stage.axes):
        checker.report.error(
            "T308",
            f"'{stage.name}' has {len(stage.axes)} indices, but {declared} has rank {len(tensor.shape)}",
            stage.span,
            notes=[(declared.span, "declared here")],
            hint="give it one index for each dimension",
        )

    def extent(position: int) -> Extent:
        axis = stage.axes[position]
        found = extent_of(axis, stage.value, checker.scope, declared_use(tensor, position))
        if declared is not None and position < len(tensor.shape):
            _check_declared(stage, axis, found, position, tensor, checker)
        return found

    return bind(checker, stage.axes, stage.value, Context(), extent)


def _check_declared(
    stage: ast.Stage,
    axis: ast.Axis,
    extent: Extent,
    position: int,
    tensor: Tensor,
    checker: Expressions,
) -> None:
    wanted = tensor.shape[position]
    if (
        axis.bound is None
        or extent is None
        or wanted is None
        or extent == wanted
        or tensor.declared is None
    ):
        return
    checker.report.error(
        "T308",
        f"'{axis}' runs to {extent}, but that dimension of {tensor.declared} is {wanted}",
        axis.span,
        notes=[(tensor.declared.span, "declared here")],
        hint=f"write {stage.name}[… {axis.name} …] without the bound",
    )


def _settle(
    stage: ast.Stage,
    value: typed.Expr | Flexible | None,
    declared: DType | None,
    checker: Expressions,
) -> typed.Expr | None:
    if not isinstance(value, Flexible):
        return value
    if declared is not None:
        return value.build(declared)
    checker.report.error(
        "T202",
        f"nothing says which type '{stage.name}' has: its value is made of literals only",
        stage.value.span,
        hint=f"cast it: {types.literal_cast(stage.value, DTYPES['f32'])}",
    )
    return None


def _mismatch(stage: ast.Stage, dtype: DType, tensor: Tensor, scope: Scope) -> None:
    cast = ast.Call(str(tensor.dtype), (stage.value,))
    scope.report.error(
        "T207",
        f"'{stage.name}' is declared {tensor.dtype}, but its value is {dtype}",
        stage.value.span,
        notes=[(tensor.span, "declared here")],
        hint=f"write {ast.Stage(stage.name, stage.axes, cast, stage.op)}",
    )

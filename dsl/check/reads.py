"""Names and reads: what they stand for, their subscripts, and what is to be proved of those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import ast, typed
from ..dtypes import I64
from .context import Context, Obligation
from .literals import Flexible
from .names import CLAMP
from .scope import Tensor
from .values import Checker, Value, count_arguments


def read_name(checker: Checker, name: ast.Name, at: Context) -> Value:
    """An index, a size, a named constant or a scalar."""
    if at.axis(name.name) is not None:
        return typed.Index(name.name)
    if name.name in checker.scope.sizes:
        size = checker.scope.sizes[name.name]
        return typed.Index(name.name) if size is None else typed.Const(size, I64)
    tensor = checker.scope.tensors.get(name.name)
    if tensor is None:
        checker.scope.unknown(name.name, name.span, tuple(a.name for a in at.axes))
        return None
    if tensor.shape:
        _wrong_rank(checker, name, tensor, 0)
        return None
    return None if tensor.dtype is None else typed.Read(name.name, (), tensor.dtype, span=name.span)


def read(
    checker: Checker, access: ast.Access, at: Context, guarded: bool = False
) -> typed.Read | None:
    """A read of one element; unguarded, each of its subscripts is to be proved inside."""
    tensor = _tensor(checker, access, at)
    shape = (
        tensor.shape
        if tensor and len(tensor.shape) == len(access.index)
        else (None,) * len(access.index)
    )
    index = [_subscript(checker, e, n, at) for e, n in zip(access.index, shape, strict=True)]
    if tensor is None:
        return None
    if len(tensor.shape) != len(access.index):
        _wrong_rank(checker, access, tensor, len(access.index))
        return None
    found = tuple(e for e in index if e is not None)
    if len(found) < len(index):
        return None
    if not guarded:
        _must_be_inside(checker, access, found, tensor, at)
    return (
        None
        if tensor.dtype is None
        else typed.Read(access.tensor, found, tensor.dtype, span=access.span)
    )


def _tensor(checker: Checker, access: ast.Access, at: Context) -> Tensor | None:
    name = access.tensor
    if name in checker.scope.tensors:
        return checker.scope.tensors[name]
    if name in checker.scope.sizes or at.axis(name) is not None:
        what = "a size" if name in checker.scope.sizes else "an index"
        checker.report.error(
            "T108", f"'{name}' is {what}, not a tensor", access.span, hint=f"write {name} alone"
        )
    else:
        checker.scope.unknown(name, access.span)
    return None


def _wrong_rank(checker: Checker, node: ast.Name | ast.Access, tensor: Tensor, got: int) -> None:
    rank = len(tensor.shape)
    wanted = f"{rank} subscript{'' if rank == 1 else 's'}"
    hint = (
        f"write {tensor.name}"
        if rank == 0
        else f"write {tensor.name}[{ast.commas('…' for _ in range(rank))}]"
    )
    checker.report.error(
        "T107",
        f"'{tensor.name}' takes {wanted}, but there {'is' if got == 1 else 'are'} {got}",
        node.span,
        hint=hint,
        notes=[(tensor.span, f"'{tensor.name}' has rank {rank}")],
    )


def _subscript(
    checker: Checker, expr: ast.Expr, extent: int | None, at: Context
) -> typed.Expr | None:
    call = expr if isinstance(expr, ast.Call) and expr.function == CLAMP else None
    if call and not count_arguments(checker, call, 1):
        return None
    written = call.args[0] if call else expr
    value = checker.value(written, at.in_subscript())
    if isinstance(value, Flexible):
        value = value.build(I64)
    if value is None:
        return None
    if value.dtype != I64:
        checker.report.error(
            "T208",
            f"a subscript is an integer, but '{written}' is {value.dtype}",
            written.span,
            hint=f"write i64({written})",
        )
        return None
    return _clamp(value, extent) if call else value


def _must_be_inside(
    checker: Checker, access: ast.Access, index: Sequence[typed.Expr], tensor: Tensor, at: Context
) -> None:
    for position, (expr, written, extent) in enumerate(
        zip(index, access.index, tensor.shape, strict=True)
    ):
        clamped = isinstance(written, ast.Call) and written.function == CLAMP
        if extent is not None and not clamped:
            checker.obligations.append(
                Obligation("inside", expr, at, access, position, extent, tensor.dtype)
            )


def read_guarded(checker: Checker, expr: ast.Guarded, at: Context) -> Value:
    """A read that says what stands for elements outside the tensor."""
    found = read(checker, expr.access, at, guarded=True)
    otherwise = checker.value(expr.otherwise, replace(at, subscript=False))
    if found is None:
        return None
    if isinstance(otherwise, Flexible):
        otherwise = otherwise.build(found.dtype)
    if otherwise is None:
        return None
    if otherwise.dtype != found.dtype:
        fixed = ast.Guarded(expr.access, ast.Call(str(found.dtype), (expr.otherwise,)))
        checker.report.error(
            "T201",
            f"'{expr.access}' is {found.dtype}, but '{expr.otherwise}' is {otherwise.dtype}",
            expr.span,
            hint=f"write {fixed}",
        )
        return None
    return typed.Read(found.tensor, found.index, found.dtype, otherwise, expr.span)


def _clamp(value: typed.Expr, extent: int | None) -> typed.Expr:
    raised = typed.Call("max", (value, typed.Const(0, I64)), I64)
    return typed.Call("min", (raised, typed.Const((extent or 1) - 1, I64)), I64)

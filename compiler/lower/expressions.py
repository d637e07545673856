"""Typed expressions to loop IR expressions: index variables become loop arithmetic, reads become loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...dsl import typed
from ...dsl.dtypes import BOOL
from ..loop.ir import Binary, Buffer, Call, Cast, Const, Expr, Load, Select, Unary
from .arithmetic import minus
from .layout import Arrangement


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a tensor's elements are: a buffer of those from the element `start` on.

    They stand in it row by row, or as `arranged` says.
    """

    buffer: Buffer
    start: tuple[Expr, ...]
    shape: tuple[int, ...]
    arranged: Arrangement | None = None

    def place(self, index: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The subscripts of an element in the buffer."""
        relative = tuple(minus(i, s) for i, s in zip(index, self.start, strict=True))
        return relative if self.arranged is None else self.arranged.place(relative)


def lower_expr(expr: typed.Expr, axes: Mapping[str, Expr], tensors: Mapping[str, Stored]) -> Expr:
    """The expression at the point `axes` (name to value), reading tensors where they are stored."""

    def lower(part: typed.Expr) -> Expr:
        return lower_expr(part, axes, tensors)

    match expr:
        case typed.Const(value=value, dtype=dtype):
            return Const(float(value) if dtype.is_float else value, dtype)
        case typed.Index(name=name):
            return axes[name]
        case typed.Read():
            return _read(expr, tuple(map(lower, expr.index)), axes, tensors)
        case typed.Unary(op=op, value=value):
            return Unary(op, lower(value))
        case typed.Binary(op=op, left=left, right=right):
            return Binary(op, lower(left), lower(right))
        case typed.Call(function=function, args=args):
            return Call(function, tuple(map(lower, args)))
        case typed.Cast(value=value, dtype=dtype):
            return Cast(lower(value), dtype)
        case typed.Select():
            return Select(lower(expr.condition), lower(expr.then), lower(expr.otherwise))
        case typed.Reduce():
            raise AssertionError("the DAG leaves no reduction inside an expression")


def _read(read: typed.Read, index: tuple[Expr, ...], axes: Mapping[str, Expr],
          tensors: Mapping[str, Stored]) -> Expr:
    stored = tensors[read.tensor]
    load = Load(stored.buffer, stored.place(index))
    if read.otherwise is None:
        return load
    otherwise = lower_expr(read.otherwise, axes, tensors)
    return Select(inside(index, stored.shape), load, otherwise)


def inside(index: tuple[Expr, ...], shape: tuple[int, ...]) -> Expr:
    """The condition that an index lies inside a shape."""
    conditions = [c for i, extent in zip(index, shape, strict=True)
                  for c in (Binary(">=", i, Const(0)), Binary("<", i, Const(extent)))]
    if not conditions:
        return Const(value=True, dtype=BOOL)
    result: Expr = conditions[0]
    for condition in conditions[1:]:
        result = Binary("and", result, condition)
    return result

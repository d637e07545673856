"""What a reduction stage stores: identities before its reduction loops, updates inside them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...dsl.dtypes import BOOL, DType
from .ir import Binary, Buffer, Call, Cast, Const, Expr, Let, Load, Select, Stmt, Store, Var


def identity(reducer: str, dtype: DType) -> Const:
    """The value that leaves every other unchanged."""
    match reducer:
        case "sum" | "any" | "prod" | "all":
            one = reducer in ("prod", "all")
            return Const(one if dtype == BOOL else float(one) if dtype.is_float else int(one), dtype)
        case "min" | "argmin":
            return Const(math.inf if dtype.is_float else dtype.limits[1], dtype)
        case _:
            return Const(-math.inf if dtype.is_float else dtype.limits[0], dtype)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one element of a reduction is.

    For argmin and argmax `best` has, at `local`, the value that the element is the index of.
    """

    buffer: Buffer
    index: tuple[Expr, ...]
    best: Buffer | None = None
    local: tuple[Expr, ...] = ()


def begin(reducer: str, cell: Cell) -> tuple[Stmt, ...]:
    """The statements that set a reduction to its identity."""
    if cell.best is None:
        return (Store(cell.buffer, cell.index, identity(reducer, cell.buffer.dtype)),)
    return (Store(cell.best, cell.local, identity(reducer, cell.best.dtype)),
            Store(cell.buffer, cell.index, Const(0, cell.buffer.dtype)))


def update(reducer: str, cell: Cell, term: Expr, point: Expr, name: str) -> tuple[Stmt, ...]:
    """One more term; `point` is its row-major index over the reduction axes, `name` begins new names."""
    if cell.best is not None:
        return _update_best(reducer, cell, cell.best, term, point, name)
    old = Load(cell.buffer, cell.index)
    if reducer in ("min", "max"):
        return (Store(cell.buffer, cell.index, Call(reducer, (old, term))),)
    op = {"sum": "+", "prod": "*", "any": "or", "all": "and"}[reducer]
    return (Store(cell.buffer, cell.index, Binary(op, old, term)),)


def _update_best(reducer: str, cell: Cell, best: Buffer, term: Expr, point: Expr,
                 name: str) -> tuple[Stmt, ...]:
    """One more candidate of an argmin or argmax, whatever the order of visits.

    A better value wins; the first NaN wins over all numbers; of equals the smaller index wins.
    """
    new, old, at = Var(f"{name}.arg.new", best.dtype), Load(best, cell.local), Load(cell.buffer, cell.index)
    point = point if at.dtype == point.dtype else Cast(point, at.dtype)
    better: Expr = Binary("<" if reducer == "argmin" else ">", new, old)
    equal: Expr = Binary("==", new, old)
    if best.dtype.is_float:
        new_nan, old_nan = Binary("!=", new, new), Binary("!=", old, old)
        better = Binary("or", better, Binary("and", new_nan, Binary("==", old, old)))
        equal = Binary("or", equal, Binary("and", new_nan, old_nan))
    smaller = Binary("and", equal, Binary("<", point, at))
    take = Var(f"{name}.arg.take", BOOL)
    return (Let(new, term), Let(take, Binary("or", better, smaller)),
            Store(best, cell.local, Select(take, new, old)),
            Store(cell.buffer, cell.index, Select(take, point, at)))

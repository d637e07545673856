"""What a reduction stage stores: identities before its reduction loops, updates inside them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ...dsl.dtypes import BOOL, DType
from .ir import (
    Across,
    Binary,
    Broadcast,
    Buffer,
    Call,
    Cast,
    Const,
    Expr,
    Let,
    Load,
    Ramp,
    Select,
    Stmt,
    Store,
    Var,
)


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


def update(reducer: str, cell: Cell, term: Expr, point: Expr, name: str, *,
           rising: bool = False) -> tuple[Stmt, ...]:
    """One more term; `point` is its row-major index over the reduction axes, `name` begins new names.

    `rising` says that points come in their order, so that of equals the first is kept.
    """
    if cell.best is not None:
        return _update_best(reducer, cell, cell.best, term, point, name, rising=rising)
    return (Store(cell.buffer, cell.index, joined(reducer, Load(cell.buffer, cell.index), term)),)


def joined(reducer: str, left: Expr, right: Expr) -> Expr:
    """Two values of a reduction combined."""
    if reducer in ("min", "max"):
        return Call(reducer, (left, right))
    return Binary({"sum": "+", "prod": "*", "any": "or", "all": "and"}[reducer], left, right)


def _update_best(reducer: str, cell: Cell, best: Buffer, term: Expr, point: Expr, name: str, *,
                 rising: bool) -> tuple[Stmt, ...]:
    """One more candidate of an argmin or argmax.

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
    return (Let(new, term), Let(take, better if rising else Binary("or", better, smaller)),
            Store(best, cell.local, Select(take, new, old)),
            Store(cell.buffer, cell.index, Select(take, point, at)))


# ── lanes ─────────────────────────────────────────────────────────────────────────────────────────────


def combine(reducer: str, cell: Cell, lanes: Cell, width: int, name: str) -> tuple[Stmt, ...]:
    """The reduction of accumulators side by side, in a last dimension of `lanes`: vectors of `width`.

    Of an argmin or argmax the best value is known first. The smallest index among the lanes that have it is
    the result; a lane that no term reached has index 0, and the best value only where all terms have it.
    """
    if lanes.best is None:
        return (Store(cell.buffer, cell.index, _across(reducer, list(_vectors(lanes.buffer, lanes, width)))),)
    values, places = (list(_vectors(b, lanes, width)) for b in (lanes.best, lanes.buffer))
    best = Var(f"{name}.arg.best", lanes.best.dtype)
    others = [Const(places[0].dtype.limits[1], p.dtype, p.lanes) for p in places]
    found: list[Expr] = [Select(_is_best(value, best), place, other)
                         for value, place, other in zip(values, places, others, strict=True)]
    return (Let(best, _across(reducer.removeprefix("arg"), values)),
            Store(cell.buffer, cell.index, _across("min", found)))


def _vectors(buffer: Buffer, lanes: Cell, width: int) -> Iterator[Expr]:
    """All accumulators of an element: whole vectors, and of the rest halves, quarters …"""
    at, number = 0, buffer.shape[-1]
    while at < number:
        size = min(width, 1 << ((number - at).bit_length() - 1))
        yield Load(buffer, (*lanes.index, Const(at) if size == 1 else Ramp(Const(at), 1, size)))
        at += size


def _across(reducer: str, parts: list[Expr]) -> Expr:
    """Vectors combined to one value: those of equal length lane by lane first, in pairs."""
    whole = [p for p in parts if p.lanes == parts[0].lanes]
    rest = parts[len(whole):]
    while len(whole) > 1:
        pairs = zip(whole[::2], whole[1::2], strict=False)
        whole = [*(joined(reducer, a, b) for a, b in pairs), *whole[len(whole) // 2 * 2:]]
    total = _one(reducer, whole[0])
    for part in rest:
        total = joined(reducer, total, _one(reducer, part))
    return total


def _one(reducer: str, value: Expr) -> Expr:
    return value if value.lanes == 1 else Across(reducer, value)


def _is_best(value: Expr, best: Expr) -> Expr:
    """In which lanes the best value is; a NaN is equal to none."""
    wide = best if value.lanes == 1 else Broadcast(best, value.lanes)
    equal = Binary("==", value, wide)
    if not value.dtype.is_float:
        return equal
    return Binary("or", equal, Binary("and", Binary("!=", value, value), Binary("!=", wide, wide)))

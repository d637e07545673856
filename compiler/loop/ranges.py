"""Intervals: which values an integer expression can take, from the ranges of its variables.

An interval is (lowest, highest), both included. Where an operation could wrap, nothing is known of its result
but its type's range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...dsl.dtypes import BOOL, I64, DType
from .ir import Binary, Broadcast, Call, Cast, Const, Expr, Let, Load, Ramp, Select, Stmt, Unary, Var

Range = tuple[int, int]


def bounds(expr: Expr, ranges: Mapping[str, Range]) -> Range:
    """An interval that holds the value of an integer or bool expression in every lane."""
    match expr:
        case Const(value=value):
            return int(value), int(value)
        case Var(name=name) if name in ranges:
            return ranges[name]
        case Var() | Load():
            return limits(expr.dtype)
        case Binary() if not expr.left.dtype.is_integer:
            return limits(expr.dtype)
        case Binary(op=op, left=left, right=right):
            operation = OPERATIONS.get(op, _anything)
            return _within(operation(bounds(left, ranges), bounds(right, ranges)), expr.dtype)
        case Unary(op="neg", value=value):
            low, high = bounds(value, ranges)
            return _within((-high, -low), expr.dtype)
        case Call(function="min" | "max" as name, args=(a, b)):
            (a0, a1), (b0, b1) = bounds(a, ranges), bounds(b, ranges)
            return (min(a0, b0), min(a1, b1)) if name == "min" else (max(a0, b0), max(a1, b1))
        case Select(then=then, otherwise=otherwise):
            (a0, a1), (b0, b1) = bounds(then, ranges), bounds(otherwise, ranges)
            return min(a0, b0), max(a1, b1)
        case Cast(value=value) if not value.dtype.is_float and expr.dtype != BOOL:
            return _within(bounds(value, ranges), expr.dtype)
        case Ramp(base=base, stride=stride, lanes=lanes):
            low, high = bounds(base, ranges)
            span = stride * (lanes - 1)
            return _within((low + min(span, 0), high + max(span, 0)), expr.dtype)
        case Broadcast(value=value):
            return bounds(value, ranges)
        case _:
            return limits(expr.dtype)


def is_index(expr: Expr) -> bool:
    """Whether an expression is one i64, of which ranges are kept."""
    return expr.dtype == I64 and expr.lanes == 1


def learn(stmt: Stmt, ranges: dict[str, Range]) -> None:
    """Add what a `Let` of an index says to what is known behind it; of other statements nothing."""
    if isinstance(stmt, Let) and is_index(stmt.var):
        ranges[stmt.var.name] = bounds(stmt.value, ranges)


def learnt(stmt: Stmt, ranges: Mapping[str, Range]) -> Mapping[str, Range]:
    """What is known behind a statement: the same, or more in a mapping of its own."""
    if not isinstance(stmt, Let):
        return ranges
    more = dict(ranges)
    learn(stmt, more)
    return more


def limits(dtype: DType) -> Range:
    """All values of an integer type or bool."""
    return (0, 1) if dtype == BOOL else dtype.limits


def _within(found: Range | None, dtype: DType) -> Range:
    low, high = limits(dtype)
    return found if found and low <= found[0] and found[1] <= high else (low, high)


def _anything(_left: Range, _right: Range) -> Range | None:
    return None


def _add(left: Range, right: Range) -> Range:
    return left[0] + right[0], left[1] + right[1]


def _subtract(left: Range, right: Range) -> Range:
    return left[0] - right[1], left[1] - right[0]


def _multiply(left: Range, right: Range) -> Range:
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)


def _divide(left: Range, right: Range) -> Range | None:
    if right[0] <= 0:
        return None
    corners = [a // b for a in left for b in right]
    return min(corners), max(corners)


def _modulo(left: Range, right: Range) -> Range | None:
    if right[0] <= 0:
        return None
    same = left[0] >= 0 and left[1] < right[0]
    return left if same else (0, right[1] - 1)


OPERATIONS: dict[str, Callable[[Range, Range], Range | None]] = {
    "+": _add, "-": _subtract, "*": _multiply, "//": _divide, "%": _modulo}

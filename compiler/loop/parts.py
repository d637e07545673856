"""The parts of an expression, and the expression with other parts.

Tables of functions by type, for this is what compiling spends most of its time with: a `match` takes five
times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, is_
from typing import Any, TypeVar

from .ir import (
    Across,
    Binary,
    Bits,
    Broadcast,
    Call,
    Cast,
    Const,
    Expr,
    Load,
    Ramp,
    Select,
    Shuffle,
    Unary,
    Var,
)

E = TypeVar("E")
Change = Callable[[Expr], Expr]


def _none(_expr: Expr) -> tuple[Expr, ...]:
    return ()


def _value(expr: Unary | Cast | Bits | Broadcast | Across) -> tuple[Expr, ...]:
    return (expr.value,)


def _base(expr: Ramp) -> tuple[Expr, ...]:
    return (expr.base,)


PARTS: dict[type[Expr], Callable[[Any], tuple[Expr, ...]]] = {
    Const: _none, Var: _none, Load: attrgetter("index"), Call: attrgetter("args"),
    Unary: _value, Cast: _value, Bits: _value, Broadcast: _value, Across: _value, Ramp: _base,
    Binary: attrgetter("left", "right"), Shuffle: attrgetter("left", "right"),
    Select: attrgetter("condition", "then", "otherwise"),
}


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in order."""
    return PARTS[type(expr)](expr)


def map_tuple(items: tuple[E, ...], change: Callable[[E], E]) -> tuple[E, ...]:
    """`change` applied to each item; the very tuple where no item changes."""
    new = tuple(map(change, items))
    return items if all(map(is_, items, new)) else new


# ── with other parts ─────────────────────────────────────────────────────────────────────────────────────


def rebuild(expr: Expr, change: Change) -> Expr:
    """The node with `change` applied to its direct sub-expressions; the node itself where none changes."""
    return REBUILD[type(expr)](expr, change)


def _itself(expr: Expr, _change: Change) -> Expr:
    return expr


def _binary(expr: Binary, change: Change) -> Expr:
    left, right = change(expr.left), change(expr.right)
    return expr if left is expr.left and right is expr.right else Binary(expr.op, left, right)


def _load(expr: Load, change: Change) -> Expr:
    index = map_tuple(expr.index, change)
    return expr if index is expr.index else Load(expr.buffer, index)


def _unary(expr: Unary, change: Change) -> Expr:
    value = change(expr.value)
    return expr if value is expr.value else Unary(expr.op, value)


def _cast(expr: Cast, change: Change) -> Expr:
    value = change(expr.value)
    return expr if value is expr.value else Cast(value, expr.dtype)


def _bits(expr: Bits, change: Change) -> Expr:
    value = change(expr.value)
    return expr if value is expr.value else Bits(value, expr.dtype)


def _broadcast(expr: Broadcast, change: Change) -> Expr:
    value = change(expr.value)
    return expr if value is expr.value else Broadcast(value, expr.lanes)


def _shuffle(expr: Shuffle, change: Change) -> Expr:
    left, right = change(expr.left), change(expr.right)
    return expr if left is expr.left and right is expr.right else Shuffle(left, right, expr.picks)


def _across(expr: Across, change: Change) -> Expr:
    value = change(expr.value)
    return expr if value is expr.value else Across(expr.reducer, value)


def _call(expr: Call, change: Change) -> Expr:
    args = map_tuple(expr.args, change)
    return expr if args is expr.args else Call(expr.function, args)


def _select(expr: Select, change: Change) -> Expr:
    old = expr.condition, expr.then, expr.otherwise
    new = map_tuple(old, change)
    return expr if new is old else Select(*new)


def _ramp(expr: Ramp, change: Change) -> Expr:
    base = change(expr.base)
    return expr if base is expr.base else Ramp(base, expr.stride, expr.lanes)


REBUILD: dict[type[Expr], Callable[[Any, Change], Expr]] = {
    Const: _itself, Var: _itself, Binary: _binary, Load: _load, Unary: _unary, Cast: _cast, Bits: _bits,
    Broadcast: _broadcast, Shuffle: _shuffle, Across: _across, Call: _call, Select: _select, Ramp: _ramp}

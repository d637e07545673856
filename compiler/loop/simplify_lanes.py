"""Vectors of indices: what any one lane computes is simplified as a scalar, then all lanes are put together.

A vector of indices or conditions is a scalar of the lane's number: `ramp(16 * j, 1, 8) // splat(16, 8)` is
`(16 * j + lane) // 16` with lane in 0..7, which is `j`, so all lanes are equal: `splat(j, 8)`. What is affine
in the lane is a ramp again, what does not depend on it a splat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...dsl.dtypes import BOOL, I64
from .affine import Form, flat
from .ir import Binary, Broadcast, Call, Const, Expr, Load, Ramp, Unary, Var
from .visit import free_vars

LANE = Var("%lane")     # no name of a nest begins so


def one_lane(expr: Expr) -> Expr | None:
    """The scalar that lane number `LANE` of a vector is; None where a part is no arithmetic of indices."""
    match expr:
        case _ if expr.dtype not in (I64, BOOL):
            return None
        case Const():
            return replace(expr, lanes=1)
        case Ramp(base=base, stride=stride):
            return Binary("+", base, Binary("*", LANE, Const(stride)))
        case Broadcast(value=value):
            return value
        case Binary(op=op, left=left, right=right) if expr.lanes > 1:
            first, second = one_lane(left), one_lane(right)
            return None if first is None or second is None else Binary(op, first, second)
        case Unary(op=op, value=value) if expr.lanes > 1:
            only = one_lane(value)
            return None if only is None else Unary(op, only)
        case Call(function="min" | "max" as function, args=(left, right)) if expr.lanes > 1:
            first, second = one_lane(left), one_lane(right)
            return None if first is None or second is None else Call(function, (first, second))
        case _:
            return None


def all_lanes(expr: Expr, lanes: int, build: Callable[[Form], Expr]) -> Expr:
    """The vector whose lanes a simplified scalar over `LANE` gives; `build` writes sums."""
    if LANE.name not in free_vars(expr):
        return replace(expr, lanes=lanes) if isinstance(expr, Const) else Broadcast(expr, lanes)
    match expr:
        case Var() | Binary(op="+" | "-" | "*") | Unary(op="neg"):
            return _sum(flat(expr), lanes, build)
        case Binary(op=op, left=left, right=right):
            return Binary(op, all_lanes(left, lanes, build), all_lanes(right, lanes, build))
        case Unary(op=op, value=value):
            return Unary(op, all_lanes(value, lanes, build))
        case Call(function=function, args=args):
            return Call(function, tuple(all_lanes(a, lanes, build) for a in args))
        case _:
            raise AssertionError(f"no vector of indices: {expr}")


def _sum(form: Form, lanes: int, build: Callable[[Form], Expr]) -> Expr:
    """A sum: what is affine in the lane as one ramp, then the terms that are not, one by one."""
    curved = {a: f for a, f in form.terms.items() if a != LANE and LANE.name in free_vars(a)}
    flat_part = Form({a: f for a, f in form.terms.items() if a != LANE and a not in curved}, form.constant)
    stride = form.terms.get(LANE, 0)
    total: Expr | None = None
    if stride:
        total = Ramp(build(flat_part), stride, lanes)
    elif flat_part.terms or flat_part.constant:
        total = all_lanes(build(flat_part), lanes, build)
    for atom, factor in curved.items():
        term = _curved(atom, lanes, build)
        term = term if factor == 1 else Binary("*", term, Const(factor, lanes=lanes))
        total = term if total is None else Binary("+", total, term)
    assert total is not None
    return total


def _curved(atom: Expr, lanes: int, build: Callable[[Form], Expr]) -> Expr:
    """A term that is not affine in the lane: a quotient, a remainder, or a product with the lane in it."""
    if isinstance(atom, Binary) and atom.op == "*":
        return Binary("*", all_lanes(atom.left, lanes, build), all_lanes(atom.right, lanes, build))
    return all_lanes(atom, lanes, build)


def without_splats(load: Load) -> Expr:
    """A load takes subscripts that are equal in all lanes as scalars, and is spread if none has lanes."""
    index = tuple(_scalar(e) for e in load.index)
    if index == load.index:
        return load
    new = Load(load.buffer, index)
    return new if new.lanes == load.lanes else Broadcast(new, load.lanes)


def _scalar(subscript: Expr) -> Expr:
    match subscript:
        case Broadcast(value=value):
            return value
        case Const(lanes=lanes) if lanes > 1:
            return replace(subscript, lanes=1)
        case _:
            return subscript

"""What the lanes of a vector expression have to do with each other, and one lane of it as a scalar."""

from __future__ import annotations

from collections.abc import Callable

from ...dsl.dtypes import I32, I64
from ..loop.ir import Binary, Broadcast, Buffer, Cast, Const, Expr, Load, Ramp, Var
from ..loop.visit import rebuild, walk_expr


def as_ramp(expr: Expr) -> tuple[Expr, int] | None:
    """First lane and step of an index expression whose lanes are evenly spaced; None for others."""
    match expr:
        case _ if expr.lanes == 1:
            return expr, 0
        case Const(value=value):
            return Const(value), 0
        case Broadcast(value=value):
            return value, 0
        case Ramp(base=base, stride=stride):
            return base, stride
        case Binary(op="+" | "-", left=left, right=right):
            a, b = as_ramp(left), as_ramp(right)
            sign = 1 if expr.op == "+" else -1
            return (Binary(expr.op, a[0], b[0]), a[1] + sign * b[1]) if a and b else None
        case Binary(op="*", left=left, right=right):
            a, b = as_ramp(left), as_ramp(right)
            if a and b and isinstance(b[0], Const) and b[1] == 0:
                return Binary("*", *(a[0], b[0])), a[1] * int(b[0].value)
            if a and b and isinstance(a[0], Const) and a[1] == 0:
                return Binary("*", *(a[0], b[0])), b[1] * int(a[0].value)
            return None
        case _:
            return None


def index_ramp(buffer: Buffer, index: tuple[Expr, ...]) -> tuple[tuple[Expr, ...], int] | None:
    """Subscripts of the first lane of an access, and the distance of its lanes in elements."""
    bases: list[Expr] = []
    step, stride = 0, 1
    for extent, expr in reversed(list(zip(buffer.shape, index, strict=True))):
        ramp = as_ramp(expr)
        if ramp is None:
            return None
        bases.insert(0, ramp[0])
        step += ramp[1] * stride
        stride *= extent
    return tuple(bases), step


def at_lane(expr: Expr, lane: Expr, vector: Callable[[Expr], Expr]) -> Expr:
    """One lane of an expression; `vector` gives that lane of a named vector."""
    if expr.lanes == 1:
        return expr
    match expr:
        case Const():
            return Const(expr.value, expr.dtype)
        case Broadcast(value=value):
            return value
        case Ramp(base=base, stride=stride):
            if isinstance(lane, Const):
                return Binary("+", base, Const(int(lane.value) * stride))
            return Binary("+", base, Binary("*", lane, Const(stride)))
        case Var():
            return vector(expr)
        case Load() if is_register(expr):
            return vector(expr)
        case _:
            return rebuild(expr, lambda e: at_lane(e, lane, vector))


def is_harmless(expr: Expr) -> bool:
    """Whether evaluating the expression in vain can do nothing bad: no reads of memory, no division."""
    for e in walk_expr(expr):
        if isinstance(e, Load) and not is_register(e):
            return False
        if isinstance(e, Binary) and e.op in ("//", "%") and not is_number(e.right):
            return False
    return True


def is_register(expr: Expr) -> bool:
    """Whether the expression reads a variable of the C text."""
    return isinstance(expr, Load) and expr.buffer.scope == "register"


def is_monotone(condition: Expr) -> bool:
    """Whether a condition that holds in the first and in the last lane holds in all between them."""
    match condition:
        case _ if condition.lanes == 1 or isinstance(condition, Broadcast):
            return True
        case Binary(op="and", left=left, right=right):
            return is_monotone(left) and is_monotone(right)
        case Binary(op="<" | "<=" | ">" | ">=", left=left, right=right):
            return left.dtype == I64 and as_ramp(left) is not None and as_ramp(right) is not None
        case _:
            return False


def is_number(expr: Expr) -> bool:
    """Whether all lanes are one constant."""
    return isinstance(expr.value if isinstance(expr, Broadcast) else expr, Const)


def shortened(expr: Expr, fits: Callable[[Expr], bool]) -> Expr | None:
    """A vector of i64 computed as i32 where every part of it `fits`; None where one does not.

    The lanes of ramps become `Cast(Ramp, I32)`.
    """
    if not fits(expr):
        return None
    match expr:
        case Const(value=value, lanes=lanes):
            return Const(value, I32, lanes)
        case Broadcast(value=value, lanes=lanes):
            return Broadcast(Cast(value, I32), lanes)
        case Ramp():
            return Cast(expr, I32)
        case Binary(op=op, left=left, right=right):
            a, b = shortened(left, fits), shortened(right, fits)
            return Binary(op, a, b) if a is not None and b is not None else None
        case _:
            return None

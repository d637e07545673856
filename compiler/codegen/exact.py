"""Where integer arithmetic cannot wrap, and which comparisons are settled: plain C will do there."""

from __future__ import annotations

from collections.abc import Mapping

from ...dsl.typed import COMPARISONS
from ..loop.ir import Binary, Const, Expr, Unary
from ..loop.ranges import OPERATIONS, Range, bounds


def never_wraps(expr: Expr, ranges: Mapping[str, Range]) -> bool:
    """Whether the outermost operation of an integer expression always has its exact result in range."""
    match expr:
        case Binary(op=op, left=left, right=right) if op in OPERATIONS:
            exact = OPERATIONS[op](bounds(left, ranges), bounds(right, ranges))
        case Unary(op="neg", value=value):
            low, high = bounds(value, ranges)
            exact = (-high, -low)
        case _:
            return True
    low, high = expr.dtype.limits
    return exact is not None and low <= exact[0] and exact[1] <= high


def fits(expr: Expr, limits: Range, ranges: Mapping[str, Range]) -> bool:
    """Whether the value of an integer expression is always within limits."""
    low, high = bounds(expr, ranges)
    return limits[0] <= low and high <= limits[1]


def settled(condition: Expr, ranges: Mapping[str, Range]) -> bool | None:
    """What a condition always gives; None where it depends or is a comparison of floats."""
    match condition:
        case Const(value=value):
            return bool(value)
        case Binary(op=op, left=left, right=right) if op in COMPARISONS and not left.dtype.is_float:
            if left == right:
                return op in ("<=", ">=", "==")
            return _compare(op, bounds(left, ranges), bounds(right, ranges))
        case Binary(op="and" | "or" as op, left=left, right=right):
            sides = {settled(left, ranges), settled(right, ranges)}
            decides = op == "or"
            return decides if decides in sides else None if None in sides else not decides
        case _:
            return None


def _compare(op: str, left: Range, right: Range) -> bool | None:
    (a, b), (c, d) = left, right
    match op:
        case "<":
            return True if b < c else False if a >= d else None
        case "<=":
            return True if b <= c else False if a > d else None
        case ">" | ">=":
            return _compare("<" if op == ">" else "<=", right, left)
        case "==":
            return False if b < c or d < a else True if a == b == c == d else None
        case _:
            equal = _compare("==", left, right)
            return None if equal is None else not equal

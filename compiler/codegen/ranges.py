"""Which values an integer expression can take: where nothing can overflow, plain C arithmetic will do."""

from __future__ import annotations

from collections.abc import Mapping

from ..loop.ir import Binary, Broadcast, Call, Cast, Const, Expr, Load, Ramp, Select, Unary, Var

Range = tuple[int, int]


def value_range(expr: Expr, known: Mapping[str, Range]) -> Range | None:
    """Smallest and largest value of an integer expression, ends included; None for other types.

    `known` has the ranges of variables. Where the exact result does not fit the type it wraps, and the range is
    that of the whole type.
    """
    if not expr.dtype.is_integer:
        return None
    exact = exact_range(expr, known)
    low, high = expr.dtype.limits
    return exact if exact and low <= exact[0] and exact[1] <= high else (low, high)


def exact_range(expr: Expr, known: Mapping[str, Range]) -> Range | None:
    """The range before any wrapping of the outermost operation; None where nothing is known."""
    match expr:
        case Const(value=value):
            return int(value), int(value)
        case Var(name=name):
            return known.get(name)
        case Load():
            return expr.dtype.limits
        case Broadcast(value=value):
            return value_range(value, known)
        case Ramp(base=base, stride=stride, lanes=lanes):
            return _sum(value_range(base, known), _span(0, stride * (lanes - 1)))
        case Unary(value=value):
            inner = value_range(value, known)
            return inner and (-inner[1], -inner[0])
        case Cast(value=value):
            return (0, 1) if value.dtype.kind == "bool" else value_range(value, known)
        case Select(then=then, otherwise=otherwise):
            return _join(value_range(then, known), value_range(otherwise, known))
        case Call() | Binary():
            return _operation(expr, known)


def _operation(expr: Call | Binary, known: Mapping[str, Range]) -> Range | None:
    operands = expr.args if isinstance(expr, Call) else (expr.left, expr.right)
    ranges = [value_range(e, known) for e in operands]
    if None in ranges or len(ranges) > 2:
        return None
    name = expr.function if isinstance(expr, Call) else expr.op
    (a, b), (c, d) = ranges[0] or (0, 0), ranges[-1] or (0, 0)
    match name:
        case "+":
            return a + c, b + d
        case "-":
            return a - d, b - c
        case "*":
            products = (a * c, a * d, b * c, b * d)
            return min(products), max(products)
        case "//" if c > 0:
            quotients = (a // c, a // d, b // c, b // d)
            return min(quotients), max(quotients)
        case "%" if c > 0:
            return (a, b) if 0 <= a and b < c else (0, d - 1)
        case "min":
            return min(a, c), min(b, d)
        case "max":
            return max(a, c), max(b, d)
        case "abs":
            return 0 if a <= 0 <= b else min(abs(a), abs(b)), max(abs(a), abs(b))
        case _:
            return None


def comparison(op: str, left: Range, right: Range) -> bool | None:
    """What `left op right` always gives, None where it depends."""
    (a, b), (c, d) = left, right
    match op:
        case "<":
            return True if b < c else False if a >= d else None
        case "<=":
            return True if b <= c else False if a > d else None
        case ">" | ">=":
            return comparison("<" if op == ">" else "<=", right, left)
        case "==":
            return False if b < c or d < a else True if a == b == c == d else None
        case _:
            equal = comparison("==", left, right)
            return None if equal is None else not equal


def _sum(a: Range | None, b: Range) -> Range | None:
    return a and (a[0] + b[0], a[1] + b[1])


def _span(a: int, b: int) -> Range:
    return min(a, b), max(a, b)


def _join(a: Range | None, b: Range | None) -> Range | None:
    return (min(a[0], b[0]), max(a[1], b[1])) if a and b else None

"""The range of an index expression over the ranges of its variables."""

from __future__ import annotations

from collections.abc import Mapping

from ...dsl import typed
from ...dsl.affine import Range, affine
from ...dsl.dtypes import I64


def index_range(expr: typed.Expr, ranges: Mapping[str, Range]) -> Range | None:
    """The smallest and largest value (exact for affine forms, else an interval that holds them); None where
    data decides."""
    form = affine(expr)
    if form is not None:
        return form.bounds(ranges)
    if expr.dtype != I64:
        return None
    parts = [index_range(part, ranges) for part in _operands(expr)]
    known = [part for part in parts if part is not None]
    return _combined(expr, known) if known and len(known) == len(parts) else None


def _operands(expr: typed.Expr) -> tuple[typed.Expr, ...]:
    """The parts whose ranges decide that of an expression."""
    match expr:
        case typed.Binary() | typed.Call() | typed.Unary():
            return typed.children(expr)
        case typed.Select(then=then, otherwise=otherwise):
            return then, otherwise
        case _:
            return ()


def _combined(expr: typed.Expr, parts: list[Range]) -> Range | None:
    match expr, parts:
        case typed.Binary(op="+"), [(a, b), (c, d)]:
            return a + c, b + d
        case typed.Binary(op="-"), [(a, b), (c, d)]:
            return a - d, b - c
        case typed.Binary(op="*"), [(a, b), (c, d)]:
            corners = (a * c, a * d, b * c, b * d)
            return min(corners), max(corners)
        case typed.Binary(op="//"), [(a, b), (c, d)] if c == d > 0:
            return a // c, b // c
        case typed.Binary(op="%"), [(a, b), (c, d)] if c == d > 0:
            return (a % c, b % c) if a // c == b // c else (0, c - 1)
        case typed.Unary(op="neg"), [(a, b)]:
            return -b, -a
        case typed.Call(function="min"), [(a, b), (c, d)]:
            return min(a, c), min(b, d)
        case typed.Call(function="max"), [(a, b), (c, d)]:
            return max(a, c), max(b, d)
        case typed.Select(), [(a, b), (c, d)]:
            return min(a, c), max(b, d)
        case _:
            return None

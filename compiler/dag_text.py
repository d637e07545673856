"""Typed expressions as text, in the language's own syntax."""

from __future__ import annotations

from collections.abc import Iterable

from ..dsl.expressions import ATOM, COMPARE, CONDITIONAL, LEVELS, NEGATE, NOT, OR
from ..dsl.typed import Axis, Binary, Call, Cast, Const, Expr, Index, Read, Reduce, Select, Unary


def expr_text(expr: Expr, needed: int = CONDITIONAL) -> str:
    """The expression as text, in parentheses where it binds more loosely than its place needs."""
    level = _level(expr)
    text = _text(expr, level)
    return text if level >= needed else f"({text})"


def axes_text(axes: Iterable[Axis]) -> str:
    """`i < 4, j < 8`"""
    return ", ".join(f"{a.name} < {a.extent}" for a in axes)


def _text(expr: Expr, level: int) -> str:
    match expr:
        case Const(value=value):
            return str(value).lower() if isinstance(value, bool) else repr(value)
        case Index(name=name):
            return name
        case Read(tensor=tensor, index=index, otherwise=otherwise):
            access = f"{tensor}[{_commas(index)}]" if index else tensor
            return access if otherwise is None else f"({access} else {expr_text(otherwise)})"
        case Unary(op=op, value=value):
            return f"not {expr_text(value, level)}" if op == "not" else f"-{expr_text(value, level)}"
        case Binary(op=op, left=left, right=right):
            first = level + 1 if level == COMPARE else level
            return f"{expr_text(left, first)} {op} {expr_text(right, level + 1)}"
        case Call(function=function, args=args):
            return f"{function}({_commas(args)})"
        case Cast(value=value, dtype=dtype):
            return f"{dtype}({expr_text(value)})"
        case Select(condition=condition, then=then, otherwise=otherwise):
            return f"{expr_text(then, OR)} if {expr_text(condition, OR)} else {expr_text(otherwise)}"
        case Reduce(reducer=reducer, axes=axes, body=body):
            return f"{reducer}[{axes_text(axes)}]({expr_text(body)})"


def _level(expr: Expr) -> int:
    match expr:
        case Select():
            return CONDITIONAL
        case Binary(op=op):
            return LEVELS[op]
        case Unary(op=op):
            return NOT if op == "not" else NEGATE
        case Const(value=value) if not isinstance(value, bool) and value < 0:
            return NEGATE
        case _:
            return ATOM


def _commas(exprs: Iterable[Expr]) -> str:
    return ", ".join(map(expr_text, exprs))

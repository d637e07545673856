"""Functions and casts."""

from __future__ import annotations

from fractions import Fraction

from .. import ast, typed
from ..dtypes import DTYPES, I64
from . import types
from .context import Context
from .literals import Flexible, nearest
from .names import CLAMP, FUNCTIONS
from .values import Checker, Value, count_arguments, join


def call(checker: Checker, expr: ast.Call, at: Context) -> Value:
    """A function of the language or a cast."""
    if expr.function in DTYPES:
        return _cast(checker, expr, at)
    if expr.function == CLAMP:
        checker.report.error(
            "T119",
            "'clamp' stands only directly in a subscript",
            expr.span,
            hint="write min(max(x, low), high) elsewhere",
        )
        return None
    if not count_arguments(checker, expr, FUNCTIONS[expr.function].arity):
        return None
    return join(
        checker,
        expr,
        expr.args,
        [checker.value(a, at) for a in expr.args],
        lambda o: ast.Call(expr.function, tuple(o)),
        lambda found: types.function(expr, found, checker.report),
    )


def _cast(checker: Checker, expr: ast.Call, at: Context) -> Value:
    if not count_arguments(checker, expr, 1):
        return None
    value, dtype = checker.value(expr.args[0], at), DTYPES[expr.function]
    match value:
        case None:
            return None
        case Flexible():
            return value.build(dtype)
        case typed.Const(value=int(number)) if value.dtype == I64:
            if dtype.is_float:
                return typed.Const(nearest(Fraction(number), dtype.arithmetic), dtype)
            return typed.Const(
                types.wrap(number, dtype) if dtype.is_integer else number != 0, dtype
            )
        case _:
            return typed.Cast(value, dtype)

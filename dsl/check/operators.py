"""Operators: unary, binary, conditional; those on literals only are folded exactly."""

from __future__ import annotations

from fractions import Fraction

from .. import ast, typed
from ..dtypes import BOOL
from . import types
from .context import Context, Obligation
from .literals import Flexible, calculate
from .values import Checker, Value, join, literal, needs_type

COMPARES = frozenset(typed.COMPARISONS)


def unary(checker: Checker, expr: ast.Unary, at: Context) -> Value:
    """`-x` or `not x`."""
    if expr.op == "not":
        value = truth(checker, expr.value, at, f"'not' takes bool, but '{expr.value}' is")
        return None if value is None else typed.Unary("not", value, BOOL)
    value = checker.value(expr.value, at)
    if isinstance(value, Flexible) and value.value is not None:
        return literal(checker, expr, -value.value, value.whole)
    return join(
        checker,
        expr,
        [expr.value],
        [value],
        lambda _: expr,
        lambda found: types.negate(expr, found[0], checker.report),
    )


def binary(checker: Checker, expr: ast.Binary, at: Context) -> Value:
    """Arithmetic, a comparison, `and` or `or`."""
    if expr.op in ("and", "or"):
        sides = [
            truth(checker, e, at, f"'{expr.op}' takes bool, but '{e}' is")
            for e in (expr.left, expr.right)
        ]
        left, right = sides
        return None if left is None or right is None else typed.Binary(expr.op, left, right, BOOL)
    values = [checker.value(expr.left, at), checker.value(expr.right, at)]
    match values:
        case [Flexible(value=Fraction() as a, whole=x), Flexible(value=Fraction() as b, whole=y)]:
            return _fold(checker, expr, a, b, x and y)
        case _:
            pass
    compares = expr.op in COMPARES
    found = join(
        checker,
        expr,
        [expr.left, expr.right],
        values,
        lambda o: ast.Binary(expr.op, o[0], o[1]),
        lambda v: _operate(checker, expr, v[0], v[1], at),
    )
    return needs_type(checker, expr.left) if compares and isinstance(found, Flexible) else found


def _operate(
    checker: Checker, expr: ast.Binary, left: typed.Expr, right: typed.Expr, at: Context
) -> typed.Expr | None:
    if expr.op in COMPARES:
        return types.comparison(expr, left, right, checker.report)
    result = types.arithmetic(expr, left, right, checker.report)
    if isinstance(result, typed.Binary) and expr.op in ("//", "%"):
        checker.obligations.append(Obligation("nonzero", right, at, expr))
    return result


def _fold(checker: Checker, expr: ast.Binary, a: Fraction, b: Fraction, whole: bool) -> Value:
    if expr.op in COMPARES:
        return typed.Const(_compare(expr.op, a, b), BOOL)
    if expr.op in ("/", "//", "%") and b == 0:
        checker.report.error(
            "T312", f"division by zero in '{expr}'", expr.span, hint="divide by something else"
        )
        return None
    if expr.op in ("//", "%") and not whole:
        checker.report.error(
            "T205",
            f"'{expr.op}' is defined on integers, and '{expr}' is not made of them",
            expr.span,
            hint="write integers, or use '/' and floor",
        )
        return None
    return literal(checker, expr, calculate(expr.op, a, b), whole and expr.op != "/")


def if_else(checker: Checker, expr: ast.IfElse, at: Context) -> Value:
    """`a if c else b`; each branch is checked where its condition holds."""
    condition = truth(
        checker, expr.condition, at, f"a condition is bool, but '{expr.condition}' is"
    )
    values = [
        checker.value(expr.then, at.given(condition, holds=True)),
        checker.value(expr.otherwise, at.given(condition, holds=False)),
    ]
    if condition is None:
        return None
    return join(
        checker,
        expr,
        [expr.then, expr.otherwise],
        values,
        lambda o: ast.IfElse(expr.condition, o[0], o[1]),
        lambda v: typed.Select(condition, v[0], v[1], v[0].dtype),
    )


def truth(checker: Checker, expr: ast.Expr, at: Context, complaint: str) -> typed.Expr | None:
    """A truth value; anything else is reported with the complaint and what it is."""
    value = checker.value(expr, at)
    if value is None or (not isinstance(value, Flexible) and value.dtype == BOOL):
        return None if isinstance(value, Flexible) else value
    shown = "a number" if isinstance(value, Flexible) else str(value.dtype)
    checker.report.error(
        "T206",
        f"{complaint} {shown}",
        expr.span,
        hint=f"write {ast.Binary('!=', expr, ast.Number('0'))}",
    )
    return None


def _compare(op: str, a: Fraction, b: Fraction) -> bool:
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op]

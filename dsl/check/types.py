"""Types of operators and functions: what they take and give, and the cast to write where that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from .. import ast, typed
from ..diagnostics import Report
from ..dtypes import BOOL, F32, I32, I64, DType
from .literals import calculate
from .names import FUNCTIONS, KINDS, takes

Remake = Callable[[Sequence[ast.Expr]], ast.Expr]


def arithmetic(
    expr: ast.Binary, left: typed.Expr, right: typed.Expr, report: Report
) -> typed.Expr | None:
    """`+ - * / // %` on two operands of one type."""
    dtype, op = left.dtype, expr.op
    if dtype == BOOL:
        report.error(
            "T205",
            f"'{op}' is not defined on bool",
            expr.span,
            hint="use and, or, not; or cast to a number",
        )
    elif op == "/" and dtype.is_integer:
        report.error(
            "T204",
            f"'/' divides floating-point numbers, but these are {dtype}",
            expr.span,
            hint=f"write {ast.Binary('//', expr.left, expr.right)} for the floor, or cast to a float type",
        )
    elif op in ("//", "%") and dtype.is_float:
        report.error(
            "T205",
            f"'{op}' is defined on integers, but these are {dtype}",
            expr.span,
            hint=f"write {_floored(expr)}",
        )
    else:
        return _folded(op, left, right) or typed.Binary(op, left, right, dtype)
    return None


def _floored(expr: ast.Binary) -> ast.Expr:
    """What `//` or `%` would be on floating-point numbers, written out."""
    quotient = ast.Call("floor", (ast.Binary("/", expr.left, expr.right),))
    if expr.op == "//":
        return quotient
    return ast.Binary("-", expr.left, ast.Binary("*", quotient, expr.right))


def _folded(op: str, left: typed.Expr, right: typed.Expr) -> typed.Const | None:
    """The value of i64 arithmetic on constants, which sizes are."""
    match left, right:
        case typed.Const(int(a)), typed.Const(int(b)) if left.dtype == right.dtype == I64:
            if b == 0 and op in ("//", "%"):
                return None
            value = calculate(op, Fraction(a), Fraction(b)).numerator
            return typed.Const(wrap(value, I64), I64)
        case _:
            return None


def wrap(value: int, dtype: DType) -> int:
    """An integer reduced to the range of a type, as its arithmetic does."""
    low, high = dtype.limits
    return (value - low) % (high - low + 1) + low


def comparison(
    expr: ast.Binary, left: typed.Expr, right: typed.Expr, report: Report
) -> typed.Expr | None:
    """A comparison of two operands of one type."""
    if left.dtype == BOOL and expr.op not in ("==", "!="):
        report.error(
            "T205",
            f"'{expr.op}' is not defined on bool",
            expr.span,
            hint="use ==, !=, and, or, not",
        )
        return None
    return typed.Binary(expr.op, left, right, BOOL)


def function(expr: ast.Call, args: tuple[typed.Expr, ...], report: Report) -> typed.Expr | None:
    """A call of one of the language's functions on arguments of one type."""
    kind, dtype = FUNCTIONS[expr.function].takes, args[0].dtype
    if takes(kind, dtype):
        return typed.Call(expr.function, args, dtype)
    wanted = "f32" if dtype != BOOL or kind == "floats" else "i32"
    fixed = ast.Call(expr.function, tuple(ast.Call(wanted, (a,)) for a in expr.args))
    report.error(
        "T205",
        f"'{expr.function}' is defined on {KINDS[kind]}, but this is {dtype}",
        expr.span,
        hint=f"write {fixed}",
    )
    return None


def negate(expr: ast.Unary, value: typed.Expr, report: Report) -> typed.Expr | None:
    """`-x` on a number."""
    if value.dtype == BOOL:
        report.error(
            "T205", "'-' is not defined on bool", expr.span, hint=f"write not {expr.value}"
        )
        return None
    if isinstance(value, typed.Const) and value.dtype == I64:
        return typed.Const(wrap(-int(value.value), I64), I64)
    return typed.Unary("neg", value, value.dtype)


def differ(
    expr: ast.Expr,
    operands: Sequence[ast.Expr],
    dtypes: Sequence[DType | None],
    remake: Remake,
    report: Report,
) -> None:
    """Report operands of different types, and show the cast that mends it. None is the type of a literal."""
    known = [(o, t) for o, t in zip(operands, dtypes, strict=True) if t is not None]
    (first, a), (second, b) = known[0], next((o, t) for o, t in known if t != known[0][1])
    wider = common(a, b)
    fixed = remake(
        [
            o if wider in (None, t) or t is None else ast.Call(str(wider), (o,))
            for o, t in zip(operands, dtypes, strict=True)
        ]
    )
    report.error(
        "T201",
        f"'{first}' is {a}, but '{second}' is {b}",
        expr.span,
        hint="" if wider is None else f"write {fixed}",
    )


def common(a: DType, b: DType) -> DType | None:
    """The type two numbers are best cast to; None with a bool."""
    if BOOL in (a, b):
        return None
    if a.bits == b.bits and a.kind == "float" == b.kind:
        return F32
    if a.bits == b.bits and a.is_integer and b.is_integer:
        return I32
    return max(a, b, key=lambda t: (t.is_float, t.bits))


def literal_cast(expr: ast.Expr, dtype: DType) -> str:
    """The text that gives an expression of literals a type."""
    return str(ast.Call(str(dtype), (expr,)))

"""Sizes: integer expressions over the sizes of a kernel, their values, and the shapes they give."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod

from .. import ast
from ..diagnostics import Report, did_you_mean
from ..dtypes import I64, DType
from ..source import Span
from .literals import calculate, exact
from .scope import Extent, Scope

MOST_BYTES = 1 << 47
MADE_OF = "sizes are made of integers and sizes with + - * // %"
OPERATORS = ("+", "-", "*", "//", "%")


def evaluate(
    expr: ast.Expr, values: Mapping[str, Extent], report: Report, others: Mapping[str, Span] = {}
) -> Extent:
    """The value of a size expression; None where a size in it is open, or it is wrong, which is reported.

    `others` are names that exist but are no sizes: tensors.
    """
    match expr:
        case ast.Number():
            return _number(expr, report)
        case ast.Name(name=name):
            if name in values:
                return values[name]
            _not_a_size(expr, values, report, others)
            return None
        case ast.Unary(op="-"):
            value = evaluate(expr.value, values, report, others)
            return None if value is None else -value
        case ast.Binary(op=op) if op in OPERATORS:
            left = evaluate(expr.left, values, report, others)
            right = evaluate(expr.right, values, report, others)
            return _apply(expr, left, right, report)
        case ast.Binary(op="/", left=left, right=right):
            report.error(
                "T301",
                f"'{expr}' is not a size expression: '/' gives no integer",
                expr.span,
                hint=f"write {ast.Binary('//', left, right)}",
            )
            return None
        case _:
            report.error("T301", f"'{expr}' is not a size expression", expr.span, hint=MADE_OF)
            return None


def _number(number: ast.Number, report: Report) -> Extent:
    value = exact(number.text)
    if value is None or value.denominator != 1 or not number.text.isdigit():
        report.error("T301", f"'{number}' is not an integer", number.span, hint=MADE_OF)
        return None
    return _within(Fraction(value).numerator, number.span, report)


def _apply(expr: ast.Binary, left: Extent, right: Extent, report: Report) -> Extent:
    if expr.op in ("//", "%") and right == 0:
        report.error(
            "T304",
            f"division by zero: '{expr.right}' is 0",
            expr.right.span,
            hint="divide by something that is never 0 for legal sizes",
        )
        return None
    if left is None or right is None:
        return None
    return _within(calculate(expr.op, Fraction(left), Fraction(right)).numerator, expr.span, report)


def _within(value: int, span: Span, report: Report) -> Extent:
    low, high = I64.limits
    if low <= value <= high:
        return value
    report.error("T303", "this size does not fit 64 bits", span, hint="make the sizes smaller")
    return None


def _not_a_size(
    name: ast.Name, values: Mapping[str, Extent], report: Report, others: Mapping[str, Span]
) -> None:
    if name.name in others:
        report.error(
            "T301",
            f"'{name}' is a tensor, not a size",
            name.span,
            notes=[(others[name.name], "declared here")],
            hint=MADE_OF,
        )
    else:
        report.error(
            "T101",
            f"no size here is called '{name}'",
            name.span,
            hint=did_you_mean(name.name, values)
            or f"declare it: kernel …[{name}](…); shapes of an intrinsic are numbers",
        )


def bind(kernel: ast.Kernel, given: Mapping[str, int], scope: Scope) -> None:
    """Give the sizes and named constants of a kernel their values: the given ones, else the defaults."""
    known: dict[str, Extent] = {}
    for size in kernel.sizes:
        if size.name not in scope.sizes or size.name in known:
            continue
        default = None if size.default is None else evaluate(size.default, known, scope.report)
        known[size.name] = given.get(size.name, default)
        if size.default is None and size.name not in given:
            scope.open.append(size.name)
    for let in kernel.body:
        if isinstance(let, ast.Let) and let.name in scope.sizes and let.name not in known:
            known[let.name] = evaluate(let.value, known, scope.report, _tensor_spans(scope))
    scope.sizes.update(known)


def shape(param: ast.Param, scope: Scope, dtype: DType | None) -> tuple[Extent, ...]:
    """The shape of a parameter or result, with its limits checked."""
    found = tuple(dimension(e, scope) for e in param.shape or ())
    check_bytes(param.name, found, dtype, param.span, scope.report)
    return found


def dimension(expr: ast.Expr, scope: Scope, what: str = "a dimension") -> Extent:
    """The value of one dimension, at least 1."""
    value = evaluate(expr, scope.sizes, scope.report, _tensor_spans(scope))
    if value is not None and value < 1:
        shown = f"{value}" if str(expr) == str(value) else f"'{expr}' = {value}"
        scope.report.error(
            "T302",
            f"{what} must be at least 1, but {shown}",
            expr.span,
            hint="choose sizes that leave at least one element",
        )
        return None
    return value


def check_bytes(
    name: str, shape: tuple[Extent, ...], dtype: DType | None, span: Span, report: Report
) -> None:
    """Report a tensor of 2^47 bytes or more."""
    extents = [n for n in shape if n is not None]
    if dtype is None or len(extents) < len(shape):
        return
    if prod(extents) * dtype.bytes >= MOST_BYTES:
        dims = " x ".join(map(str, extents))
        report.error(
            "T303",
            f"'{name}' is too large: {dims} elements of {dtype} are 2^47 bytes or more",
            span,
            hint="make the sizes smaller",
        )


def _tensor_spans(scope: Scope) -> dict[str, Span]:
    return {name: tensor.span for name, tensor in scope.tensors.items()}

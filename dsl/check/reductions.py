"""Reductions, and the indices they and the axes of stages bring in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from .. import ast, typed
from ..dtypes import I32, I64
from .context import Bound, Context
from .literals import Flexible
from .names import KINDS, REDUCERS, takes
from .ranges import extent_of
from .values import Checker, Value, join, needs_type


def reduce(checker: Checker, expr: ast.Reduce, at: Context) -> Value:
    """A reduction over new indices."""
    inner = bind(checker, expr.axes, expr.body, at)
    body = checker.value(expr.body, inner)
    axes = tuple(typed.Axis(a.name, a.extent or 1) for a in inner.axes[len(at.axes) :])
    if isinstance(body, Flexible) and expr.reducer in ("argmin", "argmax", "any", "all"):
        return needs_type(checker, expr.body)
    return join(
        checker,
        expr,
        [expr.body],
        [body],
        lambda _: expr,
        lambda found: _reduction(checker, expr, axes, found[0]),
    )


def _reduction(
    checker: Checker, expr: ast.Reduce, axes: tuple[typed.Axis, ...], body: typed.Expr
) -> typed.Expr | None:
    kind = REDUCERS[expr.reducer]
    if not takes(kind, body.dtype):
        fixed = (
            ast.Binary("!=", expr.body, ast.Number("0"))
            if kind == "bools"
            else ast.Call("i32", (expr.body,))
        )
        checker.report.error(
            "T210",
            f"'{expr.reducer}' reduces {KINDS[kind]}, but its body is {body.dtype}",
            expr.span,
            hint=f"write {ast.Reduce(expr.reducer, expr.axes, fixed)}",
        )
        return None
    if expr.reducer in ("argmin", "argmax"):
        last = prod(a.extent for a in axes) - 1
        return typed.Reduce(expr.reducer, axes, body, I32 if last <= I32.limits[1] else I64)
    return typed.Reduce(expr.reducer, axes, body, body.dtype)


def bind(
    checker: Checker,
    axes: Sequence[ast.Axis],
    body: ast.Expr,
    at: Context,
    extent: Callable[[int], int | None] | None = None,
) -> Context:
    """The context under new indices, their names checked; `extent(n)` is the n-th one's where it is known."""
    bound: list[Bound] = []
    for position, axis in enumerate(axes):
        _new_index(checker, axis, at.within(tuple(bound)))
        found = extent(position) if extent else extent_of(axis, body, checker.scope)
        bound.append(Bound(axis.name, found, axis.span))
    return at.within(tuple(bound))


def _new_index(checker: Checker, axis: ast.Axis, at: Context) -> None:
    taken = at.axis(axis.name)
    span = taken.span if taken else checker.scope.spans.get(axis.name)
    if span is not None:
        what = "an index around it" if taken else "a size or tensor"
        checker.report.error(
            "T102",
            f"the index '{axis.name}' has the name of {what}",
            axis.span,
            notes=[(span, "first here")],
            hint="give the index a name of its own",
        )

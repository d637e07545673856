"""Values on the way from the syntax tree to typed expressions, and how several come to one type.

A value is a typed expression, a `Flexible` one (literals, which take their type from what stands around
them), or None where something in it is wrong and reported already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol

from .. import ast, typed
from ..diagnostics import Report
from ..dtypes import DTYPES, DType
from . import types
from .context import Context, Obligation
from .literals import Flexible, constant, misfit
from .scope import Scope

Value = typed.Expr | Flexible | None


class Checker(Protocol):
    """What the parts of the checker of expressions see of the whole."""

    @property
    def scope(self) -> Scope:
        """The names of the kernel."""
        ...

    @property
    def report(self) -> Report:
        """Where mistakes go."""
        ...

    @property
    def obligations(self) -> list[Obligation]:
        """What is left to prove."""
        ...

    def value(self, expr: ast.Expr, at: Context) -> Value:
        """The value of an expression at a place; inside subscripts integers of all types become i64."""
        ...


def literal(checker: Checker, expr: ast.Expr, value: Fraction, whole: bool) -> Flexible:
    """An exact value, as the expression that was written for it."""

    def build(dtype: DType) -> typed.Expr | None:
        if why := misfit(value, whole, dtype):
            checker.report.error(
                "T203",
                f"'{short(expr)}' does not fit {dtype}: {why}",
                expr.span,
                hint="write a literal that fits, or cast what stands around it",
            )
            return None
        return constant(value, dtype)

    return Flexible(build, value, whole)


def join(
    checker: Checker,
    expr: ast.Expr,
    operands: Sequence[ast.Expr],
    values: Sequence[Value],
    remake: types.Remake,
    finish: Callable[[tuple[typed.Expr, ...]], typed.Expr | None],
) -> Value:
    """Bring operands to one type, which literals take from the others, and go on with them."""
    fixed = [v.dtype for v in values if v is not None and not isinstance(v, Flexible)]
    if any(v is None for v in values):
        return None
    if len(set(fixed)) > 1:
        dtypes = [None if v is None or isinstance(v, Flexible) else v.dtype for v in values]
        types.differ(expr, operands, dtypes, remake, checker.report)
        return None

    def build(dtype: DType) -> typed.Expr | None:
        settled = [v.build(dtype) if isinstance(v, Flexible) else v for v in values]
        known = tuple(v for v in settled if v is not None)
        return finish(known) if len(known) == len(settled) else None

    return build(fixed[0]) if fixed else Flexible(build)


def needs_type(checker: Checker, expr: ast.Expr) -> None:
    """Report literals whose type nothing gives."""
    checker.report.error(
        "T202",
        f"nothing says which type '{short(expr)}' has",
        expr.span,
        hint=f"cast it: {types.literal_cast(expr, DTYPES['f32'])}",
    )


def count_arguments(checker: Checker, expr: ast.Call, arity: int) -> bool:
    """Whether a call has as many arguments as it must; reported where not."""
    if len(expr.args) == arity:
        return True
    checker.report.error(
        "T110",
        f"'{expr.function}' takes {arity} argument{'' if arity == 1 else 's'}, but there "
        f"{'is' if len(expr.args) == 1 else 'are'} {len(expr.args)}",
        expr.span,
        hint=f"write {expr.function}({ast.commas('…' for _ in range(arity))})",
    )
    return False


def short(expr: ast.Expr) -> str:
    """The text of an expression for a message, cut where it is long."""
    text = str(expr)
    return text if len(text) <= 40 else text[:39] + "…"

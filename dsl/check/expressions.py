"""From the syntax tree of an expression to a typed expression, with every mistake in it reported once."""

from __future__ import annotations

from dataclasses import dataclass, field

from .. import ast, typed
from ..diagnostics import Report
from ..dtypes import BOOL, I64
from .calls import call
from .context import Context, Obligation
from .literals import Flexible, exact
from .operators import binary, if_else, unary
from .reads import read, read_guarded, read_name
from .reductions import reduce
from .scope import Scope
from .values import Value, literal, short


@dataclass
class Expressions:
    """The checker of expressions of one kernel; `obligations` collects what is left to prove."""

    scope: Scope
    obligations: list[Obligation] = field(default_factory=list[Obligation])

    @property
    def report(self) -> Report:
        """Where mistakes go."""
        return self.scope.report

    def value(self, expr: ast.Expr, at: Context) -> Value:
        """The value of an expression at a place; inside subscripts integers of all types become i64."""
        found = self._value(expr, at)
        if not at.subscript or found is None or isinstance(found, Flexible):
            return found
        return typed.Cast(found, I64) if found.dtype.is_integer and found.dtype != I64 else found

    def _value(self, expr: ast.Expr, at: Context) -> Value:
        match expr:
            case ast.Number():
                return self._number(expr)
            case ast.Bool():
                return typed.Const(expr.value, BOOL)
            case ast.Name():
                return read_name(self, expr, at)
            case ast.Access():
                return read(self, expr, at)
            case ast.Guarded():
                return read_guarded(self, expr, at)
            case ast.Call():
                return call(self, expr, at)
            case ast.Reduce():
                return reduce(self, expr, at)
            case ast.Unary():
                return unary(self, expr, at)
            case ast.Binary():
                return binary(self, expr, at)
            case ast.IfElse():
                return if_else(self, expr, at)

    def _number(self, number: ast.Number) -> Value:
        value = exact(number.text)
        if value is None:
            self.report.error(
                "T203",
                f"'{short(number)}' is too large for any type",
                number.span,
                hint="write a smaller literal",
            )
            return None
        return literal(self, number, value, number.text.isdigit())

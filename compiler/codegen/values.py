"""Vectors in C texts."""

from __future__ import annotations

from dataclasses import dataclass

from ...dsl.dtypes import BOOL
from ..loop.ir import Binary, Const, Expr, Var
from .ctext import element_name
from .vector_type import VectorType


@dataclass(frozen=True, slots=True)
class Value:
    """A vector in C: its text and its type."""

    text: str
    type: VectorType

    def __str__(self) -> str:
        return self.text


def type_of(expr: Expr) -> VectorType:
    """The type of a vector's value; truth values are bytes unless known otherwise."""
    return VectorType("i8" if expr.dtype == BOOL else element_name(expr.dtype), expr.lanes)


def apply(kind: VectorType, operation: str, *args: object) -> Value:
    """The operation of a type on arguments; the result is of that type."""
    return Value(f"{kind}_{operation}({', '.join(map(str, args))})", kind)


def converted(value: Value, kind: VectorType) -> Value:
    """The value as another type of as many lanes; what does not fit is cut."""
    return value if value.type == kind else apply(kind, f"from_{value.type}", value)


def reinterpreted(value: Value, kind: VectorType) -> Value:
    """The bits of the value as another type."""
    return value if value.type == kind else apply(kind, f"bits_{value.type}", value)


def product(expr: Binary) -> tuple[Expr, Expr, Expr] | None:
    """a, b, c where a sum is a · b + c."""
    for factors, other in ((expr.right, expr.left), (expr.left, expr.right)):
        if isinstance(factors, Binary) and factors.op == "*":
            return factors.left, factors.right, other
    return None


def name_for(scalar: Expr) -> str:
    """What a vector with this in all lanes is called."""
    match scalar:
        case Const(value=value):
            return {0: "zeros", 1: "ones"}.get(int(value) if value in (0, 1) else -1, "number")
        case Var(name=name):
            return f"{name}_all"
        case _:
            return "all"

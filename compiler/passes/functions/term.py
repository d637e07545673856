"""Arithmetic on expressions of the loop IR, written as one writes it on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....dsl.dtypes import DTYPES, DType
from ...loop.ir import Binary, Bits, Call, Cast, Const, Expr, Select, Unary


@dataclass(frozen=True, slots=True)
class Term:
    """An expression, with operators; numbers take its type and lanes.

    A sum has at most one product in it that is not exact, and such a product feeds one sum: then there is one
    way to contract it, which every compiler takes, in lanes or not.
    """

    expr: Expr

    def like(self, value: float | Term) -> Term:
        """A number as a term of this one's type."""
        if isinstance(value, Term):
            return value
        dtype = self.expr.dtype
        return Term(Const(float(value) if dtype.is_float else int(value), dtype, self.expr.lanes))

    @property
    def dtype(self) -> DType:
        """Its type."""
        return self.expr.dtype

    @property
    def integer(self) -> DType:
        """The signed integer type of its size."""
        return DTYPES[f"i{self.dtype.bits}"]

    def __add__(self, other: float | Term) -> Term:
        return self._binary("+", other)

    def __sub__(self, other: float | Term) -> Term:
        return self._binary("-", other)

    def __neg__(self) -> Term:
        return Term(Unary("neg", self.expr))

    def __rsub__(self, other: float) -> Term:
        return self.like(other) - self

    def __mul__(self, other: float | Term) -> Term:
        return self._binary("*", other)

    def __truediv__(self, other: float | Term) -> Term:
        return self._binary("/", other)

    def __rtruediv__(self, other: float) -> Term:
        return self.like(other) / self

    def __and__(self, other: int | Term) -> Term:
        return self._binary("&", other)

    def __or__(self, other: int | Term) -> Term:
        return self._binary("|", other)

    def __xor__(self, other: int | Term) -> Term:
        return self._binary("^", other)

    def __lshift__(self, count: int) -> Term:
        return self._binary("<<", count)

    def __rshift__(self, count: int) -> Term:
        return self._binary(">>", count)

    def __lt__(self, other: float | Term) -> Term:
        return self._binary("<", other)

    def __gt__(self, other: float | Term) -> Term:
        return self._binary(">", other)

    def equals(self, other: float | Term) -> Term:
        """Where both are the same."""
        return self._binary("==", other)

    def differs(self, other: float | Term) -> Term:
        """Where they are not."""
        return self._binary("!=", other)

    def both(self, other: Term) -> Term:
        """`and` of truth values."""
        return self._binary("and", other)

    def either(self, other: Term) -> Term:
        """`or` of truth values."""
        return self._binary("or", other)

    def call(self, function: str, *others: float | Term) -> Term:
        """A function that every code generator has."""
        return Term(Call(function, (self.expr, *(self.like(o).expr for o in others))))

    def bits(self, dtype: DType | None = None) -> Term:
        """The bits as another type, an integer of the size unless said."""
        return Term(Bits(self.expr, dtype or self.integer))

    def cast(self, dtype: DType) -> Term:
        """Converted."""
        return Term(Cast(self.expr, dtype))

    def pick(self, yes: Term, no: float | Term) -> Term:
        """`yes` where this holds, else `no`."""
        return Term(Select(self.expr, yes.expr, yes.like(no).expr))

    def signed_like(self, other: Term) -> Term:
        """This number, which is not negative, with the sign of another, zeros included."""
        sign = other.bits() & other.integer.limits[0]
        return (self.bits() | sign).bits(self.dtype)

    def _binary(self, op: str, other: float | Term) -> Term:
        return Term(Binary(op, self.expr, self.like(other).expr))


Let = Callable[[str, Term], Term]
"""Names a step, so that it may be used several times; gives the name."""

Function = Callable[..., Term]
"""(let, arguments) -> the value."""


def polynomial(let: Let, x: Term, coefficients: tuple[float, ...]) -> Term:
    """c0 + x·(c1 + x·(c2 + …)), by Horner's scheme, three steps under a name."""
    total = x.like(coefficients[-1])
    for count, c in enumerate(reversed(coefficients[:-1]), 1):
        total = x * total + c
        if count % 3 == 0:
            total = let("p", total)
    return total

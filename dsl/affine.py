"""Exact affine forms `c0 + c1·i + c2·j + …` over index variables.

The bounds proof is arithmetic on these, and so are the regions that the compiler infers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import typed
from .record import record

Range = tuple[int, int]


@record
class Affine:
    """A sum of integer multiples of variables, plus a constant.

    `coefficients` are (variable, factor) pairs, sorted by name and never zero, so equal forms compare equal.
    """

    coefficients: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that occur."""
        return tuple(name for name, _ in self.coefficients)

    def coefficient(self, name: str) -> int:
        """The factor of a variable, 0 where it does not occur."""
        return next((factor for n, factor in self.coefficients if n == name), 0)

    def __add__(self, other: Affine) -> Affine:
        factors = dict(self.coefficients)
        for name, factor in other.coefficients:
            factors[name] = factors.get(name, 0) + factor
        return affine_sum(factors.items(), self.constant + other.constant)

    def __sub__(self, other: Affine) -> Affine:
        return self + other * -1

    def __mul__(self, factor: int) -> Affine:
        return affine_sum(((n, f * factor) for n, f in self.coefficients), self.constant * factor)

    def at(self, values: Mapping[str, int]) -> int:
        """The value at a point."""
        return self.constant + sum(factor * values[name] for name, factor in self.coefficients)

    def bounds(self, ranges: Mapping[str, Range]) -> Range:
        """Smallest and largest value over a box; both are attained."""
        low = high = self.constant
        for name, factor in self.coefficients:
            first, last = ranges[name]
            low += factor * (first if factor > 0 else last)
            high += factor * (last if factor > 0 else first)
        return low, high

    def split(self, divisor: int) -> tuple[Affine, Affine]:
        """`(q, r)` with `self == q·divisor + r`, where q takes every term whose factor `divisor` divides."""
        whole = tuple((n, f // divisor) for n, f in self.coefficients if f % divisor == 0)
        rest = tuple((n, f) for n, f in self.coefficients if f % divisor)
        return Affine(whole, self.constant // divisor), Affine(rest, self.constant % divisor)

    def __str__(self) -> str:
        terms = [name if factor == 1 else f"{factor}*{name}" for name, factor in self.coefficients]
        if self.constant or not terms:
            terms.append(str(self.constant))
        return " + ".join(terms).replace("+ -", "- ")


def affine_sum(factors: Iterable[tuple[str, int]], constant: int = 0) -> Affine:
    """The form with these factors, each variable once."""
    return Affine(tuple(sorted(item for item in factors if item[1])), constant)


def variable(name: str) -> Affine:
    """The form of one variable."""
    return Affine(((name, 1),))


def affine(expr: typed.Expr) -> Affine | None:
    """The affine form of an integer expression over index variables, or None where it has none.

    `//` and `%` by a constant have one where the constant divides every factor.
    """
    match expr:
        case typed.Const(value=int(value)) if expr.dtype.is_integer:
            return Affine((), value)
        case typed.Index(name=name):
            return variable(name)
        case typed.Unary(op="neg", value=value):
            form = affine(value)
            return None if form is None else form * -1
        case typed.Binary(op=op, left=left, right=right) if expr.dtype.is_integer:
            a, b = affine(left), affine(right)
            return None if a is None or b is None else _combine(op, a, b)
        case _:
            return None


def _combine(op: str, a: Affine, b: Affine) -> Affine | None:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*" if not b.coefficients:
            return a * b.constant
        case "*" if not a.coefficients:
            return b * a.constant
        case "//" | "%" if not b.coefficients and b.constant:
            quotient, rest = a.split(b.constant)
            if rest.coefficients:
                return None
            return quotient if op == "//" else rest
        case _:
            return None

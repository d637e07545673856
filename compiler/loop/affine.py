"""Sums of terms: the canonical form of i64 index expressions, and exact division of such sums.

A form is `constant + factor * atom + …` modulo 2**64, so collecting terms never changes a value, wrapped or
not. Dividing and comparing does need numbers that do not wrap; `safe` forms are those whose terms stay far
inside i64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from ...dsl.dtypes import I64
from .fold import wrap
from .ir import Binary, Const, Expr, Unary, Var
from .ranges import Range, bounds

SAFE = 1 << 62


@dataclass(frozen=True, slots=True)
class Form:
    """`terms` maps atoms to their factors, which are never 0."""

    terms: Mapping[Expr, int]
    constant: int = 0

    def __add__(self, other: Form) -> Form:
        terms = dict(self.terms)
        for atom, factor in other.terms.items():
            total = wrap(terms.pop(atom, 0) + factor, I64)
            if total:
                terms[atom] = total
        return Form(terms, wrap(self.constant + other.constant, I64))

    def __mul__(self, factor: int) -> Form:
        scaled = {atom: wrap(f * factor, I64) for atom, f in self.terms.items()}
        return Form({a: f for a, f in scaled.items() if f}, wrap(self.constant * factor, I64))

    def __sub__(self, other: Form) -> Form:
        return self + other * -1


def number(value: int) -> Form:
    """A constant."""
    return Form({}, value)


class Box:
    """The ranges of variables, in the order of their loops, and what they say about forms."""

    def __init__(self, ranges: Mapping[str, Range]) -> None:
        self.ranges = ranges
        self.rank = {name: at for at, name in enumerate(ranges)}

    def bounds(self, form: Form) -> Range:
        """An interval of the sum; without regard to wrapping."""
        low = high = form.constant
        for atom, factor in form.terms.items():
            first, last = bounds(atom, self.ranges)
            low += factor * (first if factor > 0 else last)
            high += factor * (last if factor > 0 else first)
        return low, high

    def safe(self, form: Form) -> bool:
        """Whether no order of adding the terms comes near the limits of i64."""
        total = abs(form.constant)
        for atom, factor in form.terms.items():
            first, last = bounds(atom, self.ranges)
            total += abs(factor) * max(abs(first), abs(last))
        return total < SAFE

    # ── back to expressions ──

    def build(self, form: Form) -> Expr:
        """The form as a person would write it: large factors first, then outer loops; the constant last."""
        terms = form.terms.items()
        if len(terms) > 1:
            terms = sorted(terms, key=self.order)
        left, constant = None, form.constant
        if not terms or (constant > 0 and all(_negative(f) for _, f in terms)):
            left, constant = Const(constant), 0
        for atom, factor in terms:
            left = _plus(left, atom, factor)
        return _shifted(left, constant) if left and constant else left or Const(constant)

    def order(self, term: tuple[Expr, int]) -> tuple[bool, int, bool, int, str]:
        """Where a term stands in a sum."""
        atom, factor = term
        is_var = isinstance(atom, Var)
        at = self.rank.get(atom.name, len(self.rank)) if is_var else 0
        return _negative(factor), -abs(factor), not is_var, at, str(atom)

    # ── division ──

    def divide(self, form: Form, by: int) -> Form:
        """`form // by` for a safe form and by > 0, as a sum with as little under the division as possible."""
        whole, rest = split(form, by)
        if not rest.terms:
            return whole
        low, high = self.bounds(rest)
        if low // by == high // by:
            return whole + number(low // by)
        for factor, big, small in groupings(rest, by):
            if self.fits(small, factor):
                return whole + self.divide(big, by // factor)
        return whole + self._divide_atom(rest, by)

    def _divide_atom(self, rest: Form, by: int) -> Form:
        match _single(rest):
            case Binary(op="//", left=left, right=Const(value=m)) if m > 0 and m * by < SAFE:
                inner = flat(left) + number(rest.constant * int(m))
                if self.safe(inner):
                    return self.divide(inner, int(m) * by)
            case Binary(op="%", left=left, right=Const(value=m)) if rest.constant == 0 and m % by == 0 < m:
                if self.safe(inner := flat(left)):
                    return self.modulo(self.divide(inner, by), int(m) // by)
            case _:
                pass
        return Form({Binary("//", self.build(rest), Const(by)): 1})

    def modulo(self, form: Form, by: int) -> Form:
        """`form % by` for a safe form and by > 0."""
        smaller = _residue(form, by)
        rest = smaller if self.safe(smaller) else form
        low, high = self.bounds(rest)
        if low // by == high // by:
            return rest - number(low // by * by)
        for factor, big, small in groupings(rest, by):
            if self.fits(small, factor):
                return self.modulo(big, by // factor) * factor + small
        return Form({Binary("%", self.build(rest), Const(by)): 1})

    def fits(self, form: Form, size: int) -> bool:
        """Whether the sum is always in 0 .. size - 1."""
        low, high = self.bounds(form)
        return low >= 0 and high < size


def flat(expr: Expr) -> Form:
    """The form of a simplified expression: its sums and constant factors taken apart."""
    try:
        return expr.form
    except AttributeError:
        found = _flat(expr)
        object.__setattr__(expr, "form", found)
        return found


def _flat(expr: Expr) -> Form:
    match expr:
        case Const(value=value):
            return number(int(value))
        case Binary(op="+", left=left, right=right):
            return flat(left) + flat(right)
        case Binary(op="-", left=left, right=right):
            return flat(left) - flat(right)
        case Binary(op="*", left=left, right=Const(value=value)):
            return flat(left) * int(value)
        case Unary(op="neg", value=value):
            return flat(value) * -1
        case _:
            return Form({expr: 1})


def _negative(factor: int) -> bool:
    return I64.limits[0] < factor < 0       # the lowest number has no positive counterpart to subtract


def _plus(left: Expr | None, atom: Expr, factor: int) -> Expr:
    if left is None:
        return Unary("neg", atom) if factor == -1 else _times(atom, factor)
    minus = _negative(factor)
    return Binary("-" if minus else "+", left, _times(atom, -factor if minus else factor))


def _times(atom: Expr, factor: int) -> Expr:
    return atom if factor == 1 else Binary("*", atom, Const(factor))


def _shifted(left: Expr, constant: int) -> Expr:
    minus = _negative(constant)
    return Binary("-" if minus else "+", left, Const(-constant if minus else constant))


def _single(form: Form) -> Expr | None:
    if len(form.terms) != 1:
        return None
    (atom, factor), = form.terms.items()
    return atom if factor == 1 else None


def split(form: Form, by: int) -> tuple[Form, Form]:
    """(whole, rest) with form == whole * by + rest."""
    whole = {a: f // by for a, f in form.terms.items() if f % by == 0}
    rest = {a: f for a, f in form.terms.items() if f % by}
    return Form(whole, form.constant // by), Form(rest, form.constant % by)


def _residue(form: Form, by: int) -> Form:
    """A form equal modulo `by`: multiples of `by` dropped, and so an inner `% m` where they are its step."""
    result = number(form.constant % by)
    for atom, factor in form.terms.items():
        step = factor if abs(factor) < by else factor % by
        match atom:
            case Binary(op="%", left=left, right=Const(value=m)) if step and m > 0 == step * m % by:
                result += _residue(flat(left) * step, by)
            case _:
                result += Form({atom: step} if step else {})
    return Form(result.terms, result.constant % by)


def groupings(form: Form, by: int) -> list[tuple[int, Form, Form]]:
    """(factor, big, small) with form == big * factor + small, for each factor that `by` shares with one."""
    factors = sorted({gcd(f, by) for f in form.terms.values()} - {1}, reverse=True)
    return [(factor, *split(form, factor)) for factor in factors]

"""Integer expressions as linear constraints over index variables, for the proof of bounds.

What is not affine becomes a variable with a range and, where possible, linear constraints that define it:
`q = a // c` and `r = a % c` are `a == c·q + r`, `0 <= r < c`, so that quotients and remainders by constants
are exact. What is read from a tensor is a variable over its type's range; so is what might wrap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .. import typed
from ..affine import Affine, Range, variable
from ..dtypes import BOOL
from ..record import record

Clause = tuple[
    tuple[Affine, ...], ...
]  # one of the alternatives holds; each is forms that are all >= 0


@record
class Derived:
    """A variable that others determine: `name = op(args)`."""

    name: str
    op: str
    args: tuple[Affine, ...]


@dataclass
class Problem:
    """A box, what holds in it, and what its variables stand for.

    `free` are the variables to choose: indices and data read. `exact` is False once something was given up,
    so that a point that meets all constraints need not be one that occurs.
    """

    ranges: dict[str, Range]
    free: list[str]
    constraints: list[Affine] = field(default_factory=list[Affine])
    clauses: list[Clause] = field(default_factory=list[Clause])
    derived: list[Derived] = field(default_factory=list[Derived])
    known: dict[typed.Expr, Affine] = field(default_factory=dict[typed.Expr, Affine])
    data: dict[str, typed.Read] = field(default_factory=dict[str, typed.Read])
    divided: dict[tuple[Affine, int], tuple[Affine, Affine]] = field(
        default_factory=dict[tuple[Affine, int], tuple[Affine, Affine]]
    )
    exact: bool = True


def problem(box: dict[str, Range]) -> Problem:
    """The problem over a box, with nothing known yet."""
    return Problem(dict(box), list(box))


def form(expr: typed.Expr, into: Problem) -> Affine:
    """An integer expression as an affine form over the variables of a problem, which it adds to."""
    if expr not in into.known:
        found = _form(expr, into)
        low, high = found.bounds(into.ranges)
        if low < expr.dtype.limits[0] or high > expr.dtype.limits[1]:
            found = _opaque(expr, expr.dtype.limits, into)
        into.known[expr] = found
    return into.known[expr]


def _form(expr: typed.Expr, into: Problem) -> Affine:
    match expr:
        case typed.Const(value=value):
            return Affine((), int(value))
        case typed.Index(name=name):
            return variable(name)
        case typed.Read():
            found = _opaque(expr, expr.dtype.limits, into)
            into.data[found.names[0]] = expr
            return found
        case typed.Unary(op="neg", value=value):
            return form(value, into) * -1
        case typed.Binary(op=op, left=left, right=right):
            return _binary(op, form(left, into), form(right, into), expr, into)
        case typed.Call(function="min" | "max" | "abs" as name, args=args):
            return _derive(name, tuple(form(a, into) for a in args), into)
        case typed.Cast(value=value) if value.dtype.is_integer:
            return form(value, into)
        case _:
            return _opaque(expr, expr.dtype.limits, into)


def _binary(op: str, a: Affine, b: Affine, expr: typed.Expr, into: Problem) -> Affine:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*" if not b.coefficients:
            return a * b.constant
        case "*" if not a.coefficients:
            return b * a.constant
        case "//" if not b.coefficients and b.constant:
            return _quotient(a, b.constant, into)
        case "%" if not b.coefficients and b.constant:
            return _remainder(a, b.constant, into)
        case "//" | "%" if not _nonzero(b, into):
            return _opaque(expr, expr.dtype.limits, into)
        case _:
            return _derive(op, (a, b), into)


def _nonzero(form: Affine, into: Problem) -> bool:
    low, high = form.bounds(into.ranges)
    return low > 0 or high < 0


def _quotient(a: Affine, divisor: int, into: Problem) -> Affine:
    if divisor < 0:
        return _quotient(a * -1, -divisor, into)
    whole, rest = a.split(divisor)
    low, high = (n // divisor for n in rest.bounds(into.ranges))
    return whole + (Affine((), low) if low == high else _divide(rest, divisor, into)[0])


def _remainder(a: Affine, divisor: int, into: Problem) -> Affine:
    if divisor < 0:
        return _remainder(a * -1, -divisor, into) * -1
    _, rest = a.split(divisor)
    low, high = (n // divisor for n in rest.bounds(into.ranges))
    return rest - Affine((), low * divisor) if low == high else _divide(rest, divisor, into)[1]


def _divide(a: Affine, divisor: int, into: Problem) -> tuple[Affine, Affine]:
    """Variables `q, r` with `a == q·divisor + r` and `0 <= r < divisor`; the same ones for the same `a`."""
    if (a, divisor) not in into.divided:
        by = Affine((), divisor)
        quotient, rest = _derive("//", (a, by), into), _derive("%", (a, by), into)
        difference = a - quotient * divisor - rest
        into.constraints += [difference, difference * -1]
        into.divided[a, divisor] = quotient, rest
    return into.divided[a, divisor]


def _derive(op: str, args: tuple[Affine, ...], into: Problem) -> Affine:
    name = f"#{len(into.ranges)}"
    found = Derived(name, op, args)
    into.ranges[name] = derived_range(found, into.ranges)
    into.derived.append(found)
    value = variable(name)
    match op:
        case "min":
            into.constraints += [a - value for a in args]
        case "max":
            into.constraints += [value - a for a in args]
        case "abs":
            into.constraints += [value - args[0], value + args[0]]
        case _:
            pass
    return value


def derived_range(derived: Derived, ranges: dict[str, Range]) -> Range:
    """The range of a derived variable, from those of what determines it."""
    sides = [a.bounds(ranges) for a in derived.args]
    match derived.op:
        case "min":
            return min(s[0] for s in sides), min(s[1] for s in sides)
        case "max":
            return max(s[0] for s in sides), max(s[1] for s in sides)
        case "abs":
            low, high = sides[0]
            return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
        case "*":
            corners = [a * b for a in sides[0] for b in sides[1]]
        case "//":
            corners = [a // b for a in sides[0] for b in sides[1]]
        case _:
            (a, b), (low, high) = sides
            if a == b and low == high:
                return a % low, a % low
            corners = [0, high - 1] if low > 0 else [low + 1, 0]
    return min(corners), max(corners)


def _opaque(expr: typed.Expr, limits: Range, into: Problem) -> Affine:
    name = f"#{len(into.ranges)}"
    into.ranges[name] = limits
    into.free.append(name)
    into.exact = False
    return variable(name)


def assume(condition: typed.Expr, into: Problem, *, holds: bool) -> None:
    """Add what a condition says, or that it does not hold. What cannot be expressed is left out."""
    match condition:
        case typed.Unary(op="not", value=value):
            assume(value, into, holds=not holds)
        case typed.Binary(op="and", left=left, right=right) if holds:
            assume(left, into, holds=True)
            assume(right, into, holds=True)
        case typed.Binary(op="or", left=left, right=right) if not holds:
            assume(left, into, holds=False)
            assume(right, into, holds=False)
        case _:
            clause = _clause(condition, holds, into)
            if clause is None:
                into.exact = False
            elif len(clause) == 1:
                into.constraints += clause[0]
            else:
                into.clauses.append(clause)


def _clause(condition: typed.Expr, holds: bool, into: Problem) -> Clause | None:
    match condition:
        case typed.Const(value=value):
            return ((),) if bool(value) == holds else ()
        case typed.Unary(op="not", value=value):
            return _clause(value, not holds, into)
        case typed.Binary(op="and" | "or" as op, left=left, right=right):
            a, b = _clause(left, holds, into), _clause(right, holds, into)
            if a is None or b is None:
                return None
            if (op == "or") == holds:
                return (*a, *b)
            return (
                tuple((*x, *y) for x in a for y in b)
                if len(a) * len(b) <= MOST_ALTERNATIVES
                else None
            )
        case typed.Binary(op=op, left=left, right=right) if (
            left.dtype.is_integer and condition.dtype == BOOL
        ):
            return _comparison(op if holds else NEGATED[op], form(left, into), form(right, into))
        case _:
            return None


MOST_ALTERNATIVES = 64
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _comparison(op: str, a: Affine, b: Affine) -> Clause:
    one = Affine((), 1)
    match op:
        case "<":
            return ((b - a - one,),)
        case "<=":
            return ((b - a,),)
        case ">":
            return ((a - b - one,),)
        case ">=":
            return ((a - b,),)
        case "==":
            return ((a - b, b - a),)
        case _:
            return ((a - b - one,), (b - a - one,))

"""Comparisons of index expressions: decided by ranges, written in one way, and what variables learn of them.

All comparisons are `form < 0`, `form >= 0`, `form == 0` or `form != 0` inside; outside they read
`i * 4 + j < k + 3`, positive terms on the left, the rest on the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd

from ...dsl.dtypes import BOOL, I64
from ...dsl.typed import COMPARISONS
from .affine import Box, Form, flat, number, split
from .ir import Binary, Const, Expr, Unary, Var
from .ranges import Range, bounds

OPPOSITE = {"<": ">=", ">=": "<", "==": "!=", "!=": "=="}


def compare(box: Box, op: str, left: Form, right: Form) -> Expr:
    """`left op right` as true, false, or the one way to write it; as it is where sums might wrap."""
    if not (box.safe(left) and box.safe(right)):
        return Binary(op, box.build(left), box.build(right))
    op, form = _zeroed(op, left, right)
    form = _reduced(op, form)
    if form is None:
        return Const(op == "!=", BOOL)
    form = _coarse(box, form) if op in ("<", ">=") else form
    known = _decided(op, *box.bounds(form))
    return _written(box, op, form) if known is None else Const(known, BOOL)


def narrowed(box: Box, condition: Expr, truth: bool) -> dict[str, Range]:
    """The ranges of variables that become smaller where a simplified condition is true (or false)."""
    match condition:
        case Unary(op="not", value=value):
            return narrowed(box, value, not truth)
        case Binary(op="and" | "or" as op, left=left, right=right) if (op == "and") == truth:
            first = narrowed(box, left, truth)
            return first | narrowed(Box({**box.ranges, **first}), right, truth)
        case Binary(op="<" | ">=" | "==" | "!=" as op) if condition.lanes == 1:
            return _narrowed(box, op if truth else OPPOSITE[op], condition.left, condition.right)
        case _:
            return {}


def settled(expr: Expr, ranges: Mapping[str, Range]) -> Const | None:
    """A comparison of integers that the ranges of its sides settle (those of indices are for `compare`)."""
    if not isinstance(expr, Binary) or expr.op not in COMPARISONS:
        return None
    if expr.lanes != 1 or not expr.left.dtype.is_integer:
        return None
    (a0, a1), (b0, b1) = bounds(expr.left, ranges), bounds(expr.right, ranges)
    certain = {"<": (a1 < b0, a0 >= b1), "<=": (a1 <= b0, a0 > b1), ">": (a0 > b1, a1 <= b0),
               ">=": (a0 >= b1, a1 < b0), "==": (a0 == a1 == b0 == b1, a1 < b0 or a0 > b1),
               "!=": (a1 < b0 or a0 > b1, a0 == a1 == b0 == b1)}
    yes, no = certain[expr.op]
    return Const(yes, BOOL) if yes or no else None


def _zeroed(op: str, left: Form, right: Form) -> tuple[str, Form]:
    """The comparison with 0 on the right, and of `< >= == !=` only."""
    match op:
        case "<=":
            return "<", left - right - number(1)
        case ">":
            return ">=", left - right - number(1)
        case _:
            return op, left - right


def _reduced(op: str, form: Form) -> Form | None:
    """The form divided by what its factors share; None where it is asked to be 0 and so never is."""
    share = gcd(*form.terms.values())
    if share <= 1:
        return form
    if op in ("==", "!=") and form.constant % share:
        return None
    return Form({a: f // share for a, f in form.terms.items()}, form.constant // share)


def _coarse(box: Box, form: Form) -> Form:
    """A form of the same sign without terms too small to matter: for j in 0..3, `4 * i + j - 8` has that of
    `i - 2`."""
    for factor in sorted({abs(f) for f in form.terms.values()} - {1}, reverse=True):
        big, small = split(form, factor)
        low, high = box.bounds(small)
        if small.terms and low // factor == high // factor:
            return _coarse(box, big + number(low // factor))
    return form


def _decided(op: str, low: int, high: int) -> bool | None:
    """Whether a value between low and high is `< 0`, `>= 0` …; None where it may or may not be."""
    match op:
        case "<":
            return True if high < 0 else False if low >= 0 else None
        case ">=":
            return True if low >= 0 else False if high < 0 else None
        case _:
            equal = True if low == high == 0 else False if low > 0 or high < 0 else None
            return equal if equal is None or op == "==" else not equal


def _written(box: Box, op: str, form: Form) -> Expr:
    positive = {a: f for a, f in form.terms.items() if f > 0}
    negative = {a: -f for a, f in form.terms.items() if f < 0}
    if positive:
        return Binary(op, box.build(Form(positive)), box.build(Form(negative, -form.constant)))
    if op in ("==", "!="):
        return Binary(op, box.build(Form(negative)), Const(form.constant))
    return Binary(OPPOSITE[op], box.build(Form(negative)), Const(form.constant + 1))


def _narrowed(box: Box, op: str, left: Expr, right: Expr) -> dict[str, Range]:
    """Each variable of `left op right` is bounded by what is left when all others do their utmost."""
    if left.dtype != I64 or op == "!=":
        return {}
    one, other = flat(left), flat(right)
    if not (box.safe(one) and box.safe(other)):
        return {}
    form = one - other
    upper = {"<": [form + number(1)], ">=": [form * -1], "==": [form, form * -1]}[op]
    found: dict[str, Range] = {}
    for at_most_zero in upper:
        for atom, factor in at_most_zero.terms.items():
            if isinstance(atom, Var):
                found[atom.name] = _cut(found.get(atom.name, bounds(atom, box.ranges)), factor,
                                        _room(box, at_most_zero, atom))
    return {name: r for name, r in found.items() if r != box.ranges.get(name) and r[0] <= r[1]}


def _room(box: Box, form: Form, atom: Expr) -> int:
    """The most that `factor * atom` can be where the form is at most 0."""
    return -box.bounds(Form({a: f for a, f in form.terms.items() if a is not atom}, form.constant))[0]


def _cut(known: Range, factor: int, room: int) -> Range:
    """The values in a range with factor * value <= room."""
    low, high = known
    return (low, min(high, room // factor)) if factor > 0 else (max(low, -(room // -factor)), high)

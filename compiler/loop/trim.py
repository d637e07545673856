"""Loops do not make iterations in which they do nothing: the first, the last, all but each n-th."""

from __future__ import annotations

from dataclasses import replace

from ...dsl.dtypes import I64
from .affine import SAFE, flat
from .guards import conjuncts, joined
from .ir import Binary, Block, Const, Expr, For, If, Var
from .visit import substitute

MOST = 64    # values of a remainder


def shorter(loop: For) -> tuple[For, ...]:
    """The loops that do what a loop does with fewer iterations or guards; itself where there are none."""
    pieces = parted(loop)
    if len(pieces) > 1:
        return pieces
    found = trimmed(loop)
    return () if found is None else (found,)


def trimmed(loop: For) -> For | None:
    """A loop without the iterations that its guard skips for certain; None if it skips all.

    before  for s in 0..7 { if s >= 3 { C[0] = C[0] + A[s] } }
    after   for s in 0..4 { C[0] = C[0] + A[s + 3] }
    """
    match loop.body.stmts:
        case (If(condition=condition, then=then, otherwise=None),):
            parts = conjuncts(condition)
        case _:
            return loop
    for part in parts:
        found = _limits(part, loop.var) or _phase(part, loop.var)
        if found is None:
            continue
        first, last, step = found
        count = (min(last, loop.extent - 1) - first) // step + 1
        if count <= 0:
            return None
        rest = tuple(p for p in parts if p is not part)
        body = Block((If(joined(rest), then),)) if rest else then
        at = Binary("+", Binary("*", Var(loop.var), Const(step)), Const(first))
        return replace(loop, extent=count, body=substitute(body, {loop.var: at}))
    return loop


def parted(loop: For) -> tuple[For, ...]:
    """A loop over two branches, one for its first iterations, one for its last, as two loops.

    before  for s in 0..7 { if s < 3 { C[0] = s } else { C[1] = s } }
    after   for s in 0..3 { C[0] = s }  for s in 0..4 { C[1] = s + 3 }
    """
    match loop.body.stmts:
        case (If(condition=condition, then=then, otherwise=Block() as other),) if loop.kind == "serial":
            found = _limits(condition, loop.var)
        case _:
            return (loop,)
    if found is None:
        return (loop,)
    first, last, _ = found
    middle = first if first else last + 1
    pieces = (other, then) if first else (then, other)
    at = {loop.var: Binary("+", Var(loop.var), Const(middle))}
    return (replace(loop, extent=middle, body=pieces[0]),
            replace(loop, extent=loop.extent - middle, body=substitute(pieces[1], at)))


Values = tuple[int, int, int]   # first, last, step


def _phase(part: Expr, var: str) -> Values | None:
    """The values of a variable where a remainder of nothing but it and numbers is a certain number."""
    match part:
        case Binary(op="==", left=Binary(op="%") as digit, right=Const(value=wanted)):
            form, divisor = flat(digit.left), digit.right
        case _:
            return None
    if [*form.terms] != [Var(var)] or not isinstance(divisor, Const) or not 1 < divisor.value <= MOST:
        return None
    factor, by = form.terms[Var(var)], int(divisor.value)
    fitting = [v for v in range(by) if (factor * v + form.constant) % by == wanted]
    return (fitting[0], SAFE, by // len(fitting)) if fitting else (0, -1, 1)


def _limits(part: Expr, var: str) -> Values | None:
    """Between which values a variable is where a comparison of nothing but it and numbers holds."""
    if not isinstance(part, Binary) or part.op not in ("<", ">=") or part.left.dtype != I64:
        return None
    form = flat(part.left) - flat(part.right)
    if [*form.terms] != [Var(var)] or abs(form.constant) >= SAFE:
        return None
    factor, constant = form.terms[Var(var)], form.constant
    match part.op, factor > 0:
        case "<", True:
            return 0, (-constant - 1) // factor, 1
        case "<", False:
            return max(0, constant // -factor + 1), SAFE, 1
        case _, True:
            return max(0, -(constant // factor)), SAFE, 1
        case _:
            return 0, constant // -factor, 1

"""Loops that do nothing in their first or last iterations do not make them."""

from __future__ import annotations

from dataclasses import replace

from ...dsl.dtypes import I64
from .affine import SAFE, flat
from .guards import conjuncts, joined
from .ir import Binary, Block, Const, Expr, For, If, Var
from .ranges import Range
from .visit import substitute


def trimmed(loop: For) -> For | None:
    """A loop without the iterations at its ends that its guard skips for certain; None if it skips all.

    before  for s in 0..7 { if s >= 3 { C[0] = C[0] + A[s] } }
    after   for s in 0..4 { C[0] = C[0] + A[s + 3] }
    """
    match loop.body.stmts:
        case (If(condition=condition, then=then, otherwise=None),):
            pass
        case _:
            return loop
    first, last = 0, loop.extent - 1
    kept: list[Expr] = []
    for part in conjuncts(condition):
        limit = _limits(part, loop.var)
        if limit is None:
            kept.append(part)
        else:
            first, last = max(first, limit[0]), min(last, limit[1])
    if len(kept) == len(conjuncts(condition)):
        return loop
    if first > last:
        return None
    body = Block((If(joined(kept), then),)) if kept else then
    by = {loop.var: Binary("+", Var(loop.var), Const(first))}
    return replace(loop, extent=last - first + 1, body=substitute(body, by) if first else body)


def _limits(part: Expr, var: str) -> Range | None:
    """Between which values a variable is where a comparison of nothing but it and numbers holds."""
    if not isinstance(part, Binary) or part.op not in ("<", ">=") or part.left.dtype != I64:
        return None
    form = flat(part.left) - flat(part.right)
    if form.terms.keys() != {Var(var)} or abs(form.constant) >= SAFE:
        return None
    factor, constant = form.terms[Var(var)], form.constant
    match part.op, factor > 0:
        case "<", True:
            return -SAFE, (-constant - 1) // factor
        case "<", False:
            return constant // -factor + 1, SAFE
        case _, True:
            return -(constant // factor), SAFE
        case _:
            return -SAFE, constant // -factor

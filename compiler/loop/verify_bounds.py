"""Accesses that are certainly outside their buffer, by the loops and the conditions around them.

Only what surely happens is reported: the subscript is a sum over loop variables, each of which takes all
values of its range whatever the others do, or lies outside for all values; and each condition around is on a
single variable, whose range it cuts exactly. Everything else is left to the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...dsl.dtypes import I64
from .affine import SAFE, flat
from .invoke import expanded
from .ir import (
    Binary,
    Block,
    Const,
    Expr,
    For,
    If,
    Invoke,
    Let,
    Load,
    Prefetch,
    Ramp,
    Select,
    Stmt,
    Store,
    Unary,
    Var,
)
from .ranges import Range, bounds, is_index
from .simplify import Simplifier
from .verify_expr import Fault
from .visit import children, expressions


def outside(block: Block, known: Simplifier | None = None) -> Iterator[Fault]:
    """The accesses in a block that are certainly outside."""
    known = known or Simplifier({})
    for stmt in block.stmts:
        yield from _statement(stmt, known)
        if isinstance(stmt, Let) and is_index(stmt.var):
            known = known.within({}, {stmt.var.name: known.expr(stmt.value)})


def _statement(stmt: Stmt, known: Simplifier) -> Iterator[Fault]:
    for expr in expressions(stmt):
        yield from _expression(expr, known)
    match stmt:
        case Store() | Prefetch():
            yield from _access(stmt, known)
        case Invoke():
            yield from outside(expanded(stmt), known)
        case For(var=var, extent=extent, body=body):
            yield from outside(body, known.within({var: (0, extent - 1)}))
        case If(condition=condition, then=then, otherwise=otherwise):
            for branch, truth in ((then, True), (otherwise, False)):
                inner = _where(known, condition, truth)
                if branch is not None and inner is not None:
                    yield from outside(branch, inner)
        case Block():
            yield from outside(stmt, known)
        case _:
            return


def _expression(expr: Expr, known: Simplifier) -> Iterator[Fault]:
    if isinstance(expr, Load):
        yield from _access(expr, known)
    if not isinstance(expr, Select):
        for part in children(expr):
            yield from _expression(part, known)
        return
    yield from _expression(expr.condition, known)
    for branch, truth in ((expr.then, True), (expr.otherwise, False)):
        inner = _where(known, expr.condition, truth)
        if inner is not None:
            yield from _expression(branch, inner)


def _where(known: Simplifier, condition: Expr, truth: bool) -> Simplifier | None:
    """What is known where a condition went this way; None where it never does, or says too much to tell."""
    simple = known.expr(condition)
    if isinstance(simple, Const):
        return known if simple.value == truth and simple.lanes == 1 else None
    if not _is_exact(simple, truth):
        return None
    inner = known.assuming(simple, truth=truth)
    certain = inner.expr(simple)
    return inner if isinstance(certain, Const) and certain.value == truth else None


def _is_exact(condition: Expr, truth: bool) -> bool:
    """Whether the condition, being true or false, cuts ranges of single variables and says nothing else."""
    match condition:
        case Unary(op="not", value=value):
            return _is_exact(value, not truth)
        case Binary(op="and" | "or" as op, left=left, right=right):
            return (op == "and") == truth and _is_exact(left, truth) and _is_exact(right, truth)
        case Binary(op="<" | ">=" | "==" as op, left=left, right=right) if condition.lanes == 1:
            terms = [] if left.dtype != I64 else list((flat(left) - flat(right)).terms)
            return len(terms) == 1 and isinstance(terms[0], Var) and (op != "==" or truth)
        case _:
            return False


def _access(node: Load | Store | Prefetch, known: Simplifier) -> Iterator[Fault]:
    for index, extent in zip(node.index, node.buffer.shape, strict=True):
        low, high = _reach(index, known)
        if low < 0 or high >= extent:
            yield "bounds", f"{index} reaches {low if low < 0 else high}, outside 0..{extent}, in {node}"


def _reach(index: Expr, known: Simplifier) -> Range:
    """(low, high): the subscript certainly takes a value <= low, and one >= high.

    A sum over loop variables takes its extremes; of anything else only the interval it lies in is known.
    """
    if isinstance(index, Ramp):
        (low, high), span = _reach(index.base, known), index.stride * (index.lanes - 1)
        return low + min(span, 0), high + max(span, 0)
    if index.lanes > 1:
        first, last = bounds(index, known.ranges)
        return last, first
    form = known.form(index)
    if not known.box.safe(form):
        return SAFE, -SAFE
    first, last = known.box.bounds(form)
    attained = all(isinstance(atom, Var) and atom.name in known.ranges for atom in form.terms)
    return (first, last) if attained else (last, first)

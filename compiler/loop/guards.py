"""Guards: the conditions of branches and selects taken apart, and when they hold for a whole region.

A guard is a conjunction. Its parts are scalars: of a vector condition those that are equal in all lanes. A
part that is *pure* is arithmetic of loop variables and may be evaluated anywhere; one with a load in it stays
where it is, for what stands before it may keep that load inside its buffer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

from ...dsl.dtypes import BOOL, I64
from .affine import Box, Form, flat, number
from .facts import facts
from .ir import (
    Binary,
    Block,
    Broadcast,
    Cast,
    Const,
    Expr,
    For,
    If,
    Let,
    Load,
    Select,
    Stmt,
    Store,
    Unary,
    Var,
)
from .ranges import Range, learnt
from .visit import blocks, expressions, free_vars, rebuild, walk_expr
from .zero_terms import is_value

TRUE = Const(value=True, dtype=BOOL)


def conjuncts(condition: Expr) -> tuple[Expr, ...]:
    """The parts of a condition, in the order they are evaluated; splats of conditions as scalars."""
    match condition:
        case Binary(op="and", left=left, right=right):
            return (*conjuncts(left), *conjuncts(right))
        case Broadcast(value=value):
            return conjuncts(value)
        case Const(value=True):
            return ()
        case _:
            return (condition,)


def joined(parts: Iterable[Expr]) -> Expr:
    """The condition that all parts hold."""
    found = tuple(parts)
    lanes = max((p.lanes for p in found), default=1)
    wide = [p if p.lanes == lanes else Broadcast(p, lanes) for p in found]
    return reduce(lambda left, right: Binary("and", left, right), wide) if wide else TRUE


def is_pure(part: Expr) -> bool:
    """Whether a part of a guard may be evaluated wherever its variables are: scalar arithmetic of indices."""
    return part.lanes == 1 and all(map(_is_arithmetic, walk_expr(part)))


def _is_arithmetic(expr: Expr) -> bool:
    match expr:
        case Load():
            return False
        case Var():
            return expr.dtype == I64
        case _:
            return expr.dtype in (I64, BOOL)


def term_guards(term: Expr, identity: Const) -> tuple[Expr, ...]:
    """Pure conditions without any of which a term is the identity of what accumulates it.

    Of a sum those of either factor of a product, for 0 times a finite number is 0.
    """
    match term:
        case Select(condition=condition, then=then, otherwise=otherwise) if is_value(otherwise, identity):
            return (*filter(is_pure, conjuncts(condition)), *term_guards(then, identity))
        case Broadcast(value=value) | Cast(value=value):
            return term_guards(value, identity)
        case Unary(op="neg", value=value) if identity.value == 0:
            return term_guards(value, identity)
        case Binary(op="*", left=left, right=right) if identity.value == 0:
            return (*term_guards(left, identity), *term_guards(right, identity))
        case _:
            return ()


def assumed(expr: Expr, known: frozenset[Expr]) -> Expr:
    """The expression where all the known parts of guards hold."""
    if not known or not facts(expr).selects:
        return expr
    if isinstance(expr, Select):
        parts = conjuncts(expr.condition)
        left = tuple(c for c in parts if c not in known)
        if not left:
            return assumed(expr.then, known)
        if left != parts:
            return Select(joined(left), assumed(expr.then, known), expr.otherwise)
    return rebuild(expr, lambda part: assumed(part, known))


def assumed_stmts(block: Block, known: frozenset[Expr]) -> Block:
    """The statements where all the known parts of guards hold."""
    def one(stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Store(buffer=buffer, index=index, value=value):
                yield Store(buffer, tuple(assumed(e, known) for e in index), assumed(value, known))
            case Let(var=var, value=value):
                yield Let(var, assumed(value, known))
            case For(var=var, extent=extent, kind=kind, body=body):
                yield For(var, extent, kind, assumed_stmts(body, known))
            case Block():
                yield assumed_stmts(stmt, known)
            case If(condition=condition, then=then, otherwise=otherwise):
                left = tuple(c for c in conjuncts(condition) if c not in known)
                other = None if otherwise is None else assumed_stmts(otherwise, known)
                body = assumed_stmts(then, known)
                if left:
                    yield If(joined(left), body, other)
                else:
                    yield body
            case _:
                yield stmt

    return Block(tuple(new for stmt in block.stmts for new in one(stmt)))


# ── what holds throughout a region ──


def guards_of(stmt: Stmt, ranges: Mapping[str, Range]) -> Iterator[tuple[Expr, Mapping[str, Range]]]:
    """Every part of every guard in a statement and below, with the ranges of the loops and lets inside."""
    if not is_guarded(stmt):
        return
    if isinstance(stmt, Block):
        inner = ranges
        for part in stmt.stmts:
            yield from guards_of(part, inner)
            inner = learnt(part, inner)
        return
    if isinstance(stmt, If):
        yield from ((part, ranges) for part in conjuncts(stmt.condition))
    for expr in expressions(stmt):
        yield from ((part, ranges) for part in _select_parts(expr))
    inside = {**ranges, stmt.var: (0, stmt.extent - 1)} if isinstance(stmt, For) else ranges
    for block in blocks(stmt):
        yield from guards_of(block, inside)


def is_guarded(stmt: Stmt) -> bool:
    """Whether there is a branch or a select in a statement; found once for each (node.py)."""
    try:
        return stmt.facts
    except AttributeError:
        parts = stmt.stmts if isinstance(stmt, Block) else blocks(stmt)
        found = (isinstance(stmt, If) or any(facts(e).selects for e in expressions(stmt))
                 or any(map(is_guarded, parts)))
        object.__setattr__(stmt, "facts", found)
        return found


def _select_parts(expr: Expr) -> Iterator[Expr]:
    for select in facts(expr).selects:
        yield from conjuncts(select.condition)


def throughout(part: Expr, inner: Mapping[str, Range], box: Box) -> Expr | None:
    """The condition on outer variables that a comparison holds wherever inner ones go; None where that is no
    comparison of sums."""
    names = free_vars(part)
    if not names & inner.keys():
        return part
    if not isinstance(part, Binary) or part.op not in ("<", ">=") or part.left.dtype != I64:
        return None
    form = flat(part.left) - flat(part.right)
    fixed = {a: f for a, f in form.terms.items() if not free_vars(a) & inner.keys()}
    moving = Form({a: f for a, f in form.terms.items() if a not in fixed})
    low, high = Box({**box.ranges, **inner}).bounds(moving)
    if not box.safe(Form(fixed, form.constant)):
        return None
    worst = Form(fixed, form.constant) + number(high if part.op == "<" else low)
    return Binary(part.op, box.build(worst), Const(0))


def size(stmt: Stmt) -> int:
    """The statements in a statement, unrolled loops written out."""
    if isinstance(stmt, Block):
        return sum(map(size, stmt.stmts))
    inside = sum(map(size, blocks(stmt)))
    if isinstance(stmt, For):
        return 1 + inside * (stmt.extent if stmt.kind == "unrolled" else 1)
    return 1 + inside

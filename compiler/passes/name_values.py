"""Values that straight-line code loads or spreads more than once get a name."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..loop.facts import facts
from ..loop.ir import (
    Binary,
    Block,
    Broadcast,
    Buffer,
    Cast,
    Const,
    Expr,
    For,
    If,
    Let,
    Load,
    Nest,
    Select,
    Stmt,
    Store,
    Var,
)
from ..loop.visit import children, expressions, rebuild, rebuild_stmt, walk_expr, with_body, with_stmts

NAMED = (Load, Broadcast, Select, Cast)


@dataclass(frozen=True, slots=True)
class NameValues:
    """Name what is loaded, and then spread, chosen or cast, more than once in a run of plain statements.

    before  C[0] = A[2] * B[0]  C[1] = A[2] * B[1]
    after   let A.1 = A[2]  C[0] = A.1 * B[0]  C[1] = A.1 * B[1]

    A name is given at the first use. Only buffers that the run does not store to are looked at, and only what
    is evaluated whatever branch a select takes. No C compiler is then needed to find the repetitions.
    """

    def __call__(self, nest: Nest) -> Nest:
        """The nest with repeated loads named."""
        return with_body(nest, _Namer().block(nest.body))


class _Namer:
    def __init__(self) -> None:
        self.made = 0

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        run: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Store | Let):
                run.append(stmt)
                continue
            stmts += self.run(run)
            run = []
            stmts.append(self.block(stmt) if isinstance(stmt, Block) else self.inside(stmt))
        return with_stmts(block, (*stmts, *self.run(run)))

    def inside(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, For | If):
            return rebuild_stmt(stmt, lambda e: e, self.block)
        return stmt

    def run(self, run: list[Stmt]) -> Iterator[Stmt]:
        """A run of stores and lets, with names for what repeats."""
        stored = {stmt.buffer for stmt in run if isinstance(stmt, Store)}
        seen = Counter(e for stmt in run for whole in expressions(stmt) for e in _values(whole, stored))
        if max(seen.values(), default=0) < 2 or _has_negative_zero(run):
            yield from run
            return
        named: dict[Expr, Var] = {}
        for stmt in run:
            for whole in expressions(stmt):
                yield from self.lets(whole, 1, seen, named)
            yield rebuild_stmt(stmt, lambda e: _with_names(e, named), lambda b: b)

    def lets(self, expr: Expr, times: int, seen: Counter[Expr], named: dict[Expr, Var]) -> Iterator[Let]:
        """Names for what occurs more often than `times`, which is how often the expression around it does."""
        if not facts(expr).loads or (isinstance(expr, NAMED) and expr in named):
            return
        count = max(times, seen.get(expr, 0)) if isinstance(expr, NAMED) else times
        for child in _strict(expr):
            yield from self.lets(child, count, seen, named)
        if count > times:
            self.made += 1
            var = Var(f"{_base(expr)}.{self.made}", expr.dtype, expr.lanes)
            yield Let(var, rebuild(expr, lambda child: _with_names(child, named)))
            named[expr] = var


def _values(expr: Expr, stored: set[Buffer]) -> Iterator[Expr]:
    """What may get a name: always evaluated, and made of nothing but loads that stay as they are."""
    if not facts(expr).loads:
        return
    if isinstance(expr, NAMED) and _is_steady(expr, stored):
        yield expr
    for child in _strict(expr):
        yield from _values(child, stored)


def _is_steady(expr: Expr, stored: set[Buffer]) -> bool:
    return not any(load.buffer.scope == "register" or load.buffer in stored for load in facts(expr).loads)


def _has_negative_zero(run: list[Stmt]) -> bool:
    """Whether -0.0 occurs, which is equal to 0.0 but not the same."""
    zeros = (whole for stmt in run for whole in expressions(stmt) if facts(whole).float_zero)
    found = (e.value for whole in zeros for e in walk_expr(whole) if isinstance(e, Const) and e.value == 0)
    return any(math.copysign(1, value) < 0 for value in found)


def _strict(expr: Expr) -> tuple[Expr, ...]:
    """The parts that are evaluated whenever the expression is."""
    if isinstance(expr, Select):
        return (expr.condition,)
    if isinstance(expr, Binary) and expr.op in ("and", "or"):
        return (expr.left,)
    return children(expr)


def _base(value: Expr) -> str:
    return facts(value).loads[0].buffer.name


def _with_names(expr: Expr, named: dict[Expr, Var]) -> Expr:
    if not facts(expr).loads:
        return expr
    found = named.get(expr) if isinstance(expr, NAMED) else None
    return found if found is not None else rebuild(expr, lambda child: _with_names(child, named))

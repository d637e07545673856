"""Values that straight-line code loads or spreads more than once get a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..loop.ir import (
    Binary,
    Block,
    Broadcast,
    Buffer,
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
from ..loop.visit import children, expressions, rebuild, rebuild_stmt


@dataclass(frozen=True, slots=True)
class NameValues:
    """Name loads and broadcasts that a run of plain statements repeats, at their first use.

    before  C[0] = A[2] * B[0]  C[1] = A[2] * B[1]
    after   let A.1 = A[2]  C[0] = A.1 * B[0]  C[1] = A.1 * B[1]

    Only buffers that the run does not store to are looked at, and only what is evaluated whatever branch a
    select takes. No C compiler is then needed to find the repetitions.
    """

    def __call__(self, nest: Nest) -> Nest:
        """The nest with repeated loads named."""
        return replace(nest, body=_Namer().block(nest.body))


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
        return Block((*stmts, *self.run(run)))

    def inside(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, For | If):
            return rebuild_stmt(stmt, lambda e: e, self.block)
        return stmt

    def run(self, run: list[Stmt]) -> Iterator[Stmt]:
        """A run of stores and lets, with names for what repeats."""
        stored = {stmt.buffer for stmt in run if isinstance(stmt, Store)}
        seen = Counter(e for stmt in run for whole in expressions(stmt) for e in _values(whole, stored))
        repeated = {e for e, times in seen.items() if times > 1}
        named: dict[Expr, Var] = {}
        for stmt in run:
            for whole in expressions(stmt):
                yield from self.lets(whole, repeated, named)
            yield rebuild_stmt(stmt, lambda e: _with_names(e, named), lambda b: b)

    def lets(self, whole: Expr, repeated: set[Expr], named: dict[Expr, Var]) -> Iterator[Let]:
        for value in _values(whole, set()):
            if value in repeated and value not in named:
                self.made += 1
                var = Var(f"{_base(value)}.{self.made}", value.dtype, value.lanes)
                named[value] = var
                yield Let(var, value)


def _values(expr: Expr, stored: set[Buffer]) -> Iterator[Expr]:
    """Loads, and broadcasts of loads, that are always evaluated; the outermost of nested ones only."""
    match expr:
        case Load(buffer=buffer):
            if buffer.scope != "register" and buffer not in stored:
                yield expr
        case Broadcast(value=Load(buffer=buffer)):
            if buffer.scope != "register" and buffer not in stored:
                yield expr
        case _:
            for child in _strict(expr):
                yield from _values(child, stored)


def _strict(expr: Expr) -> tuple[Expr, ...]:
    """The parts that are evaluated whenever the expression is."""
    if isinstance(expr, Select):
        return (expr.condition,)
    if isinstance(expr, Binary) and expr.op in ("and", "or"):
        return (expr.left,)
    return children(expr)


def _base(value: Expr) -> str:
    load = value.value if isinstance(value, Broadcast) else value
    assert isinstance(load, Load)
    return load.buffer.name


def _with_names(expr: Expr, named: dict[Expr, Var]) -> Expr:
    found = named.get(expr)
    return found if found is not None else rebuild(expr, lambda child: _with_names(child, named))

"""Write out the bodies of loops marked `unrolled`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...dsl.diagnostics import Diagnostic, TxcError
from ..loop.ir import Alloc, Block, Const, Expr, For, If, Let, Nest, Stmt
from ..loop.visit import substitute, with_body, with_branches, with_stmts

LIMIT = 20_000  # statements: beyond this neither a C compiler nor an instruction cache is happy


@dataclass(frozen=True, slots=True)
class Unroll:
    """Replace unrolled loops by copies of their bodies.

    before  unrolled for i in 0..2 { C[i] = i }
    after   C[0] = 0  C[1] = 1

    Copies join the block around them, so that later passes see straight-line code; values named inside get a
    number each. A copy that allocates stays a block of its own. Raises G510 beyond `limit` statements.
    """

    limit: int = LIMIT

    def __call__(self, nest: Nest) -> Nest:
        """The nest without unrolled loops."""
        size = _size(nest.body)
        if size > self.limit:
            message = f"unrolling makes {size} statements of {nest.name}, more than {self.limit}"
            raise TxcError([Diagnostic("G510", message, hint="lower the unroll step, or unroll fewer loops")])
        return with_body(nest, _Unroller().block(nest.body))


class _Unroller:
    def __init__(self) -> None:
        self.made: Counter[str] = Counter()

    def block(self, block: Block) -> Block:
        return with_stmts(block, (s for stmt in block.stmts for s in self.stmt(stmt)))

    def stmt(self, stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Block():
                yield self.block(stmt)
            case For(kind="unrolled"):
                body = self.block(stmt.body)
                for i in range(stmt.extent):
                    yield from self.copy(substitute(body, {stmt.var: Const(i)}))
            case For():
                yield with_body(stmt, self.block(stmt.body))
            case If(otherwise=otherwise):
                then = self.block(stmt.then)
                other = None if otherwise is None else self.block(otherwise)
                yield with_branches(stmt, then, other)
            case _:
                yield stmt

    def copy(self, body: Block) -> Iterator[Stmt]:
        """The statements of a copy, with names that no other copy uses; a block where it allocates."""
        if any(isinstance(stmt, Alloc) for stmt in body.stmts):
            yield body
            return
        names: dict[str, Expr] = {}
        for stmt in body.stmts:
            renamed = substitute(stmt, names) if names else stmt
            if isinstance(renamed, Let):
                name = renamed.var.name
                self.made[name] += 1
                var = replace(renamed.var, name=f"{name}.{self.made[name]}")
                names[name] = var
                renamed = Let(var, renamed.value)
            yield renamed


def _size(stmt: Stmt) -> int:
    """The statements that unrolling makes of one."""
    match stmt:
        case Block(stmts=stmts):
            return sum(map(_size, stmts))
        case For(extent=extent, kind="unrolled", body=body):
            return extent * _size(body)
        case For(body=body):
            return 1 + _size(body)
        case If(then=then, otherwise=otherwise):
            return 1 + _size(then) + (_size(otherwise) if otherwise else 0)
        case _:
            return 1

"""Write out the bodies of loops marked `unrolled`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...dsl.diagnostics import Diagnostic, TxcError
from ..loop.ir import Alloc, Block, Const, Expr, For, If, Let, Nest, Stmt, Var
from ..loop.visit import substitute

LIMIT = 20_000  # statements: beyond this neither a C compiler nor an instruction cache is happy


@dataclass(frozen=True, slots=True)
class Unroll:
    """Replace unrolled loops by copies of their bodies.

    before  unrolled for i in 0..2 { C[i] = 0 }
    after   C[0] = 0  C[1] = 0

    Copies join the block around them, so that later passes see straight-line code; values named inside get a
    number each. A copy that allocates stays a block of its own. Raises G510 beyond `limit` statements.
    """

    limit: int = LIMIT

    def __call__(self, nest: Nest) -> Nest:
        """The nest without unrolled loops."""
        body = self._block(nest.body)
        if _size(body) > self.limit:
            raise TxcError([Diagnostic("G510", f"unrolling makes more than {self.limit} statements of {nest.name}",
                                       hint="lower the unroll step, or unroll fewer loops")])
        return replace(nest, body=body)

    def _block(self, block: Block) -> Block:
        return Block(tuple(s for stmt in block.stmts for s in self._stmt(stmt)))

    def _stmt(self, stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Block():
                yield self._block(stmt)
            case For(kind="unrolled"):
                body = self._block(stmt.body)
                for i in range(stmt.extent):
                    yield from _copy(body, stmt.var, i)
            case For():
                yield replace(stmt, body=self._block(stmt.body))
            case If(otherwise=otherwise):
                yield replace(stmt, then=self._block(stmt.then),
                              otherwise=None if otherwise is None else self._block(otherwise))
            case _:
                yield stmt


def _copy(body: Block, var: str, number: int) -> Iterator[Stmt]:
    copy = substitute(body, {var: Const(number)})
    if any(isinstance(stmt, Alloc) for stmt in copy.stmts):
        yield copy
    else:
        yield from _renamed(copy.stmts, number)


def _renamed(stmts: tuple[Stmt, ...], number: int) -> Iterator[Stmt]:
    """The statements with names that other copies do not use."""
    names: dict[str, Expr] = {}
    for stmt in stmts:
        stmt = substitute(stmt, names) if names else stmt
        if isinstance(stmt, Let):
            var = Var(f"{stmt.var.name}_{number}", stmt.var.dtype, stmt.var.lanes)
            names[stmt.var.name] = var
            stmt = Let(var, stmt.value)
        yield stmt


def _size(stmt: Stmt) -> int:
    match stmt:
        case Block(stmts=stmts):
            return sum(map(_size, stmts))
        case For(body=body):
            return 1 + _size(body)
        case If(then=then, otherwise=otherwise):
            return 1 + _size(then) + (_size(otherwise) if otherwise else 0)
        case _:
            return 1

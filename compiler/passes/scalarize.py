"""Local buffers whose every place is known become registers altogether."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..loop.ir import Alloc, Block, Buffer, Const, Expr, Load, Nest, Stmt, Store
from ..loop.visit import free_vars, rebuild, rebuild_stmt
from .access import Spot, accesses, separate, spot


@dataclass(frozen=True, slots=True)
class Scalarize:
    """Give each element (or vector) of a small local buffer a register where all subscripts are constants.

    before  local C: f32[2]  C[0] = 1  C[1] = 2  D[i] = C[0] + C[1]
    after   register C: f32[2]  …  the same, and no memory behind it
    """

    limit: int = 256

    def __call__(self, nest: Nest) -> Nest:
        """The nest with fewer arrays."""
        return replace(nest, body=self._block(nest.body))

    def _block(self, block: Block) -> Block:
        stmts = tuple(rebuild_stmt(stmt, lambda e: e, self._block) if not isinstance(stmt, Block)
                      else self._block(stmt) for stmt in block.stmts)
        for stmt in stmts:
            if isinstance(stmt, Alloc) and stmt.buffer.scope == "local":
                stmts = self._registers(stmts, stmt.buffer)
        return Block(stmts)

    def _registers(self, stmts: tuple[Stmt, ...], buffer: Buffer) -> tuple[Stmt, ...]:
        """The statements with registers for a buffer, or as they were where that cannot be."""
        found = [a for stmt in stmts for a in accesses(stmt) if a.buffer == buffer]
        if any(free_vars(e) for access in found for e in access.index):
            return stmts
        places = {spot(access.index) for access in found}
        if None in places or not 0 < len(places) <= self.limit or len({a.lanes for a in found}) > 1:
            return stmts
        known = sorted((p for p in places if p is not None), key=lambda p: p.offset)
        if not separate(known):
            return stmts
        register = Buffer(buffer.name, buffer.dtype, (len(known),), "register", found[0].lanes)
        return _moved(stmts, buffer, register, {place: n for n, place in enumerate(known)})


def _moved(stmts: tuple[Stmt, ...], buffer: Buffer, register: Buffer, number: dict[Spot, int]) -> tuple[Stmt, ...]:
    def at(index: tuple[Expr, ...]) -> tuple[Expr, ...]:
        place = spot(index)
        assert place is not None
        return (Const(number[place]),)

    def expr(node: Expr) -> Expr:
        if isinstance(node, Load) and node.buffer == buffer:
            return Load(register, at(node.index))
        return rebuild(node, expr)

    inner: Callable[[Block], Block]

    def stmt(node: Stmt) -> Stmt:
        match node:
            case Alloc() if node.buffer == buffer:
                return Alloc(register)
            case Store() if node.buffer == buffer:
                return Store(register, at(node.index), expr(node.value))
            case Block():
                return inner(node)
            case _:
                return rebuild_stmt(node, expr, inner)

    def inner(part: Block) -> Block:
        return Block(tuple(map(stmt, part.stmts)))

    return tuple(map(stmt, stmts))

"""Local buffers whose every place is known become registers altogether."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..loop.ir import Alloc, Block, Buffer, Nest, Prefetch, Stmt
from ..loop.visit import free_vars, rebuild_stmt, walk_stmts, with_body, with_stmts
from .access import Spot, accesses, separate, spot
from .registers import LIMIT, assign, replaced


@dataclass(frozen=True, slots=True)
class Scalarize:
    """Give each element (or vector) of a small local buffer a register where all subscripts are constants.

    before  local T: i64[2]  T[0] = 1  T[1] = 2  D[0] = T[0] + T[1]
    after   register T: i64[2]  T[0] = 1  T[1] = 2  D[0] = T[0] + T[1]
    """

    limit: int = LIMIT

    def __call__(self, nest: Nest) -> Nest:
        """The nest with fewer arrays."""
        return with_body(nest, self._block(nest.body))

    def _block(self, block: Block) -> Block:
        stmts = tuple(self._block(s) if isinstance(s, Block) else rebuild_stmt(s, lambda e: e, self._block)
                      for s in block.stmts)
        for stmt in stmts:
            if isinstance(stmt, Alloc) and stmt.buffer.scope == "local" and stmt.buffer.lanes == 1:
                places = _places(stmts, stmt.buffer, self.limit)
                stmts = tuple(_moved(stmts, stmt.buffer, places)) if places else stmts
        return with_stmts(block, stmts)


def _places(stmts: tuple[Stmt, ...], buffer: Buffer, limit: int) -> list[Spot]:
    """The places of a buffer in the order of memory; none where registers cannot stand for them."""
    found = [a for a in accesses(Block(stmts)) if a.buffer == buffer]
    if any(isinstance(s, Prefetch) and s.buffer == buffer for s in walk_stmts(Block(stmts))):
        return []
    if any(free_vars(e) for access in found for e in access.index):
        return []
    places = {None if access.pinned else spot(access.index) for access in found}
    known = sorted((p for p in places if p is not None), key=lambda p: p.offset)
    fine = len(known) == len(places) <= limit and all(not terms for p in known for terms in p.shape)
    return known if fine and separate(known) else []


def _moved(stmts: tuple[Stmt, ...], buffer: Buffer, places: list[Spot]) -> Iterator[Stmt]:
    registers = assign(buffer.name, buffer, places)
    for stmt in replaced(Block(stmts), buffer, registers.values).stmts:
        if stmt == Alloc(buffer):
            yield from map(Alloc, registers.buffers)
        else:
            yield stmt

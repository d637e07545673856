"""Copies of padded tensors, in pieces: zeros, what is inside, zeros."""

from __future__ import annotations

from dataclasses import dataclass

from ..loop.ir import For, Nest, Select, Stmt, Store
from ..loop.peel import partition, shifted
from ..loop.simplify import simplify
from ..loop.visit import loads, map_stmts, with_body

MOST = 3    # pieces of a row


@dataclass(frozen=True, slots=True)
class PeelCopies:
    """Cut innermost loops that copy elements inside a tensor, and numbers outside, where that changes.

    before  vectorized for x in 0..9 { C[x] = select(x >= 1, A[x - 1], 0) }
    after   C[0] = 0  vectorized for x in 0..8 { C[x + 1] = A[x] }

    Such a loop has at most three pieces, of one statement each.
    """

    def __call__(self, nest: Nest) -> Nest:
        """The nest with its copies in pieces."""
        return simplify(with_body(nest, map_stmts(nest.body, _cut)))


def _cut(stmt: Stmt) -> Stmt | tuple[Stmt, ...]:
    if not isinstance(stmt, For) or stmt.kind not in ("serial", "vectorized") or not _is_copy(stmt):
        return stmt
    pieces = partition(stmt.var, stmt.body, {stmt.var: (0, stmt.extent - 1)})
    if len(pieces) > MOST:
        return stmt
    return tuple(s for first, last, _ in pieces for s in shifted(stmt, first, last))


def _is_copy(loop: For) -> bool:
    match loop.body.stmts:
        case (Store(value=Select()) as store,):
            return all(load.buffer != store.buffer for load in loads(store.value))
        case _:
            return False

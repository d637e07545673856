"""All lanes of a vector combined to one value, in C.

Halves are folded onto each other until 16 bytes are left, which machines take apart with one instruction;
then the vector is folded onto itself, turned by a half, a quarter, … of its lanes. Lane 0 is the result.
"""

from __future__ import annotations

from ..loop.accumulate import joined
from ..loop.ir import Across, Block, Buffer, Const, Expr, Load, Shuffle, Stmt, Var
from ..loop.visit import rebuild, rebuild_stmt
from .scalar import LANES
from .vector import Vectors

SMALL = 16  # bytes of a vector that is turned rather than halved


class Combiner:
    """Writes the lines that combine lanes, before the statement that needs the result."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._made = 0

    def hoisted(self, stmt: Stmt) -> Stmt:
        """The statement with a lane of a named vector in place of each `across`; a block keeps its own."""
        if isinstance(stmt, Block):
            return stmt
        return rebuild_stmt(stmt, self._change, lambda block: block)

    def _change(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self._change)
        return self._combined(expr) if isinstance(expr, Across) else expr

    def _combined(self, expr: Across) -> Expr:
        var = self._named(expr.value)
        while var.lanes > 1 and var.lanes * self._vectors.value(var).type.bits > 8 * SMALL:
            half = var.lanes // 2
            low, high = (Shuffle(var, var, tuple(range(n, n + half))) for n in (0, half))
            var = self._named(joined(expr.reducer, self._named(low), self._named(high)))
        turn = var.lanes // 2
        while turn:
            picks = tuple((lane + turn) % var.lanes for lane in range(var.lanes))
            var = self._named(joined(expr.reducer, var, self._named(Shuffle(var, var, picks))))
            turn //= 2
        value = self._vectors.value(var)
        return Load(Buffer(f"{value.type} {value}", var.dtype, (var.lanes,), LANES), (Const(0),))

    def _named(self, expr: Expr) -> Var:
        self._made += 1
        var = Var(f"lanes.{self._made}", expr.dtype, expr.lanes)
        self._vectors.let(var.name, expr)
        return var

"""Which vectors with one value in all lanes have a name already, block by block."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ..loop.ir import Broadcast, Expr, Load
from ..loop.visit import walk_expr
from .scalar import LANES
from .values import Value


class Splats:
    """Names are good to the end of their block; of what memory holds, until something is stored."""

    def __init__(self) -> None:
        self._pure: list[dict[Expr, Value]] = [{}]
        self._loaded: list[dict[Expr, Value]] = [{}]

    @contextmanager
    def scope(self) -> Generator[None]:
        """A block of C: what is named inside it is forgotten at its end."""
        self._pure.append({})
        self._loaded.append({})
        yield
        self._pure.pop()
        self._loaded.pop()

    def find(self, expr: Broadcast) -> Value | None:
        """The vector with that value. What was loaded before a loop may be old inside it: not found there."""
        return next((known[expr] for known in (*self._pure, self._loaded[-1]) if expr in known), None)

    def keep(self, expr: Broadcast, value: Value) -> None:
        """Remember a vector; not where it depends on a register, which changes with every store."""
        loads = [e for e in walk_expr(expr) if isinstance(e, Load)]
        if all(e.buffer.scope not in ("register", LANES) for e in loads):
            (self._loaded if loads else self._pure)[-1][expr] = value

    def forget_memory(self) -> None:
        """Something was stored: what was loaded before may have changed."""
        for loaded in self._loaded:
            loaded.clear()

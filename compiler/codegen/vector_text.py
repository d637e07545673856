"""What writing vectors takes of the text around them: names, addresses, widths."""

from __future__ import annotations

from ...dsl.dtypes import BOOL, I32
from ..loop.ir import Binary, Buffer, Expr
from .abilities import Abilities
from .exact import fits
from .lanes import shortened
from .scalar import Scalars
from .truth import mask
from .values import Value, apply, converted
from .vector_type import VectorType
from .writer import Writer
from .x86 import widens


class VectorText:
    """Gives names to values, in lines before the statement that needs them."""

    def __init__(self, scalars: Scalars, writer: Writer, can: Abilities) -> None:
        self._can = can
        self._scalars = scalars
        self._writer = writer
        self._count = 0

    def _fits_i32(self, expr: Expr) -> bool:
        return fits(expr, I32.limits, self._scalars.ranges)

    def _short_comparison(self, expr: Binary) -> Binary:
        left, right = (shortened(e, self._fits_i32) for e in (expr.left, expr.right))
        return Binary(expr.op, left, right) if left is not None and right is not None else expr

    def _converted(self, value: Value, kind: VectorType) -> Value:
        """The value as another type; by one instruction where small integers become wider."""
        if self._can.rounds and widens(kind, value.type):
            return apply(kind, f"wide_{value.type}", value)
        return converted(value, kind)

    def _named(self, hint: str, value: Value, name: str = "") -> Value:
        """A value that has a name: the given one, or one like the hint."""
        if value.text.isidentifier():
            return value
        name = name or self._fresh(hint)
        self._writer.line(f"const {value.type} {name} = {value};")
        return Value(name, value.type)

    def _fresh(self, hint: str) -> str:
        self._count += 1
        return self._scalars.names.fresh(f"{hint}{self._count}")

    def _address(self, buffer: Buffer, index: tuple[Expr, ...]) -> str:
        offset = str(self._scalars.linear(buffer, index))
        name = self._scalars.names[buffer.name]
        return name if offset == "0" else f"{name} + {offset}"

    def _like(self, value: Value, expr: Expr, bits: int) -> Value:
        """A truth value in the width asked for; other values as they are."""
        return mask(value, bits) if expr.dtype == BOOL else value

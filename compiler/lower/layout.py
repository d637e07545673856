"""Layouts with numbers: the shape of a buffer, and where an element stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from ..loop.ir import Binary, Const, Expr
from ..schedule.digits import Digit, Layout, Subscript
from .arithmetic import ZERO, plus, times


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A layout without holes, of so many elements along each axis."""

    layout: Layout
    extents: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the buffer."""
        return cast("tuple[int, ...]", self.layout.shape(self.extents))

    def place(self, index: Sequence[Expr]) -> tuple[Expr, ...]:
        """Where the element at an index stands."""
        return tuple(self._subscript(s, index) for s in self.layout.subscripts)

    def _subscript(self, subscript: Subscript, index: Sequence[Expr]) -> Expr:
        value: Expr = ZERO
        for term in subscript.terms:
            if term.digit.count(self.extents) != 1:
                value = plus(value, times(self._digit(term.digit, index), cast(int, term.stride)))
        return plus(value, Const(cast(int, subscript.offset))) if subscript.offset else value

    def _digit(self, digit: Digit, index: Sequence[Expr]) -> Expr:
        """The digit of a value that is less than its axis's extent: a modulus beyond that does nothing."""
        value = index[digit.axis]
        divisor, modulus = cast(int, digit.divisor), cast("int | None", digit.modulus)
        if divisor > 1:
            value = Binary("//", value, Const(divisor))
        if modulus is not None and modulus < -(-self.extents[digit.axis] // divisor):
            value = Binary("%", value, Const(modulus))
        return value


def arrangement(layout: Layout | None, extents: tuple[int, ...],
                holes: Mapping[str, int]) -> Arrangement | None:
    """A stage's layout with numbers for the holes of the schedule; None where it has none."""
    return None if layout is None else Arrangement(layout.evaluate(holes), extents)

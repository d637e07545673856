"""Where an expression stands: the indices around it, the conditions known there; what is to be proved."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from .. import ast, typed
from ..dtypes import BOOL, DType
from ..record import record
from ..source import Span
from .scope import Extent


@record
class Bound:
    """An index variable in scope."""

    name: str
    extent: Extent
    span: Span


@record
class Context:
    """The surroundings of an expression. `subscript`: integers of all types mix here, as i64.

    `sure` is False below something wrong: what follows is checked, but nothing is to be proved there.
    """

    axes: tuple[Bound, ...] = ()
    conditions: tuple[typed.Expr, ...] = ()
    subscript: bool = False
    sure: bool = True

    def axis(self, name: str) -> Bound | None:
        """The index variable of that name."""
        return next((a for a in self.axes if a.name == name), None)

    def given(self, condition: typed.Expr | None, *, holds: bool) -> Context:
        """The same place where a condition holds, or where it does not; None is a condition that is wrong."""
        if condition is None:
            return replace(self, sure=False)
        known = condition if holds else typed.Unary("not", condition, BOOL)
        return replace(self, conditions=(*self.conditions, known))

    def within(self, axes: tuple[Bound, ...]) -> Context:
        """The same place under more indices."""
        return replace(self, axes=(*self.axes, *axes))

    def in_subscript(self) -> Context:
        """The same place inside a subscript."""
        return replace(self, subscript=True)

    @property
    def box(self) -> dict[str, tuple[int, int]] | None:
        """The ranges of all indices, ends included; None where one is not known."""
        known = {a.name: (0, a.extent - 1) for a in self.axes if a.extent is not None}
        return known if self.sure and len(known) == len(self.axes) else None


@record
class Obligation:
    """Something to prove at a place: that a subscript is inside its tensor, or that a divisor is not zero.

    For `inside`, `node` is the read, `position` the subscript, `extent` what it must stay below and
    `dtype` what is read there.
    """

    kind: Literal["inside", "nonzero"]
    expr: typed.Expr
    context: Context
    node: ast.Access | ast.Binary
    position: int = 0
    extent: int = 0
    dtype: DType | None = None

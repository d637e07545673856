"""What is known of variables where an expression is simplified, and which scope of several it belongs to.

Scopes are nested as loops, branches and lanes are. An expression is simplified in the outermost scope that
knows of its variables what the innermost one does: whatever stands unchanged in the copies of a tile, or on
both sides of a branch, is looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from .affine import Box
from .facts import facts
from .ir import Expr
from .ranges import Range
from .simplify_lanes import LANE


class Scope:
    """The ranges of variables, and the `values` that stand for variables that are no more.

    `done` has what expressions became that were simplified here, `assumed` the scopes in which a condition is
    known to be true, or false.
    """

    def __init__(self, ranges: Mapping[str, Range], values: Mapping[str, Expr] | None = None) -> None:
        self.ranges = dict(ranges)
        self.values = dict(values or {})
        self.box = Box(self.ranges)
        self.done: dict[int, tuple[Expr, Expr]] = {}    # by id; the node is kept, for its id to stay its own
        self.assumed: dict[tuple[int, bool], tuple[Expr, Self]] = {}    # by condition and truth
        self._depth = 0
        self._outermost = self
        self._homes: dict[str, Self] = {}       # by name, the innermost scope that learnt something of it
        self._in_lanes: dict[int, Self] = {}

    def within(self, ranges: Mapping[str, Range], values: Mapping[str, Expr] | None = None) -> Self:
        """A scope in which more is known."""
        more = values or {}
        inner = type(self)(self.ranges | dict(ranges), self.values | dict(more))
        inner._depth, inner._outermost = self._depth + 1, self._outermost
        inner._homes = {**self._homes, **dict.fromkeys((*ranges, *more), inner)}
        return inner

    def of_lane(self, lanes: int) -> Self:
        """The scope in which the number of one of so many lanes is known."""
        found = self._in_lanes.get(lanes)
        if found is None:
            found = self._in_lanes[lanes] = self.within({LANE.name: (0, lanes - 1)})
        return found

    def home(self, expr: Expr) -> Self:
        """The outermost scope that knows of an expression what this one does.

        A name stands there where it does here in the order of loops, so that the result is the same.
        """
        found = self._outermost
        for name in facts(expr).free:
            other = self._homes.get(name, found)
            if other._depth > found._depth:
                found = other
        return found

    def stand_for(self, name: str, value: Expr) -> None:
        """From here on, an expression stands for a variable."""
        self._learnt(name)
        self.values[name] = value

    def range_of(self, name: str, found: Range) -> None:
        """From here on, a variable has a range; it comes behind all others in the order of loops."""
        self._learnt(name)
        self.box.rank[name] = len(self.ranges)
        self.ranges[name] = found

    def _learnt(self, name: str) -> None:
        self._homes[name] = self
        self._in_lanes.clear()      # the scopes within know less
        self.assumed.clear()

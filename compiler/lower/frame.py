"""A point in the nest of one stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..loop.ir import Expr
from .arithmetic import plus
from .expressions import Stored
from .lanes import Lanes

Tensors = Mapping[str, Stored]


@dataclass(frozen=True, slots=True)
class Frame:
    """A point in the nest of one stage: the values of its axes so far, what is left of each, where they
    began, and where the tensors in reach are stored.

    `steps` are those of loops ordered against their splits; `counts` has, for each fused axis that has begun,
    the number of steps that each of its members takes at most; `lanes` is set inside a reduction in lanes.
    """

    value: Mapping[str, Expr]
    left: Mapping[str, int]
    start: Mapping[str, Expr]
    extent: Mapping[str, int]
    tensors: Tensors
    steps: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    counts: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    lanes: Lanes | None = None

    def advance(self, axis: str, by: Expr, left: int) -> Frame:
        """Further along one axis."""
        value = plus(self.value[axis], by)
        return replace(self, value={**self.value, axis: value}, left={**self.left, axis: left})

"""Sums of products of floats, a block at a time: what makes the reference fast enough for real shapes."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy as np

from ..dsl import typed
from ..dsl.typed import Expr
from .bounded import Bounded
from .dag import Stage
from .numerics import Array


@dataclass(frozen=True, slots=True)
class Contraction:
    """A stage `sum[…](a * b)`: its factors, its number of axes, and the elements of the larger factor over
    them."""

    factors: tuple[Expr, Expr]
    rank: int
    space: int

    def sums(self, a: Bounded, b: Bounded) -> tuple[Array, Array, Array, bool]:
        """Over the reduction dimensions of a block of the factors: the sum, the sum of magnitudes, that of
        the products' tolerances without their own rounding, and whether all terms are whole numbers."""
        size_a, size_b = np.abs(a.value), np.abs(b.value)
        passed: Array = np.zeros(())
        if np.any(a.tolerance):
            passed = passed + self._sum(a.tolerance, size_b + b.tolerance)
        if np.any(b.tolerance):
            passed = passed + self._sum(size_a, b.tolerance)
        whole = all(bool(np.all(f.value == np.rint(f.value))) for f in (a, b))
        return self._sum(a.value, b.value), self._sum(size_a, size_b), passed, whole

    def _sum(self, a: Array, b: Array) -> Array:
        """Sum of products over the reduction dimensions; dimensions of extent 1 broadcast."""
        rank = max(a.ndim, b.ndim)
        a, b = (f.reshape((1,) * (rank - f.ndim) + f.shape) for f in (a, b))
        shape = np.broadcast_shapes(a.shape, b.shape)
        used = [[d for d in range(rank) if f.shape[d] > 1] for f in (a, b)]
        out = [d for d in range(self.rank) if shape[d] > 1]
        squeezed = [f.reshape([f.shape[d] for d in dims]) for f, dims in zip((a, b), used, strict=True)]
        total = cast(Any, np.einsum)(squeezed[0], used[0], squeezed[1], used[1], out, optimize=True)
        return np.reshape(total, shape[: self.rank])


def contraction(stage: Stage) -> Contraction | None:
    """The stage as a contraction, if it is a sum of products of floats that depend on its reduction axes."""
    body = stage.body
    if stage.reduction is None or stage.reduction.reducer != "sum" or not body.dtype.is_float:
        return None
    if not isinstance(body, typed.Binary) or body.op != "*":
        return None
    sides = [_variables(body.left), _variables(body.right)]
    if not all(any(a.name in side for side in sides) for a in stage.reduction.axes):
        return None
    space = max(prod(a.extent for a in stage.axes if a.name in side) for side in sides)
    return Contraction((body.left, body.right), len(stage.axes), space)


def _variables(expr: Expr) -> set[str]:
    return {e.name for e in typed.walk(expr) if isinstance(e, typed.Index)}

"""Reducers of the reference: blocks of terms in, one value and tolerance for each output element out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

from ..dsl.dtypes import DType
from .bounded import Bounded, exact, is_whole, rounding
from .numerics import Array, compute_type, precision


class Accumulator(ABC):
    """Takes the terms of a reduction block by block, in row-major order of the reduction points.

    `value`, `tolerance` and `index` (the linear reduction point) of a block have the shape of the output
    and one more dimension, for the block's points.
    """

    @abstractmethod
    def add(self, value: Array, tolerance: Array, index: Array) -> None:
        """Take one more block."""

    @abstractmethod
    def result(self) -> Bounded:
        """The reduction of all terms taken."""

    def passes(self) -> Iterator[None]:
        """One item for each time that all blocks are to be added."""
        yield


def accumulator(reducer: str, term: DType, stored: DType, constant: float) -> Accumulator:
    """The accumulator of a reducer over terms of type `term`; sums are allowed `constant`·eps·Σ|terms|."""
    match reducer:
        case "sum":
            return Sum(term, constant)
        case "prod":
            return Prod(term, constant)
        case "min" | "max":
            return Extreme(reducer)
        case "any" | "all":
            return Logical(reducer)
        case _:
            return Place(reducer, stored)


class Sum(Accumulator):
    """Floats in f64 with Σ|terms| beside; integers wrap in their own width. While all terms are whole numbers
    and Σ|terms| is one the type holds, the sum is exact in any order."""

    def __init__(self, dtype: DType, constant: float) -> None:
        self.dtype, self.constant = dtype, constant
        self.total: Array = np.zeros((), compute_type(dtype))
        self.size: Array = np.zeros(())
        self.passed: Array = np.zeros(())
        self.whole = True

    def add(self, value: Array, tolerance: Array, index: Array) -> None:
        """Take one more block."""
        whole = not self.dtype.is_float or bool(np.all(is_whole(value, self.dtype)))
        size = np.abs(value).sum(-1) if self.dtype.is_float else np.zeros(())
        self.add_sum(value.sum(-1, dtype=value.dtype), size, tolerance.sum(-1), whole)

    def add_sum(self, total: Array, size: Array, passed: Array, whole: bool) -> None:
        """Take a block already summed: value, magnitudes, tolerances; whether all terms are whole numbers."""
        self.total = self.total + total
        self.size = self.size + size
        self.passed = self.passed + passed
        self.whole = self.whole and whole

    def result(self) -> Bounded:
        """The sum."""
        if not self.dtype.is_float:
            return Bounded(self.total, self.passed)
        kept = self.whole & (self.size <= 2.0 ** precision(self.dtype))
        own = np.where(kept, 0.0, rounding(self.size, self.dtype, self.constant))
        return Bounded(self.total, self.passed + own)


class Prod(Accumulator):
    """Π terms, with Π(|term| + tolerance) beside."""

    def __init__(self, dtype: DType, constant: float) -> None:
        self.dtype, self.constant = dtype, constant
        self.total: Array = np.ones((), compute_type(dtype))
        self.reach: Array = np.ones(())
        self.largest: Array = np.ones(())
        self.whole = True

    def add(self, value: Array, tolerance: Array, index: Array) -> None:
        """Take one more block."""
        size = np.abs(value.astype(np.float64))
        self.whole = self.whole and bool(np.all(size == np.rint(size)))
        self.total = self.total * value.prod(-1, dtype=value.dtype)
        self.reach = self.reach * (size + tolerance).prod(-1)
        self.largest = self.largest * np.maximum(size, 1.0).prod(-1)

    def result(self) -> Bounded:
        """The product."""
        if not self.dtype.is_float:
            return exact(self.total)
        kept = self.whole & (self.largest <= 2.0 ** precision(self.dtype))
        own = np.where(kept, 0.0, rounding(self.reach, self.dtype, self.constant))
        return Bounded(self.total, self.reach - np.abs(self.total) + own)


class Extreme(Accumulator):
    """min or max; NaN wins. Moving every term by its tolerance moves the result by no more than the
    largest."""

    def __init__(self, reducer: str) -> None:
        self.choose = np.minimum if reducer == "min" else np.maximum
        self.best: Array | None = None
        self.tolerance: Array = np.zeros(())

    def add(self, value: Array, tolerance: Array, index: Array) -> None:
        """Take one more block."""
        best = self.choose.reduce(value, -1)
        self.best = best if self.best is None else self.choose(self.best, best)
        self.tolerance = np.maximum(self.tolerance, tolerance.max(-1))

    def result(self) -> Bounded:
        """The extreme."""
        assert self.best is not None
        return Bounded(self.best, self.tolerance)


class Logical(Accumulator):
    """any or all; open where an open term could decide and no certain one does."""

    def __init__(self, reducer: str) -> None:
        self.decider = reducer == "any"
        self.met: Array = np.zeros((), dtype=bool)
        self.decided: Array = np.zeros((), dtype=bool)
        self.open: Array = np.zeros((), dtype=bool)

    def add(self, value: Array, tolerance: Array, index: Array) -> None:
        """Take one more block."""
        hit = value == self.decider
        self.met = self.met | hit.any(-1)
        self.decided = self.decided | (hit & (tolerance == 0)).any(-1)
        self.open = self.open | (tolerance != 0).any(-1)

    def result(self) -> Bounded:
        """Whether any (or all) were true."""
        value = self.met if self.decider else ~self.met
        return Bounded(value, (self.open & ~self.decided).astype(np.float64))


class Place(Accumulator):
    """argmin or argmax: the first of equals, the first NaN if there is one.

    Where terms are not exact, a second pass finds the places of all terms that may be the best; the tolerance
    is the distance from the result to the farthest of them.
    """

    def __init__(self, reducer: str, stored: DType) -> None:
        self.stored = stored
        self.greatest = reducer == "argmax"
        self.best: Array | None = None
        self.place: Array = np.zeros((), dtype=np.int64)
        self.surely: Array = np.full((), -np.inf)
        self.farthest: Array | None = None
        self.open = False

    def passes(self) -> Iterator[None]:
        """Two where a term is not exact."""
        yield
        if self.open:
            self.farthest = np.zeros(())
            yield

    def add(self, value: Array, tolerance: Array, index: Array) -> None:
        """Take one more block."""
        if self.farthest is None:
            self._find(value, tolerance, index)
        else:
            may_be_best = self._rank(value) + tolerance >= self.surely[..., None]
            distance = np.where(may_be_best, np.abs(index - self.place[..., None]), 0)
            self.farthest = np.maximum(self.farthest, distance.max(-1))

    def _find(self, value: Array, tolerance: Array, index: Array) -> None:
        at = np.expand_dims((np.argmax if self.greatest else np.argmin)(value, -1), -1)
        best = np.take_along_axis(value, at, -1)[..., 0]
        place = np.take_along_axis(index, at, -1)[..., 0]
        self.open = self.open or bool(np.any(tolerance))
        self.surely = np.maximum(self.surely, (self._rank(value) - tolerance).max(-1))
        if self.best is None:
            self.best, self.place = best, place
            return
        is_nan = (best != best) & (self.best == self.best)
        better = is_nan | (best > self.best if self.greatest else best < self.best)
        self.best, self.place = np.where(better, best, self.best), np.where(better, place, self.place)

    def _rank(self, value: Array) -> Array:
        """Larger is better."""
        return value.astype(np.float64) if self.greatest else -value.astype(np.float64)

    def result(self) -> Bounded:
        """The place of the best term."""
        farthest = np.zeros(()) if self.farthest is None else self.farthest
        return Bounded(self.place.astype(compute_type(self.stored)), farthest.astype(np.float64))

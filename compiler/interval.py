"""Expected outputs as intervals of right values: a check that takes two comparisons an element.

`verify.compare` says what is right, and computes in f64 how far each element is off. Here that is turned
around once for a whole tuning run: the least and the largest value of the element's own type that `compare`
takes. What lies between them is right. What does not may still be (NaN, an infinity where the value may
overflow), which `compare` then decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..dsl.dtypes import BF16, BOOL, I64, DType
from ..dsl.typed import Tensor
from .bounded import Bounded
from .numerics import Array, interface_type


@dataclass(frozen=True, slots=True)
class Interval:
    """For each element the least and the largest value known to be right; least > largest where none is.

    Both are arrays of the type in which `tensor` is compared: f64 for f64, f32 for the other floats.
    """

    tensor: Tensor
    least: Array
    largest: Array

    def holds(self, got: Array) -> bool:
        """Whether every element of an interface array lies within; False says nothing."""
        value = _comparable(got, self.tensor.dtype)
        return bool((value >= self.least).all() and (value <= self.largest).all())


def interval(tensor: Tensor, expected: Bounded) -> Interval:
    """The interval of an output."""
    ends = _float_ends if tensor.dtype.is_float else _integer_ends
    least, largest = ends(tensor.dtype, *np.broadcast_arrays(expected.value, expected.tolerance))
    return Interval(tensor, least, largest)


def _comparable(got: Array, dtype: DType) -> Array:
    """An interface array in a type in which numpy compares quickly."""
    if dtype == BF16:
        return (got.astype(np.uint32) << 16).view(np.float32)
    if dtype == BOOL:
        return np.ascontiguousarray(got).view(np.uint8)
    return got.astype(np.float32) if got.dtype == np.float16 else got


def _float_ends(dtype: DType, value: Array, tolerance: Array) -> tuple[Array, Array]:
    kind = np.dtype(np.float64 if dtype.name == "f64" else np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        least = _inward((value - tolerance).astype(kind), value, tolerance, np.inf)
        largest = _inward((value + tolerance).astype(kind), value, tolerance, -np.inf)
    return least, largest


def _inward(end: Array, value: Array, tolerance: Array, inward: float) -> Array:
    """Ends that rounding may have put outside, moved inwards; where that does not help nothing is within."""
    def outside() -> Array:
        return ~(np.abs(end.astype(np.float64) - value) <= tolerance) & (end != value)

    towards = end.dtype.type(inward)
    for _ in range(2):
        end = np.where(outside(), np.nextafter(end, towards), end)
    return np.where(outside(), towards, end)


def _integer_ends(dtype: DType, value: Array, tolerance: Array) -> tuple[Array, Array]:
    """Where 64 bits could overflow, only exact values get an interval."""
    if dtype == I64:
        exact = tolerance == 0
        return np.where(exact, value, dtype.limits[1]), np.where(exact, value, dtype.limits[0])
    kind = np.dtype(np.uint8) if dtype == BOOL else interface_type(dtype)
    low, high = (0, 1) if dtype == BOOL else dtype.limits
    off = np.floor(np.minimum(tolerance, high - low)).astype(np.int64)
    wide = value.astype(np.int64)
    return np.maximum(wide - off, low).astype(kind), np.minimum(wide + off, high).astype(kind)

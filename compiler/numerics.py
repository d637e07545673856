"""Element types as numpy arrays: how tensors cross the interface, and what the reference computes in.

At the interface f16 is `float16`, bf16 is `uint16` holding bit patterns (numpy has no bf16), bool is
`bool`, the others are numpy's types of the same name. The reference computes all floats in f64 and
integers in their width.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..dsl.dtypes import BF16, DType

Array: TypeAlias = NDArray[Any]

# Significand bits (hidden one included), largest finite value, spacing of the subnormals.
_FORMATS = {
    "f64": (53, float(np.finfo(np.float64).max), 2.0**-1074),
    "f32": (24, float(np.finfo(np.float32).max), 2.0**-149),
    "f16": (11, 65504.0, 2.0**-24),
    "bf16": (8, (2 - 2.0**-7) * 2.0**127, 2.0**-133),
}
_NUMPY = {"f64": "float64", "f32": "float32", "f16": "float16", "bf16": "uint16", "bool": "bool", "u8":
"uint8",
          "i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64"}


def precision(dtype: DType) -> int:
    """Significand bits of a float type: integers up to 2**precision are exact."""
    return _FORMATS[dtype.name][0]


def epsilon(dtype: DType) -> float:
    """Distance from 1 to the next number of a float type (2**-23 for f32)."""
    return 2.0 ** (1 - precision(dtype))


def largest(dtype: DType) -> float:
    """Largest finite value of a float type."""
    return _FORMATS[dtype.name][1]


def smallest(dtype: DType) -> float:
    """Smallest positive value of a float type, subnormals included."""
    return _FORMATS[dtype.name][2]


def interface_type(dtype: DType) -> np.dtype[Any]:
    """The numpy type of arrays given to and taken from kernels."""
    return np.dtype(_NUMPY[dtype.name])


def compute_type(dtype: DType) -> np.dtype[Any]:
    """The numpy type in which the reference computes."""
    return np.dtype(np.float64) if dtype.is_float else interface_type(dtype)


def load(array: Array, dtype: DType) -> Array:
    """An interface array as the reference's type; exact for every value."""
    if dtype == BF16:
        array = (array.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(invalid="ignore"):     # signalling NaNs
        return array.astype(compute_type(dtype))


def store(values: Array, dtype: DType) -> Array:
    """Values in the reference's type as an interface array: floats rounded to nearest, ties to even."""
    if dtype == BF16:
        return _bf16_bits(values)
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(interface_type(dtype))


def rounded(values: Array, dtype: DType) -> Array:
    """Values rounded to a float type, still as f64."""
    return load(store(values, dtype), dtype)


def _bf16_bits(values: Array) -> Array:
    """bf16 bit patterns of f64 values. Rounding to f32 first would round twice, so f32 is rounded to odd:
    then its extra bits still tell on which side of a tie the value lies."""
    with np.errstate(over="ignore", invalid="ignore"):
        near = np.asarray(values, dtype=np.float32)
        bits = near.view(np.uint32).astype(np.int64)
        away = np.abs(near.astype(np.float64)) > np.abs(values)
    inexact = (near.astype(np.float64) != values) & np.isfinite(near)
    bits = np.where(inexact, (bits - away) | 1, bits)
    upper = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return np.where(np.isnan(near), 0x7FC0, upper).astype(np.uint16)

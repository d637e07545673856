"""Truth values in lanes: 0 or -1, as wide as what was compared."""

from __future__ import annotations

from .values import Value, apply, converted
from .vector_type import VectorType


def mask(value: Value, bits: int) -> Value:
    """Truth values in another width."""
    return converted(value, VectorType(f"i{bits}", value.type.lanes))


def truth(value: Value) -> Value:
    """Bytes, 0 or 1, as truth values."""
    signed = converted(value, value.type.mask)
    return apply(signed.type, "neg", signed)


def zero_or_one(value: Value, kind: VectorType) -> Value:
    """Truth values as numbers."""
    lanes = mask(value, kind.bits)
    return converted(apply(lanes.type, "neg", lanes), kind)

"""Scalars of one type as another, and operations on their bits, as C text."""

from __future__ import annotations

from ...dsl.dtypes import BOOL, F32, F64, DType
from .ctext import MEMORY_TYPE, UNSIGNED, Text, bitwise, call, cast, infix, literal


def convert(value: Text, origin: DType, dtype: DType) -> Text:
    """A scalar of type `origin` as `dtype`, with the language's meaning."""
    if origin == dtype:
        return value
    if origin.is_float and origin.bits == 16:
        return convert(call(f"f32_from_{origin}", value), F32, dtype)
    if dtype.is_float and dtype.bits == 16:
        return _to_half(value, origin, dtype)
    if dtype == BOOL:
        return infix("!=", value, literal(0, origin))
    if origin.is_float and dtype.is_integer:
        return call(f"{dtype}_from_{origin}", value)
    return cast(MEMORY_TYPE[dtype.name], value)


def _to_half(value: Text, origin: DType, dtype: DType) -> Text:
    if origin == F32:
        return call(f"{dtype}_from_f32", value)
    wide = value if origin == F64 else cast("double", value)
    return call(f"{dtype}_from_f32", call("f32_odd_from_f64", wide))


def reinterpreted(value: Text, origin: DType, dtype: DType) -> Text:
    """The bits of a scalar as another type; 16-bit floats are bits already."""
    if max(origin.bits, 32) == origin.bits and origin.is_float != dtype.is_float:
        return call(f"{dtype}_bits_{origin}", value)
    return cast(MEMORY_TYPE[dtype.name], value)


def bits_operation(op: str, dtype: DType, left: Text, right: Text) -> Text:
    """`& | ^ << >>` on integer scalars."""
    if op == "<<":
        unsigned = bitwise(op, cast(UNSIGNED[max(dtype.bits, 32)], left), right)
        return cast(MEMORY_TYPE[dtype.name], unsigned)
    return bitwise(op, left, right)

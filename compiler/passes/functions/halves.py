"""16-bit floats to and from f32 by their bits: exact, and to nearest, ties to even; NaN stays NaN."""

from __future__ import annotations

from ....dsl.dtypes import BF16, BOOL, F16, F32, F64, I16, I32, DType
from .term import Let, Term

_ONE = 0x38000000           # 112 · 2^23: what the exponents of f32 and f16 differ by
_INFINITE = 0x47800000      # the bits of 2^16, beyond f16


def widened(let: Let, x: Term) -> Term:
    """A 16-bit float as f32."""
    half = let("half", x.bits(I16).cast(I32))
    if x.dtype == BF16:
        return (half << 16).bits(F32)
    size = let("size", half & 0x7FFF)
    small = (size.cast(F32) * 2.0**-24).bits()
    large = (size << 13) + (size > 0x7BFF).pick(size.like(2 * _ONE), _ONE)
    return ((size < 0x400).pick(small, large) | (half & I32.limits[0])).bits(F32)


def narrowed(let: Let, x: Term, dtype: DType) -> Term:
    """A number as a 16-bit float, rounded once."""
    if x.dtype != F32:
        x = let("odd", odd(let, x))
    bits = let("bits", x.bits())
    half = _bf16(x, bits) if dtype == BF16 else _f16(let, x, bits)
    return half.cast(I16).bits(dtype)


def odd(let: Let, x: Term) -> Term:
    """A number as f32 with an odd last bit where it is not exact: rounding that again is rounding once."""
    if x.dtype == BOOL or (x.dtype.is_integer and x.dtype.bits <= 16):
        return x.cast(F32)
    x = let("wide", x if x.dtype == F64 else x.cast(F64))
    near = let("near", x.cast(F32))
    back = let("back", near.cast(F64))
    bits = let("bits", near.bits())
    beyond = (back.call("abs") > x.call("abs")).pick(bits.like(1), 0)
    done = back.equals(x).either(x.differs(x))
    return done.pick(near, ((bits - beyond) | 1).bits(F32))


def _bf16(x: Term, bits: Term) -> Term:
    rounded = bits + 0x7FFF + ((bits >> 16) & 1)
    return x.differs(x).pick((bits >> 16) | 0x40, rounded >> 16)


def _f16(let: Let, x: Term, bits: Term) -> Term:
    """Below 2^-14 a sum near ½ has the wanted unit, 2^-24."""
    size = let("size", bits & I32.limits[1])
    normal = (size - (_ONE - 0xFFF) + ((size >> 13) & 1)) >> 13
    tiny = (x.call("abs") + 0.5).bits() - 0x3F000000
    finite = let("finite", (size < _ONE + 0x800000).pick(tiny, normal))
    endless = (size > 0x7F800000).pick(size.like(0x7E00), 0x7C00)
    return (size < _INFINITE).pick(finite, endless) | ((bits >> 16) & 0x8000)


def is_half(dtype: DType) -> bool:
    """Whether it is a 16-bit float."""
    return dtype in (F16, BF16)

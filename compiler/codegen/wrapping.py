"""Integer arithmetic that wraps, as C text without undefined behaviour."""

from __future__ import annotations

from ...dsl.dtypes import DType
from .ctext import MEMORY_TYPE, UNSIGNED, Text, cast, infix


def wrapping(op: str, dtype: DType, left: Text, right: Text) -> Text:
    """`left op right` for + - * / on values of a type; integers wrap.

    Types shorter than an int are computed in int, where nothing overflows, and cut; the others as unsigned.
    """
    if not dtype.is_integer:
        return infix(op, left, right)
    c_type = MEMORY_TYPE[dtype.name]
    if dtype.bits < 32:
        return cast(c_type, infix(op, left, right))
    unsigned = UNSIGNED[dtype.bits]
    return cast(c_type, infix(op, cast(unsigned, left), cast(unsigned, right)))

"""Types, numbers and values of LLVM IR."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

from ....dsl.dtypes import BOOL, DType
from ..ctext import literal, round_to_f32

LOCAL = 1 << 30
"""The level of a value that stands in the middle of a block: what needs it cannot stand before it."""

_KINDS = {"f64": "double", "f32": "float", "f16": "i16", "bf16": "i16", "i64": "i64", "i32": "i32",
          "i16": "i16", "i8": "i8", "u8": "i8", "bool": "i1"}


@dataclass(frozen=True, slots=True)
class Value:
    """An operand: a name or a number, the type of its elements, how many there are.

    `level` is the number of loops around the place where it is known: that of the innermost loop on which it
    depends, 0 for what does not change in the function, LOCAL for what cannot be had earlier.
    """

    text: str
    kind: str
    lanes: int = 1
    level: int = 0

    @property
    def type(self) -> str:
        """`float` or `<8 x float>`"""
        return vector(self.kind, self.lanes)

    def __str__(self) -> str:
        return f"{self.type} {self.text}"


@cache      # of few types, asked for several times in each line
def vector(kind: str, lanes: int) -> str:
    """The type of so many elements; one is no vector."""
    return kind if lanes == 1 else f"<{lanes} x {kind}>"


def kind_of(dtype: DType) -> str:
    """The type of an element as a value. 16-bit floats are their bits, a truth value is one bit."""
    return _KINDS[dtype.name]


def memory_kind(dtype: DType) -> str:
    """The type of an element in memory, where a truth value is a byte."""
    return "i8" if dtype == BOOL else _KINDS[dtype.name]


def number(value: int | float | bool, dtype: DType, lanes: int = 1) -> Value:
    """A constant in all lanes."""
    text, kind = _text(value, dtype), kind_of(dtype)
    return Value(text if lanes == 1 else f"splat ({kind} {text})", kind, lanes)


def whole(value: int, kind: str = "i64", lanes: int = 1) -> Value:
    """An integer constant of a type of LLVM's, in all lanes."""
    return Value(str(value) if lanes == 1 else f"splat ({kind} {value})", kind, lanes)


def listed(values: list[int], kind: str) -> Value:
    """A vector of different integers."""
    return Value(f"<{', '.join(f'{kind} {v}' for v in values)}>", kind, len(values))


def _text(value: int | float | bool, dtype: DType) -> str:
    if dtype == BOOL:
        return "true" if value else "false"
    if dtype.is_float and dtype.bits == 16:
        return str(int(literal(value, dtype).text, 16))
    if not dtype.is_float:
        return str(int(value))
    number = round_to_f32(float(value)) if dtype.bits == 32 else float(value)
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"

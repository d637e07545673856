"""Small pieces of C text: types, literals, operators with their precedence, comments."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from ...dsl.dtypes import BOOL, F16, F32, I64, U8, DType

MEMORY_TYPE = {"f64": "double", "f32": "float", "f16": "uint16_t", "bf16": "uint16_t", "i64": "int64_t",
               "i32": "int32_t", "i16": "int16_t", "i8": "int8_t", "u8": "uint8_t", "bool": "uint8_t"}
UNSIGNED = {8: "uint8_t", 16: "uint16_t", 32: "uint32_t", 64: "uint64_t"}

ATOM, UNARY, MUL, ADD, SHIFT, COMPARE, EQUAL, AND, OR, CHOICE = 15, 14, 13, 12, 11, 10, 9, 5, 4, 3
BITS = 8    # & | ^, which always stand in parentheses next to anything else
PRECEDENCE = {"*": MUL, "/": MUL, "%": MUL, "+": ADD, "-": ADD, "<": COMPARE, "<=": COMPARE, ">": COMPARE,
              ">=": COMPARE, "==": EQUAL, "!=": EQUAL, "&&": AND, "||": OR}


@dataclass(frozen=True, slots=True)
class Text:
    """An expression of C and how tightly its outermost operator binds."""

    text: str
    binds: int = ATOM

    def __str__(self) -> str:
        return self.text

    def within(self, binds: int) -> str:
        """The text, in parentheses where it binds less tightly than asked."""
        return self.text if self.binds >= binds else f"({self.text})"


def infix(op: str, left: Text, right: Text) -> Text:
    """`left op right` of C with the parentheses it needs and those compilers ask for."""
    binds = PRECEDENCE[op]
    apart = binds if binds in (MUL, ADD) else SHIFT if binds > AND else EQUAL
    return Text(f"{left.within(apart)} {op} {right.within(apart + 1)}", binds)


def cast(c_type: str, value: Text) -> Text:
    """`(type)value`"""
    return Text(f"({c_type}){value.within(UNARY)}", UNARY)


def bitwise(op: str, left: Text, right: Text) -> Text:
    """`left & right` and the like, with parentheses around all that is not an atom or a cast."""
    return Text(f"{left.within(UNARY)} {op} {right.within(UNARY)}", BITS)


def call(function: str, *args: Text | str) -> Text:
    """`function(args)`"""
    return Text(f"{function}({', '.join(map(str, args))})")


def literal(value: int | float | bool, dtype: DType) -> Text:
    """A number as C reads it back exactly."""
    if dtype == BOOL:
        return Text(str(int(value)))
    if dtype.is_float and dtype.bits == 16:
        return Text(f"0x{_half_bits(float(value), dtype):04x}")
    if dtype.is_float:
        return _float(float(value), dtype)
    return _integer(int(value), dtype)


def _integer(value: int, dtype: DType) -> Text:
    low, high = dtype.limits
    if dtype == I64 and not -(1 << 31) < value < 1 << 31:
        return Text("INT64_MIN") if value == low else Text(f"INT64_C({value})")
    if dtype.bits == 32 and value == low:
        return Text("INT32_MIN")
    assert low <= value <= high
    return Text(str(value), ATOM if value >= 0 else UNARY)


def _float(value: float, dtype: DType) -> Text:
    single = dtype == F32
    value = round_to_f32(value) if single else value
    sign, binds = ("-", UNARY) if math.copysign(1, value) < 0 else ("", ATOM)
    if math.isnan(value):
        return Text("NAN")
    if math.isinf(value):
        return Text(f"{sign}INFINITY", binds)
    digits = _shortest_f32(abs(value)) if single else repr(abs(value))
    if "." not in digits and "e" not in digits:
        digits += ".0"
    return Text(f"{sign}{digits}{'f' if single else ''}", binds)


def round_to_f32(value: float) -> float:
    """The nearest f32, infinity beyond the largest."""
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def _half_bits(value: float, dtype: DType) -> int:
    """The bits of a 16-bit float: to nearest, ties to even."""
    if dtype == F16:
        try:
            return struct.unpack("<H", struct.pack("<e", value))[0]
        except OverflowError:
            return 0x7C00 | (0x8000 if value < 0 else 0)
    bits: int = struct.unpack("<I", struct.pack("<f", round_to_f32(value)))[0]
    return 0x7FC0 if math.isnan(value) else (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def _shortest_f32(value: float) -> str:
    return next(text for p in range(1, 10) if round_to_f32(float(text := f"{value:.{p}g}")) == value)


def storage_bits(dtype: DType) -> int:
    """Bits of one element in memory."""
    return dtype.bytes * 8


def element_name(dtype: DType) -> str:
    """What lanes of this type hold: 16-bit floats are bits, a bool in memory a byte."""
    if dtype == BOOL:
        return U8.name
    return dtype.name if dtype.arithmetic == dtype else "u16"


def comment(text: str) -> str:
    """Text that may stand in a C comment."""
    return text.replace("*/", "* /").replace("/*", "/ *")


def block_comment(lines: list[str]) -> str:
    """A comment of several lines."""
    body = "".join(f" * {comment(line)}".rstrip() + "\n" for line in lines)
    return f"/*{body[2:]} */\n"

"""The element types of the language."""

from __future__ import annotations

from .record import record


@record
class DType:
    """An element type. `kind` is `float`, `int`, `uint` or `bool`; `str()` is its name in the language."""

    name: str
    kind: str
    bits: int

    def __str__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def bytes(self) -> int:
        """Storage size of one element; a bool takes one byte."""
        return max(1, self.bits // 8)

    @property
    def is_float(self) -> bool:
        """Whether this is a floating-point type."""
        return self.kind == "float"

    @property
    def is_integer(self) -> bool:
        """Whether this is a signed or unsigned integer type (bool is neither)."""
        return self.kind in ("int", "uint")

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest value of an integer type."""
        if self.kind == "uint":
            return 0, (1 << self.bits) - 1
        return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1

    @property
    def arithmetic(self) -> DType:
        """The type expressions of this type are evaluated in: f32 for 16-bit floats, itself otherwise."""
        return F32 if self.is_float and self.bits == 16 else self


F64 = DType("f64", "float", 64)
F32 = DType("f32", "float", 32)
F16 = DType("f16", "float", 16)
BF16 = DType("bf16", "float", 16)
I64 = DType("i64", "int", 64)
I32 = DType("i32", "int", 32)
I16 = DType("i16", "int", 16)
I8 = DType("i8", "int", 8)
U8 = DType("u8", "uint", 8)
BOOL = DType("bool", "bool", 1)

DTYPES: dict[str, DType] = {t.name: t for t in (F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL)}

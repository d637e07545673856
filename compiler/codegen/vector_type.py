"""The types of vectors in C texts."""

from __future__ import annotations

from dataclasses import dataclass

from .ctext import MEMORY_TYPE, UNSIGNED


@dataclass(frozen=True, slots=True)
class VectorType:
    """`lanes` elements of a type: f64 f32 i64 i32 i16 i8 u8, or u16 for the bits of 16-bit floats.

    Truth values are lanes of signed integers as wide as what was compared: 0 or -1.
    """

    element: str
    lanes: int

    def __str__(self) -> str:
        return f"{self.element}x{self.lanes}"

    @property
    def is_float(self) -> bool:
        """Whether lanes are floats of 32 or 64 bits."""
        return self.element[0] == "f"

    @property
    def bits(self) -> int:
        """Of one element."""
        return int(self.element[1:])

    @property
    def c_element(self) -> str:
        """The C type of one element."""
        return UNSIGNED[self.bits] if self.element[0] == "u" else MEMORY_TYPE[self.element]

    @property
    def mask(self) -> VectorType:
        """The type of a comparison of two of these."""
        return VectorType(f"i{self.bits}", self.lanes)

    @property
    def unsigned(self) -> VectorType:
        """Unsigned elements of the same width."""
        return VectorType(f"u{self.bits}", self.lanes)


def parse(name: str) -> VectorType:
    """The type of a name such as `f32x8`."""
    element, _, lanes = name.rpartition("x")
    return VectorType(element, int(lanes))

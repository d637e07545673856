"""16-bit floats, which are only read and written: their bits to f32 and back, by instructions or by hand."""

from __future__ import annotations

from dataclasses import dataclass

from ....dsl.dtypes import BF16, F16, F32, DType
from .builder import Builder
from .values import Value, number, whole


@dataclass
class Halves:
    """Writes conversions; with `native` the machine converts f16."""

    builder: Builder
    native: bool = False

    def widen(self, bits: Value, dtype: DType) -> Value:
        """The bits of a 16-bit float as f32, exactly."""
        build = self.builder
        if dtype == BF16:
            wide = build.binary("shl", build.convert("zext", bits, "i32"), self._whole(16, bits))
            return build.convert("bitcast", wide, "float")
        if self.native:
            return build.convert("fpext", build.convert("bitcast", bits, "half"), "float")
        return self._widen_f16(bits)

    def narrow(self, value: Value, dtype: DType) -> Value:
        """An f32 or f64 as the bits of a 16-bit float: to nearest, ties to even."""
        single = value if value.kind == "float" else self._to_odd(value)
        if dtype == F16 and self.native:
            half = self.builder.convert("fptrunc", single, "half")
            return self.builder.convert("bitcast", half, "i16")
        return self._narrow_f16(single) if dtype == F16 else self._narrow_bf16(single)

    def _widen_f16(self, half: Value) -> Value:
        """Sign, exponent and fraction in their places; subnormals are multiples of 2^-24."""
        build = self.builder
        bits = build.convert("zext", half, "i32")
        sign = self._shift("shl", self._and(bits, 0x8000), 16)
        size = self._and(bits, 0x7FFF)
        unit = number(2.0 ** -24, F32, bits.lanes)
        small = build.binary("fmul", build.convert("uitofp", size, "float"), unit)
        normal = build.binary("add", self._shift("shl", size, 13), self._whole(0x38000000, bits))
        special = build.binary("or", self._shift("shl", self._and(size, 0x3FF), 13),
                               self._whole(0x7F800000, bits))
        found = build.select(self._at_least(size, 0x400), normal, build.convert("bitcast", small, "i32"))
        found = build.select(self._at_least(size, 0x7C00), special, found)
        return build.convert("bitcast", build.binary("or", found, sign), "float")

    def _narrow_f16(self, value: Value) -> Value:
        build = self.builder
        bits = build.convert("bitcast", value, "i32")
        sign = self._and(self._shift("lshr", bits, 16), 0x8000)
        size = self._and(bits, 0x7FFFFFFF)
        # Subnormal: a sum near 0.5 has the wanted unit, 2^-24.
        near = build.binary("fadd", build.convert("bitcast", size, "float"), number(0.5, F32, bits.lanes))
        small = build.binary("sub", build.convert("bitcast", near, "i32"), self._whole(0x3F000000, bits))
        normal = self._rounded(build.binary("sub", size, self._whole(0x38000000, bits)), 13)
        result = build.select(self._at_least(size, 0x38800000), normal, small)
        result = build.select(self._at_least(size, 0x47800000), self._whole(0x7C00, bits), result)
        result = build.select(self._at_least(size, 0x7F800001), self._whole(0x7E00, bits), result)
        return build.convert("trunc", build.binary("or", sign, result), "i16")

    def _narrow_bf16(self, value: Value) -> Value:
        build = self.builder
        bits = build.convert("bitcast", value, "i32")
        nan = build.binary("or", self._shift("lshr", bits, 16), self._whole(0x40, bits))
        is_nan = build.compare("fcmp uno", value, value)
        return build.convert("trunc", build.select(is_nan, nan, self._rounded(bits, 16)), "i16")

    def _to_odd(self, value: Value) -> Value:
        """An f64 as f32, rounded to odd: rounding that again, to fewer bits, is like rounding once."""
        build = self.builder
        near = build.convert("fptrunc", value, "float")
        back = build.convert("fpext", near, "double")
        exact = build.compare("fcmp ueq", back, value)
        beyond = build.compare("fcmp ogt", build.intrinsic("fabs", back), build.intrinsic("fabs", value))
        bits = build.convert("bitcast", near, "i32")
        towards_zero = build.binary("sub", bits, build.convert("zext", beyond, "i32"))
        odd = build.binary("or", towards_zero, self._whole(1, bits))
        return build.convert("bitcast", build.select(exact, bits, odd), "float")

    def _rounded(self, bits: Value, count: int) -> Value:
        """Without its last bits, to nearest, ties to even."""
        build = self.builder
        tie = self._and(self._shift("lshr", bits, count), 1)
        up = build.binary("add", build.binary("add", bits, self._whole((1 << (count - 1)) - 1, bits)), tie)
        return self._shift("lshr", up, count)

    def _and(self, bits: Value, mask: int) -> Value:
        return self.builder.binary("and", bits, self._whole(mask, bits))

    def _shift(self, operation: str, bits: Value, count: int) -> Value:
        return self.builder.binary(operation, bits, self._whole(count, bits))

    def _at_least(self, bits: Value, limit: int) -> Value:
        return self.builder.compare("icmp uge", bits, self._whole(limit, bits))

    def _whole(self, value: int, like: Value) -> Value:
        return whole(value, "i32", like.lanes)

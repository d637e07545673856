"""16-bit floats through LLVM: every pattern read exactly, all rounded once, by instruction or by hand."""

import numpy as np
import pytest
from support.llvm import function_of

READ = """
nest widen(A: f16[65536], B: bf16[65536]) -> (X: f32[65536], Y: f32[65536]) {
  for i in 0..8192 {
    X[ramp(i * 8, 1, 8)] = f32(A[ramp(i * 8, 1, 8)])
    Y[ramp(i * 8, 1, 8)] = f32(B[ramp(i * 8, 1, 8)])
  }
}
"""
WRITE = """
nest narrow(A: f32[4096], D: f64[4096]) -> (X: f16[4096], Y: bf16[4096], Z: f16[4096]) {
  for i in 0..512 {
    X[ramp(i * 8, 1, 8)] = f16(A[ramp(i * 8, 1, 8)])
    Y[ramp(i * 8, 1, 8)] = bf16(A[ramp(i * 8, 1, 8)])
    Z[ramp(i * 8, 1, 8)] = f16(D[ramp(i * 8, 1, 8)])
  }
}
"""
TARGETS = ["cpu", "cpu:generic"]


@pytest.mark.parametrize("target", TARGETS)
def test_every_16_bit_float_is_read_exactly(target: str) -> None:
    """All 65536 patterns of both formats: subnormals, infinities and NaN among them."""
    patterns = np.arange(65536, dtype=np.uint16)
    f16, bf16 = function_of(READ, target)(patterns.view(np.float16), patterns)
    np.testing.assert_array_equal(f16, patterns.view(np.float16).astype(np.float32))
    np.testing.assert_array_equal(bf16, (patterns.astype(np.uint32) << 16).view(np.float32))


@pytest.mark.parametrize("target", TARGETS)
def test_writing_rounds_to_nearest_once(target: str) -> None:
    """Random bit patterns, ties, values of f64 that would be rounded twice through f32."""
    generator = np.random.default_rng(0)
    single = generator.integers(0, 1 << 32, 4096, np.uint32).view(np.float32)
    powers = np.float32(2.0) ** generator.integers(-26, 17, 2048)
    single[:2048] = powers * generator.integers(1, 1 << 13, 2048)
    with np.errstate(all="ignore"):
        double = single.astype(np.float64) * (1 + generator.choice([-1e-9, 0, 1e-9], 4096))
    f16, bf16, from_double = function_of(WRITE, target)(single, double)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(f16, single.astype(np.float16))
        np.testing.assert_array_equal(from_double, double.astype(np.float16))
    bits = single.view(np.uint32)
    rounded = ((bits.astype(np.uint64) + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)
    finite = ~np.isnan(single)
    np.testing.assert_array_equal(bf16[finite], rounded[finite])
    assert np.isnan((bf16[~finite].astype(np.uint32) << 16).view(np.float32)).all()

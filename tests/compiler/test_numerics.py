"""Element types as numpy arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler.numerics import (
    compute_type,
    epsilon,
    interface_type,
    largest,
    load,
    precision,
    rounded,
    smallest,
    store,
)
from txc.dsl.dtypes import BF16, BOOL, DTYPES, F16, F32, F64, I8, DType


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_every_stored_value_survives(dtype: DType) -> None:
    """Every 8- and 16-bit pattern comes back (of NaN, only that it is one), and a sample of wider values."""
    kind = interface_type(dtype)
    patterns = np.arange(2 if dtype == BOOL else 1 << min(8 * kind.itemsize, 16))
    stored = patterns.astype(kind) if dtype.kind != "float" or dtype.bits > 16 else \
        patterns.astype(np.uint16).view(kind)
    loaded = load(stored, dtype)
    assert loaded.dtype == compute_type(dtype)
    back = load(store(loaded, dtype), dtype)
    np.testing.assert_array_equal(back, loaded)


@given(st.floats(width=64))
def test_f16_and_bf16_round_to_nearest_even(value: float) -> None:
    """No other value of the format is nearer, and of two as near the even one is taken."""
    for dtype in (F16, BF16):
        got = float(rounded(np.array(value), dtype))
        if np.isnan(value):
            assert np.isnan(got)
        elif abs(value) >= largest(dtype) * (1 + epsilon(dtype) / 4):
            assert got == np.copysign(np.inf, value)
        elif value != 0:
            exponent = max(np.frexp(value)[1] - precision(dtype), np.frexp(smallest(dtype))[1] - 1)
            step = 2.0 ** int(exponent)
            assert got == np.rint(value / step) * step


@pytest.mark.parametrize(("value", "bits"), [
    (1.0, 0x3F80), (1 + 2**-8, 0x3F80), (1 + 3 * 2**-8, 0x3F82), (1 + 2**-8 + 2**-40, 0x3F81),
    (1 + 2**-8 - 2**-40, 0x3F80), (-1 - 2**-8 - 2**-40, 0xBF81), (np.inf, 0x7F80), (3.4e38, 0x7F80),
    (-0.0, 0x8000), (np.nan, 0x7FC0), (2.0**-133, 0x0001)])
def test_bf16_bits(value: float, bits: int) -> None:
    """bf16 is the upper half of f32, rounded once: not to f32 first."""
    assert store(np.array([value]), BF16)[0] == bits


def test_formats() -> None:
    """Precision, spacing and range are those of the formats."""
    for dtype, kind in ((F16, np.float16), (F32, np.float32), (F64, np.float64)):
        info = np.finfo(kind)
        assert precision(dtype) == info.nmant + 1
        assert epsilon(dtype) == info.eps
        assert largest(dtype) == info.max
        assert smallest(dtype) == info.smallest_subnormal
    assert epsilon(BF16) == 2**-7
    assert load(np.array([0x7F7F, 1], np.uint16), BF16).tolist() == [largest(BF16), smallest(BF16)]
    assert interface_type(I8) == np.int8

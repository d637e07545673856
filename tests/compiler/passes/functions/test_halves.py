"""16-bit floats by their bits: every one read exactly, and rounded to as numpy rounds."""

from pathlib import Path

import numpy as np
import pytest
from support.functions import compiled, some_f32
from txc.compiler.numerics import Array

PATTERNS = np.arange(65536, dtype=np.uint16)
LOOP = "nest f(X: {0}[{2}]) -> (Y: {1}[{2}]) {{ for i in 0..{3} {{ Y[{4}] = {1}(X[{4}]) }} }}"


def convert(origin: str, dtype: str, values: Array, lanes: int, folder: Path) -> Array:
    """Values cast by a compiled kernel."""
    at = "i" if lanes == 1 else f"ramp(i * {lanes}, 1, {lanes})"
    return compiled(LOOP.format(origin, dtype, len(values), len(values) // lanes, at), folder)(values)


def between(halves: Array) -> Array:
    """Neighbours' middles and what is beside them, of both signs; the ends; a million others."""
    wide = halves.astype(np.float64)
    middle = (wide[:-1] + wide[1:]) / 2
    beside = (middle[:, None] * [1, 1 + 2.0**-23, 1 - 2.0**-23, 1 + 2.0**-40]).ravel()
    bits = some_f32().astype(np.float64)
    ends = [65519.996, 65520.0, 1e30, np.inf, np.nan, 2.0**-25, 2.0**-26, 1e-45]
    values = np.concatenate([beside, -beside, ends, bits])
    return values[: len(values) // 8 * 8]


@pytest.mark.parametrize("lanes", [1, 8])
def test_every_half_is_read_exactly(tmp_path: Path, lanes: int) -> None:
    """All 65,536 patterns of both formats."""
    f16 = convert("f16", "f32", PATTERNS.view(np.float16), lanes, tmp_path / "f16")
    bf16 = convert("bf16", "f32", PATTERNS, lanes, tmp_path / "bf16")
    np.testing.assert_array_equal(f16, PATTERNS.view(np.float16).astype(np.float32))
    np.testing.assert_array_equal(bf16, (PATTERNS.astype(np.uint32) << 16).view(np.float32))


@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize(("origin", "kind"), [("f32", np.float32), ("f64", np.float64)])
def test_rounding_to_f16_is_to_nearest_even(tmp_path: Path, origin: str, kind: type, lanes: int) -> None:
    """Once, also from f64; NaN stays NaN."""
    with np.errstate(over="ignore"):
        values = between(np.arange(0x7C00, dtype=np.uint16).view(np.float16)).astype(kind)
        wanted = values.astype(np.float16)
    np.testing.assert_array_equal(convert(origin, "f16", values, lanes, tmp_path), wanted)


@pytest.mark.parametrize("lanes", [1, 8])
def test_rounding_to_bf16_is_to_nearest_even(tmp_path: Path, lanes: int) -> None:
    """As adding half a unit, or less for even ones, to the bits gives it."""
    bits = (np.arange(0, 1 << 32, 1021, dtype=np.uint64)[: 1 << 22] | 0x8000).astype(np.uint32)
    got = convert("f32", "bf16", bits.view(np.float32), lanes, tmp_path)
    numbers = ~np.isnan(bits.view(np.float32))
    wide = bits.astype(np.uint64)
    np.testing.assert_array_equal(got[numbers], ((wide + 0x7FFF + (wide >> 16 & 1)) >> 16)[numbers])
    assert np.isnan((got[~numbers].astype(np.uint32) << 16).view(np.float32)).all()

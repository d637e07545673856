"""log: its error over the whole range of f32, and of f64 around one and at the ends."""

from pathlib import Path

import numpy as np
import pytest
from support.functions import compiled, some_f32, some_f64, text, worst


@pytest.mark.parametrize("target", ["cpu", "cpu:generic"])
def test_log_of_f32_is_within_an_ulp_everywhere(tmp_path: Path, target: str) -> None:
    """Subnormal numbers too; -inf at zeros, NaN below."""
    x = some_f32()
    got = compiled(text("log", "f32", len(x), 8), tmp_path, target=target)(x)
    with np.errstate(all="ignore"):
        error, where = worst(got, np.log(x.astype(np.float64)), x)
    assert error <= 1, where


@pytest.mark.parametrize("target", ["cpu", "cpu:generic"])
def test_log_of_f64_is_near_an_ulp(tmp_path: Path, target: str) -> None:
    """Around one, where the result is small, as elsewhere."""
    near = 1 + some_f64(-1e-3, 1e-3)[8:] * 1e-2
    x = np.concatenate([np.abs(some_f64(0, 10)), some_f64(0, 1e300), near[: len(near) // 8 * 8]])
    got = compiled(text("log", "f64", len(x), 4), tmp_path, target=target)(x)
    with np.errstate(all="ignore"):
        error, where = worst(got, np.log(x.astype(np.longdouble)), x)
    assert error <= 1.2, where

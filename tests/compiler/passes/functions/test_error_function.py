"""erf: its error over the range of f32; f64 against the C library, which is itself within an ULP."""

import math
from pathlib import Path

import numpy as np
from support.functions import compiled, some_f32, some_f64, text, worst

ERF = np.vectorize(math.erf, otypes=[np.float64])


def test_erf_of_f32_everywhere(tmp_path: Path) -> None:
    """Where it is as good as x, where it bends, where it is 1."""
    x = some_f32()[:: 4].copy()
    x = x[: len(x) // 8 * 8]
    got = compiled(text("erf", "f32", len(x), 8), tmp_path)(x)
    error, where = worst(got, ERF(x.astype(np.float64)), x)
    assert error <= 1.1, where


def test_erf_of_f64(tmp_path: Path) -> None:
    """One and a half ULP and the library's own error."""
    x = some_f64(-6.2, 6.2, 1 << 16)
    got = compiled(text("erf", "f64", len(x), 4), tmp_path)(x)
    error, where = worst(got, ERF(x).astype(np.longdouble), x)
    assert error <= 2.5, where

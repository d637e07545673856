"""pow: errors where results are ordinary, the special cases of C99 one by one."""

from pathlib import Path

import numpy as np
import pytest
from support.functions import compiled, text, worst
from txc.compiler.numerics import Array

SPECIAL = np.array([0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, np.inf, -np.inf, np.nan, 2.5, -2.5, 1e9 + 1])
PAIRS = tuple(a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))
LIMITS = {"f32": 1, "f64": 12}


def ordinary(dtype: str) -> tuple[Array, Array]:
    """Bases of all sizes with small exponents, and bases near one with large ones."""
    rng = np.random.default_rng(0)
    reach = 100 if dtype == "f32" else 700
    base = np.concatenate([np.exp(rng.uniform(-40, 40, 1 << 15)), rng.uniform(0.5, 2, 1 << 15)])
    return base, np.concatenate([rng.uniform(-2, 2, 1 << 15), rng.uniform(-reach, reach, 1 << 15)])


@pytest.mark.parametrize("dtype", LIMITS)
def test_powers_are_near(tmp_path: Path, dtype: str) -> None:
    """f32 is rounded from f64 and nearly always right."""
    kind, wide = (np.float32, np.float64) if dtype == "f32" else (np.float64, np.longdouble)
    x, y = (a.astype(kind) for a in ordinary(dtype))
    got = compiled(text("pow", dtype, len(x), 8, "XZ"), tmp_path)(x, y)
    with np.errstate(all="ignore"):
        error, where = worst(got, np.power(x.astype(wide), y.astype(wide)), x)
    assert error <= LIMITS[dtype], where


@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("lanes", [1, 8])
def test_special_cases_are_those_of_c(tmp_path: Path, dtype: str, lanes: int) -> None:
    """Signs of zeros and infinities too."""
    x, y = (a.astype(np.float32 if dtype == "f32" else np.float64) for a in PAIRS)
    got = compiled(text("pow", dtype, len(x), lanes, "XZ"), tmp_path)(x, y)
    with np.errstate(all="ignore"):
        wanted = np.power(x, y)
    np.testing.assert_allclose(got, wanted, rtol=1e-6)
    numbers = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(wanted[numbers]))

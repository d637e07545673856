"""tanh and sigmoid: errors over the whole range of f32, samples of f64."""

from pathlib import Path

import numpy as np
import pytest
from support.functions import compiled, some_f32, some_f64, text, worst
from txc.compiler.numerics import Array

LIMITS = {"tanh": 1.5, "sigmoid": 2.5}
WORST = {"tanh": "0x1.1a7beep-1", "sigmoid": "-0x1.0a111ap+2"}  # arguments of the largest errors with FMA


def exactly(function: str, x: Array) -> Array:
    """In the type of the argument."""
    with np.errstate(all="ignore"):
        if function == "tanh":
            return np.tanh(x)
        small = np.exp(-np.abs(x))
        return np.where(x < 0, small, 1) / (1 + small)


@pytest.mark.parametrize("function", LIMITS)
def test_f32_everywhere(tmp_path: Path, function: str) -> None:
    """Zeros keep their sign, small numbers their digits, large ones give the limits."""
    x = some_f32()
    x[0] = float.fromhex(WORST[function])
    got = compiled(text(function, "f32", len(x), 8), tmp_path)(x)
    error, where = worst(got, exactly(function, x.astype(np.float64)), x)
    assert error <= LIMITS[function], where


@pytest.mark.parametrize("function", LIMITS)
def test_f64(tmp_path: Path, function: str) -> None:
    """Against extended precision."""
    x = some_f64(*((-22, 22) if function == "tanh" else (-746, 40)))
    got = compiled(text(function, "f64", len(x), 4), tmp_path)(x)
    error, where = worst(got, exactly(function, x.astype(np.longdouble)), x)
    assert error <= LIMITS[function], where

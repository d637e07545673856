"""exp: its error over the whole range of f32, and where it can go wrong in f64."""

from pathlib import Path

import numpy as np
import pytest
from support.functions import compiled, some_f32, some_f64, text, worst


@pytest.mark.parametrize(("cc", "flags", "target"), [
    ("gcc", ("-O2",), "cpu"), ("clang", ("-O2",), "cpu"), ("gcc", ("-O2",), "cpu:generic"),
    ("gcc", ("-O1", "-std=c99", "-DTXC_PLAIN_C"), "cpu")])
def test_exp_of_f32_is_within_an_ulp_everywhere(tmp_path: Path, cc: str, flags: tuple[str, ...],
                                                target: str) -> None:
    """Contracted or not: from 0 over subnormal results to infinity, NaN stays NaN."""
    x = some_f32()
    got = compiled(text("exp", "f32", len(x), 8), tmp_path, cc, flags, target)(x)
    with np.errstate(all="ignore"):
        error, where = worst(got, np.exp(x.astype(np.float64)), x)
    assert error <= 1, where


def test_exp_of_f64_is_within_an_ulp(tmp_path: Path) -> None:
    """Against extended precision."""
    x = some_f64(-746, 710)
    got = compiled(text("exp", "f64", len(x), 4), tmp_path)(x)
    with np.errstate(all="ignore"):
        error, where = worst(got, np.exp(x.astype(np.longdouble)), x)
    assert error <= 1, where

"""Typed expressions as text."""

import pytest
from support.kernels import dag, typed_kernel
from txc.compiler.dag_text import axes_text, expr_text
from txc.dsl.dtypes import I32
from txc.dsl.typed import Axis, Const


@pytest.mark.parametrize("written", [
    "X[i, 0] - (X[i, 1] - X[i, 2])", "(X[i, 0] + 1.0) * -X[i, 1]", "-(X[i, 0] + X[i, 1])",
    "X[i, 0] if not (i > 1 and i < 3) else X[i, 1] if i == 0 else 2.5", "(X[i - 1, i % 3] else 0.0)",
    "max(X[i, 0], f32(i // 2)) / 2.0", "sum[k < 3](X[i, k] * 2.0)",
])
def test_text_is_the_language(written: str) -> None:
    """The text of an expression reads as it was written, with no more parentheses than needed."""
    text = f"kernel f[M = 4](X: f32[M, 3]) -> (Y: f32[M]) {{ Y[i] = {written} }}"
    (stage,) = typed_kernel(text).stages
    assert expr_text(stage.value) == written


def test_scalars_and_axes() -> None:
    """A scalar is read by its name; axes show their extents; truth values are words."""
    text = "kernel f[M = 4](a: f32, X: f32[M]) -> (s: f32) { s = sum[i](X[i] * a if true else 0) }"
    assert str(dag(text).stage("s")) == "s: f32 = sum[i < 4](X[i] * a if true else 0.0)"
    assert axes_text([Axis("i", 4), Axis("j", 5)]) == "i < 4, j < 5"
    assert expr_text(Const(-3, I32)) == "-3"

"""Sums of products, contracted a block at a time."""

import numpy as np
import pytest
from support.kernels import dag, example
from txc.compiler import reference
from txc.compiler.cases import make_inputs
from txc.compiler.contract import contraction


@pytest.mark.parametrize(("name", "stage", "space"), [
    ("dense", "C", 13), ("softmax", "z", None), ("dense_i8", "C", None), ("dep", "Y", 2 * 5 * 4 * 11),
    ("row_argmax", "best", None)])
def test_what_is_a_contraction(name: str, stage: str, space: int | None) -> None:
    """Float sums of products are; `space` is what one reduction point of the larger factor needs."""
    found = contraction(example(name).stage(stage))
    assert (None if found is None else found.space) == space


def test_an_axis_that_no_factor_uses_is_none() -> None:
    """The sum over it multiplies: that is left to the plain way."""
    text = "kernel f[M = 4](X: f32[M]) -> (s: f32) { s = sum[i, j < 3](X[i] * X[i]) }"
    assert contraction(dag(text).stage("s")) is None


TWO_STAGES = """
kernel f[M = 5, N = 6, K = 7](A: f32[M, K], B: f32[K, N]) -> (Y: f32[M, N]) {
    E[i, k] = exp(A[i, k])
    Y[i, j] = sum[k](E[i, k] * tanh(B[k, j]))
}"""


@pytest.mark.parametrize("text", [
    TWO_STAGES,
    "kernel f[M = 5, K = 7](A: f32[M, K]) -> (Y: f32[M]) { Y[i] = sum[k](2 * A[i, k] * exp(A[0, k])) }",
    "kernel f[M = 5, K = 7](A: f32[M, K]) -> (s: f32) { s = sum[m, k](A[m, k] * A[m, k]) }",
    "kernel f[M = 5, K = 7](A: f32[M, K]) -> (s: f32) { s = sum[m, k](exp(A[m, 0]) * tanh(A[0, k])) }",
])
def test_it_is_the_plain_sum(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values and tolerances are those of the terms added one by one."""
    kernel = dag(text)
    inputs = make_inputs(kernel, "normal", 0)
    contracted = reference.evaluate(kernel, inputs)
    monkeypatch.setattr(reference, "contraction", lambda _: None)
    for name, plain in reference.evaluate(kernel, inputs).items():
        np.testing.assert_allclose(contracted[name].value, plain.value, rtol=1e-12)
        np.testing.assert_allclose(contracted[name].tolerance, plain.tolerance, rtol=0.1)

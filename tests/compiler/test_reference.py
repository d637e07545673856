"""The reference evaluator: the language's values, exactly."""

from typing import Any

import numpy as np
import pytest
from support.kernels import dag, example
from txc.compiler import reference
from txc.compiler.bounded import Bounded
from txc.compiler.cases import make_inputs
from txc.compiler.numerics import store
from txc.dsl.dtypes import BF16


def run(text: str, **inputs: Any) -> Bounded:
    """The one output of a kernel."""
    (output,) = reference.evaluate(dag(text), {n: np.asarray(a) for n, a in inputs.items()}).values()
    return output


def unary(value: str, x: list[float], result: str = "f32") -> Bounded:
    text = f"kernel f[M = {len(x)}](X: f32[M]) -> (Y: {result}[M]) {{ Y[i] = {value} }}"
    return run(text, X=np.array(x, np.float32))


def reduced(reducer: str, x: Any, dtype: str = "f32", result: str | None = None) -> Any:
    """A reduction of a vector."""
    text = f"kernel f[K = {len(x)}](X: {dtype}[K]) -> (s: {result or dtype}) {{ s = {reducer}[k](X[k]) }}"
    return run(text, X=x).value[()]


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("reducer", ["min", "max", "sum", "prod"])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_nan_goes_through_reductions(reducer: str, at: int) -> None:
    """One NaN anywhere makes the result NaN."""
    x = np.arange(5, dtype=np.float32)
    x[at] = NAN
    assert np.isnan(reduced(reducer, x))


def test_infinities() -> None:
    """They add, they cancel to NaN, they are extremes; all without a tolerance."""
    assert reduced("sum", np.array([1, INF, 2], np.float32)) == INF
    assert np.isnan(reduced("sum", np.array([-INF, INF], np.float32)))
    assert reduced("max", np.array([1, -INF], np.float32)) == 1
    assert reduced("min", np.array([INF, INF], np.float32)) == INF
    got = unary("X[i] * 2 + 1", [INF, -INF, NAN, 1])
    np.testing.assert_array_equal(got.value, [INF, -INF, NAN, 3])
    np.testing.assert_array_equal(got.tolerance, [0, 0, 0, 0])


@pytest.mark.parametrize(("reducer", "x", "wanted"), [
    ("argmax", [1, 3, 3, 2], 1), ("argmin", [2, 1, 1, 3], 1), ("argmax", [1, NAN, 5, NAN], 1),
    ("argmin", [1, NAN, 0, NAN], 1), ("argmax", [-INF, -INF], 0), ("argmin", [INF, INF, INF], 0),
    ("argmax", [0.0, -0.0], 0), ("argmin", [0.0, -0.0], 0)])
@pytest.mark.parametrize("block", [1, 2, 1 << 20])
def test_argmin_and_argmax(
    reducer: str, x: list[float], wanted: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smallest index of equals, the first NaN if there is one, however the work is blocked."""
    monkeypatch.setattr(reference, "BLOCK", block)
    assert reduced(reducer, np.array(x, np.float32), result="i32") == wanted


def test_argmax_over_two_axes_is_row_major() -> None:
    """The index is linear over the reduction axes, the first one outermost."""
    text = "kernel f[M = 3, K = 4](X: i32[M, K]) -> (s: i32) { s = argmax[m, k](X[m, k]) }"
    x = np.zeros((3, 4), np.int32)
    x[1, 2] = x[2, 0] = 7
    assert run(text, X=x).value == 6


def test_integers_wrap() -> None:
    """Sums and products of integers wrap in their own width."""
    assert reduced("sum", np.array([100, 100], np.int8), "i8") == -56
    assert reduced("prod", np.array([100, 3], np.int16), "i16") == 300
    assert reduced("prod", np.array([1000, 1000], np.int16), "i16") == 16960
    assert reduced("sum", np.array([200, 100], np.uint8), "u8") == 44
    assert reduced("sum", np.array([2**62, 2**62], np.int64), "i64") == -(2**63)


def test_any_and_all() -> None:
    """Reductions of truth values."""
    assert reduced("any", np.array([False, True]), "bool")
    assert not reduced("any", np.array([False, False]), "bool")
    assert not reduced("all", np.array([False, True]), "bool")


def test_16_bit_stages_are_rounded_once() -> None:
    """A bf16 sum is made in f32 and rounded when it is stored; stages that read it read the rounded value."""
    text = """
    kernel f[K = 256](X: bf16[K]) -> (Y: bf16, Z: f32) {
        Y = sum[k](X[k])
        Z = f32(Y)
    }"""
    ones = store(np.full(256, 1.0) + np.arange(256) % 2 * 2.0**-7, BF16)
    result = reference.evaluate(dag(text), {"X": ones})
    assert result["Y"].value == result["Z"].value == 256
    text = "kernel f(a: f16, b: f16) -> (Y: f16) { Y = a * b - a * b + a }"
    assert run(text, a=np.float16(300), b=np.float16(300)).value == 300


def test_reads_outside_take_the_else_value() -> None:
    """Guarded reads give the else value exactly outside, for every dimension."""
    text = """
    kernel f[M = 3](X: f32[M, M]) -> (Y: f32[M + 2, M + 2]) { Y[i, j] = (X[i - 1, j - 1] else 9) }"""
    x = np.arange(9, dtype=np.float32).reshape(3, 3)
    np.testing.assert_array_equal(run(text, X=x).value, np.pad(x, 1, constant_values=9))


def test_gathers() -> None:
    """Through indices far outside too."""
    text = "kernel f[M = 4, V = 3](i: i64[M], E: f32[V]) -> (Y: f32[M]) { Y[m] = (E[i[m]] else -1) }"
    index = np.array([2**62, -(2**62), 2, 3])
    assert run(text, i=index, E=np.array([5, 6, 7], np.float32)).value.tolist() == [-1, -1, 7, -1]


def test_the_branch_not_taken_leaves_no_trace() -> None:
    """A NaN or infinity in the other branch does not show."""
    got = unary("log(X[i]) if X[i] > 0 else 0", [-1, 0, 1])
    assert got.value.tolist() == [0, 0, 0]
    assert got.tolerance[:2].tolist() == [0, 0]


def test_floats_to_integers() -> None:
    """Truncated, saturated, 0 for NaN."""
    assert unary("i8(X[i])", [1.9, -1.9, 1e9, -INF, NAN], "i8").value.tolist() == [1, -1, 127, -128, 0]


def test_the_tolerance_of_a_sum_of_products() -> None:
    """c·eps·Σ|terms| with c = 4·log2(n) + 8, from the language reference."""
    x = np.random.default_rng(0).standard_normal((2, 64)).astype(np.float32)
    text = "kernel f[K = 64](X: f32[K], Z: f32[K]) -> (s: f32) { s = sum[k](X[k] * Z[k]) }"
    got = run(text, X=x[0], Z=x[1])
    terms = np.abs(x[0].astype(float) * x[1]).sum()
    assert got.tolerance == pytest.approx((4 * 6 + 7) * 2.0**-23 * terms, rel=1e-6)
    assert got.tolerance <= (4 * 6 + 8) * 2.0**-23 * terms


@pytest.mark.parametrize("name", ["dense", "softmax", "layernorm", "dense_i8", "row_argmax", "c2d", "grp",
                                  "t2d", "dep"])
def test_blocks_do_not_matter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluated point by point, in odd blocks or at once, values are the same, and tolerances nearly."""
    kernel = example(name)
    inputs = make_inputs(kernel, "normal", 0)
    whole = reference.evaluate(kernel, inputs)
    for block in (1, 700):
        monkeypatch.setattr(reference, "BLOCK", block)
        for output, got in reference.evaluate(kernel, inputs).items():
            np.testing.assert_allclose(got.value, whole[output].value, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(got.tolerance, whole[output].tolerance, rtol=1e-6)


def test_a_long_sum_into_one_value_is_blocked() -> None:
    """Reduction points are vectorised where the output is small."""
    x = np.random.default_rng(1).standard_normal(3_000_000).astype(np.float32)
    assert reduced("sum", x) == pytest.approx(x.astype(float).sum(), rel=1e-9)


def test_near_ties_of_computed_values_accept_either_place() -> None:
    """Where terms are inexact, the tolerance of argmax reaches the farthest place that may be the best."""
    text = "kernel f[K = 5](X: f32[K]) -> (s: i32) { s = argmax[k](exp(X[k])) }"
    got = run(text, X=np.array([0.1, 0.7, 0.2, 0.7, 0.3], np.float32))
    assert (got.value, got.tolerance) == (1, 2)
    got = run(text, X=np.array([0.1, 0.7, 0.2, 0.6, 0.3], np.float32))
    assert (got.value, got.tolerance) == (1, 0)


@pytest.mark.parametrize(("inputs", "message"), [
    ({}, "input X is missing"),
    ({"X": np.zeros(3, np.float32)}, r"input X is float32\[3\], not float32\[4\]"),
    ({"X": np.zeros(4)}, r"input X is float64\[4\], not float32\[4\]")])
def test_wrong_inputs_are_refused(inputs: dict[str, Any], message: str) -> None:
    """Missing inputs, wrong shapes and wrong types are named."""
    text = "kernel f[M = 4](X: f32[M]) -> (Y: f32[M]) { Y[i] = X[i] }"
    with pytest.raises(ValueError, match=message):
        reference.evaluate(dag(text), inputs)

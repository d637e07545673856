"""Reductions inside expressions become stages of their own."""

from math import inf

import numpy as np
import pytest
from support.kernels import dag
from txc.compiler.hoist import identity
from txc.compiler.reference import evaluate
from txc.dsl.dtypes import BOOL, F32, I8, U8, DType


def stages(text: str) -> list[str]:
    return [str(s) for s in dag(text).stages]


def test_identical_reductions_are_shared_and_others_numbered() -> None:
    """Within a stage the same reduction is computed once; further ones of a reducer get a number."""
    text = """
    kernel f[M = 4, K = 6](X: f32[M, K]) -> (Y: f32[M]) {
        Y[i] = sum[k](X[i, k]) * sum[k](X[i, k]) + sum[k](X[i, k] * X[i, k]) - max[k](X[i, k])
    }"""
    assert stages(text) == [
        "Y.sum[i < 4]: f32 = sum[k < 6](X[i, k])",
        "Y.sum2[i < 4]: f32 = sum[k < 6](X[i, k] * X[i, k])",
        "Y.max[i < 4]: f32 = max[k < 6](X[i, k])",
        "Y[i < 4]: f32 = Y.sum[i] * Y.sum[i] + Y.sum2[i] - Y.max[i]",
    ]


def test_axes_are_the_free_variables_in_order() -> None:
    """A nested reduction has as axes the variables it uses, also those of reductions around it."""
    text = """
    kernel f[M = 4, N = 5, K = 6](X: f32[N, K], Z: f32[M, N]) -> (Y: f32[M, N]) {
        Y[i, j] = sum[k](exp(X[j, k]) * sum[l](X[l, k] * Z[i, l]))
    }"""
    assert stages(text) == [
        "Y.sum[i < 4, k < 6]: f32 = sum[l < 5](X[l, k] * Z[i, l])",
        "Y[i < 4, j < 5]: f32 = sum[k < 6](exp(X[j, k]) * Y.sum[i, k])",
    ]


def test_a_reduction_of_constants_over_nothing_free_has_rank_0() -> None:
    """What depends on no variable is computed once."""
    text = """
    kernel f[M = 4, K = 6](X: f32[K], Z: f32[M]) -> (Y: f32[M]) { Y[i] = Z[i] / sum[k](X[k]) }"""
    assert stages(text)[0] == "Y.sum: f32 = sum[k < 6](X[k])"


def test_a_branch_not_taken_is_not_read() -> None:
    """A reduction under a condition keeps it: the term is the identity where the condition fails."""
    text = """
    kernel f[M = 4, K = 6](X: f32[M, K]) -> (Y: f32[M]) {
        Y[i] = 1.5 + sum[k](X[i - 1, k]) if i > 0 else max[k](X[i, k])
    }"""
    assert stages(text) == [
        "Y.sum[i < 4]: f32 = sum[k < 6](X[i - 1, k] if i > 0 else 0.0)",
        "Y.max[i < 4]: f32 = max[k < 6](X[i, k] if not i > 0 else -inf)",
        "Y[i < 4]: f32 = 1.5 + Y.sum[i] if i > 0 else Y.max[i]",
    ]
    x = np.arange(24, dtype=np.float32).reshape(4, 6)
    wanted = [5, *(1.5 + x[:3].sum(1))]
    np.testing.assert_array_equal(evaluate(dag(text), {"X": x})["Y"].value, wanted)


def test_a_condition_about_other_variables_stays_outside() -> None:
    """What a condition cannot decide is not burdened with it."""
    text = """
    kernel f[M = 4, K = 6](X: f32[K]) -> (Y: f32[M]) { Y[i] = sum[k](X[k]) if i > 0 else 0 }"""
    assert stages(text)[0] == "Y.sum: f32 = sum[k < 6](X[k])"


@pytest.mark.parametrize(("reducer", "dtype", "value"), [
    ("sum", F32, 0.0), ("prod", F32, 1.0), ("min", F32, inf), ("max", F32, -inf), ("argmin", F32, inf),
    ("argmax", I8, -128), ("min", I8, 127), ("max", U8, 0), ("sum", I8, 0), ("any", BOOL, False),
    ("all", BOOL, True)])
def test_identity(reducer: str, dtype: DType, value: float) -> None:
    """The identity changes nothing, in the type of the term."""
    constant = identity(reducer, dtype)
    assert (constant.value, type(constant.value)) == (value, type(value))
    assert constant.dtype == dtype

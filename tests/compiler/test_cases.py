"""Inputs for verification, and cases on disk."""

from pathlib import Path

import numpy as np
import pytest
from references import REFERENCES
from support.kernels import dag, example, suite
from txc.compiler.cases import KINDS, load_cases, make_case, make_cases, make_inputs, save_cases
from txc.compiler.dag import Dag
from txc.compiler.numerics import interface_type
from txc.dsl.dtypes import DTYPES

PARAMETERS = ", ".join(f"X{t}: {t}[M, M], s{t}: {t}" for t in DTYPES)
ALL_TYPES = f"kernel f[M = 40]({PARAMETERS}) -> (Y: f32[M]) {{ Y[i] = 1 }}"


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_have_the_types_of_the_interface(kind: str) -> None:
    """Every type, scalars too; the same for the same seed, others for another one."""
    kernel = dag(ALL_TYPES)
    inputs, again, other = (make_inputs(kernel, kind, seed) for seed in (3, 3, 4))
    for t in kernel.inputs:
        assert inputs[t.name].shape == t.shape
        assert inputs[t.name].dtype == interface_type(t.dtype)
        np.testing.assert_array_equal(inputs[t.name], again[t.name])
        assert not t.shape or (inputs[t.name] != other[t.name]).any()


def test_exact_inputs_are_small_whole_numbers_with_extremes_at_the_ends() -> None:
    """From -4 to 4, and both 9 and -9 in the last row and column."""
    x = make_inputs(dag(ALL_TYPES), "exact", 0)["Xf32"]
    assert set(np.unique(x[:-1, :-1])) == set(range(-4, 5))
    assert set(x[-1]) == set(x[:, -1]) == {-9, 9}


@pytest.mark.parametrize("kind", KINDS)
def test_subscripts_reach_outside_at_both_ends(kind: str) -> None:
    """Indices lie around the dimension that they index."""
    ids = make_inputs(gather(), kind, 0)["ids"]
    assert ids.min() < 0
    assert ids.max() >= 40
    assert (np.abs(ids) < 50).all()


def gather() -> Dag:
    return dag("""
    kernel f[T = 500, V = 40](ids: i32[T], E: f32[V]) -> (Y: f32[T]) { Y[t] = (E[ids[t]] else 0) }""")


INEXACT = {"softmax", "layernorm", "tbs", "nrm", "attention", "kmeans", "jacobi"}      # functions, quotients


@pytest.mark.parametrize("name", sorted(set(REFERENCES) - INEXACT))
def test_exact_cases_are_exact(name: str) -> None:
    """Of small whole numbers, programs that add, multiply, compare and select make exact results."""
    for _, expected in make_case(example(name), "exact", 0).outputs:
        assert not expected.tolerance.any()


def test_exact_cases_are_exact_at_real_sizes() -> None:
    """Also for long sums."""
    for name in ("gmm", "c2d", "cap"):
        for _, expected in make_case(suite(name, "1"), "exact", 0).outputs:
            assert not expected.tolerance.any()


def test_outputs_that_stay_inexact_are_not_judged_by_whole_numbers() -> None:
    """Squares are 0 or 1 more than a multiple of 4: in a long sum of them every rounding is downwards."""
    graph = dag("""
    kernel f[N = 500](X: f32[N], a: f32) -> (Y: f32[N], norm: f32) {
        Y[i] = a * X[i]
        norm = sqrt(sum[i](Y[i] * Y[i]))
    }""")
    normal, exact, wide = make_cases(graph)
    assert [c.name.split()[0] for c in (normal, exact, wide)] == ["normal", "exact", "wide"]
    assert [t.name for t, b in exact.outputs if not b.tolerance.any()] == ["Y"]
    assert [t.name for t, b in exact.outputs if np.isinf(b.tolerance).all()] == ["norm"]
    assert all(np.isfinite(b.tolerance).all() and b.tolerance.all() for _, b in wide.outputs[1:])


def test_cases_survive_a_file(tmp_path: Path) -> None:
    """What is loaded is what was saved."""
    cases = make_cases(example("embedding"), seeds=(0, 7))
    save_cases(tmp_path / "cases.npz", cases)
    loaded = load_cases(tmp_path / "cases.npz")
    assert [c.name for c in loaded] == [c.name for c in cases] == [
        "normal inputs, seed 0", "exact inputs, seed 0", "normal inputs, seed 7", "exact inputs, seed 7"]
    for one, other in zip(cases, loaded, strict=True):
        for (t, a), (u, b) in zip(one.inputs, other.inputs, strict=True):
            assert t == u
            np.testing.assert_array_equal(a, b)
        for (t, a), (u, b) in zip(one.outputs, other.outputs, strict=True):
            assert t == u
            np.testing.assert_array_equal(a.value, b.value)
            np.testing.assert_array_equal(a.tolerance, b.tolerance)

"""Kernels in this process: called, packed, timed like those of a C compiler."""

import pickle

import numpy as np
import pytest
import txc
from support.kernels import dag, example
from support.llvm import function_of
from support.packages import MIXED, SCALE
from txc.compiler.cases import make_cases
from txc.compiler.codegen.interface import interface
from txc.compiler.codegen.llvm.module import module
from txc.compiler.dag import Dag
from txc.compiler.driver import nest_of
from txc.compiler.runtime.jit import Jitted, compiled
from txc.compiler.schedule.default import default_schedule
from txc.compiler.target.target import host
from txc.compiler.verify import verify_cases
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse_directives

SUITE = ["c1d", "c2d", "c3d", "cap", "convlayer", "dep", "dil", "gmm", "grp", "nrm", "t2d", "tbs"]
OTHERS = ["dense", "softmax", "layernorm", "dense_i8", "row_argmax", "embedding", "embedding_or_zero",
          "attention", "kmeans", "quantized", "jacobi", "conv2d"]


def jitted(kernel: Dag, schedule: str | None = None) -> Jitted:
    directives = parse_directives(schedule) if schedule else default_schedule(kernel, host())
    facade = interface(kernel)
    made = module(nest_of(kernel, directives, host()), facade, host())
    return Jitted(compiled(made, host()), facade)


@pytest.mark.parametrize("name", [*SUITE, *OTHERS])
def test_kernels_are_right(name: str) -> None:
    """Operators of the suite and examples, at small and awkward sizes."""
    kernel = example(name)
    function = jitted(kernel)
    for run in function.ways():
        verdict = verify_cases(make_cases(kernel), run)
        assert verdict.ok, verdict.message


def test_an_object_is_data() -> None:
    """What one process compiles, another loads."""
    facade_of = function_of(SCALE)
    kernel = example("dense")
    facade = interface(kernel)
    made = compiled(module(nest_of(kernel, default_schedule(kernel, host()), host()), facade, host()), host())
    again = Jitted(pickle.loads(pickle.dumps(made)), facade)
    assert verify_cases(make_cases(kernel), again.ways()[0]).ok
    np.testing.assert_array_equal(facade_of(np.arange(33.0)), 3 * np.arange(33.0))


PACKED = """
kernel f[M = 8, N = 24, K = 16](A: f32[M, K], const B: f32[K, N]) -> (C: f32[M, N]) {
    W[k, j] = B[k, j] * 2
    C[i, j] = sum[k](A[i, k] * W[k, j])
}
"""


def test_what_depends_on_constants_is_computed_before_the_time_starts() -> None:
    """A call runs both nests, a timing the first one once."""
    kernel = dag(PACKED)
    facade = interface(kernel)
    made = module(nest_of(kernel, parse_directives("compute W at root"), host()), facade, host())
    assert made.ahead is not None and [b.name for b in made.packed] == ["W"]
    function = Jitted(compiled(made, host()), facade)
    assert verify_cases(make_cases(kernel), function.ways()[0]).ok
    a, b, c = np.ones((8, 16), np.float32), np.ones((16, 24), np.float32), np.empty((8, 24), np.float32)
    assert (function.bench([a, b], [c], 5) > 0).all()
    assert (c == 32).all()


def test_scratch_memory_and_threads() -> None:
    function = function_of(MIXED)
    assert function.workspace_bytes() > 24 * 40 * 4
    assert function.set_threads(1)


def test_wrong_arguments_are_told_as_ever() -> None:
    with pytest.raises(TxcError, match="R612"):
        function_of(SCALE)(np.zeros(32))


def test_builds_and_runs_of_the_python_interface() -> None:
    """`build(backend="llvm")` gives the function."""
    kernel = txc.loads("kernel f[N = 8](A: f32[N], c: f32) -> (B: f32[N]) { B[i] = A[i] * c }")["f"]
    np.testing.assert_array_equal(kernel.build(backend="llvm")(np.ones(8, np.float32), 3.0), np.full(8, 3.0))

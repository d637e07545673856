"""What measured limits mean for a kernel."""

import pytest
import txc
from support.limits import LIMITS
from txc.compiler.limits.limits import Work, bound, limits_of, work_of

MATMUL = """\
kernel mm[N = 64](A: f32[N, N], B: f32[N, N]) -> (C: f32[N, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
}
"""


def test_fields_are_read_back():
    assert limits_of(LIMITS.fields()) == LIMITS
    with pytest.raises(KeyError):
        limits_of({})


def test_work_is_operations_and_bytes_in_and_out():
    dag = txc.loads(MATMUL)["mm"].dag
    assert work_of(dag) == Work(2 * 64**3, "f32", 2 * 64 * 64 * 4, 64 * 64 * 4)
    assert work_of(dag, 7).operations == 7


@pytest.mark.parametrize(("of", "kind"), [
    ("f64", "f64"), ("i8", "i8"), ("f32", "f32"), ("f16", "f32"), ("i16", "i16")])
def test_the_peak_is_that_of_the_inputs_type(of: str, kind: str):
    text = f"kernel k[N = 8](A: {of}[N]) -> (B: {of}[N]) {{ B[i] = A[i] + A[i] }}"
    assert work_of(txc.loads(text)["k"].dag).kind == kind


@pytest.mark.parametrize(("work", "threads", "seconds", "what"), [
    (Work(10**9, "f32", 4096, 0), 1, 0.01, "f32 peak"),
    (Work(10**9, "f32", 4096, 0), 2, 0.005, "f32 peak"),
    (Work(10**9, "f64", 4096, 0), 1, 0.02, "f64 peak"),
    (Work(10**9, "i16", 20000, 0), 1, 1e-7, "L1 bandwidth"),
    (Work(0, "f32", 20000, 0), 1, 1e-7, "L1 bandwidth"),
    (Work(0, "f32", 50000, 0), 1, 5e-7, "L2 bandwidth"),
    (Work(0, "f32", 50000, 0), 2, 1.25e-7, "L1 bandwidth"),
    (Work(0, "f32", 5 * 10**6, 0), 1, 1e-4, "L3 bandwidth"),
    (Work(0, "f32", 0, 10**8), 1, 5e-3, "DRAM bandwidth"),
    (Work(0, "f32", 10**8, 10**8), 1, 1.25e-2, "DRAM bandwidth"),
    (Work(10**9, "i8", 20000, 0), 1, 1e-7, "L1 bandwidth")])
def test_the_bound_is_the_slower_of_arithmetic_and_data(work: Work, threads: int, seconds: float, what: str):
    found = bound(LIMITS, work, threads)
    assert (pytest.approx(found.seconds), found.what) == (seconds, what)

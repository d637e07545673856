"""Whole files: nothing that parses makes the checker fail, and what passes elaborates."""

import pytest
import strategies
from hypothesis import given
from support.marked import diagnose, expect
from txc.dsl import ast, typed
from txc.dsl.check import check_file, elaborate, kernel_names
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse
from txc.dsl.source import Source

GOOD = """
## Dense layer.
kernel dense[M = 32, N = 16, K = 8](A: f32[M, K], const B: f32[K, N], bias: f32[N]) -> (D: f32[M, N]) {
    D[i, j] = max(C[i, j] + bias[j], 0)
    C[i, j] = sum[k](A[i, k] * B[k, j])
}
kernel softmax[B, N](X: f32[B, N]) -> (Y: f32[B, N]) {
    m[b]    = max[j](X[b, j])
    e[b, j] = exp(X[b, j] - m[b])
    z[b]    = sum[j](e[b, j])
    Y[b, j] = e[b, j] / z[b]
}
instance wide = dense[N = 64]
instance soft = softmax[B = 4, N = 10]
"""
FILE = parse(Source(GOOD))


def elaborates(file: ast.File, name: str) -> bool:
    """Whether a kernel of the file has a typed form; its errors have codes if it has not."""
    try:
        return elaborate(file, name).name == name
    except TxcError:
        return False


@given(strategies.files)
def test_no_tree_makes_the_checker_fail(file: ast.File) -> None:
    """Any tree gives diagnostics, and exactly those kernels elaborate that have no error."""
    source = Source(str(file))
    found = check_file(file, source)
    assert all(d.code[0] == "T" and d.message for d in found)
    for name in kernel_names(file):
        assert elaborates(file, name) or any(d.severity != "warning" for d in found)


@given(strategies.files)
def test_diagnostics_are_stable_and_unique(file: ast.File) -> None:
    """Checking twice says the same in the same order, and nothing twice."""
    source = Source(str(file))
    reread = parse(source)
    found = check_file(reread, source)
    assert found == check_file(reread, source)
    assert all(found.count(d) == 1 for d in found)
    assert [d.span for d in found] == sorted(d.span for d in found)


def test_a_kernel_elaborates_with_everything_explicit() -> None:
    """Stages come producers first, sizes are numbers, literals have types, the doc is carried."""
    kernel = elaborate(FILE, "dense", {"M": 5})
    assert [s.name for s in kernel.stages] == ["C", "D"]
    assert kernel.sizes == (("M", 5), ("N", 16), ("K", 8))
    assert [(t.name, t.shape, t.const) for t in kernel.inputs] == [
        ("A", (5, 8), False), ("B", (8, 16), True), ("bias", (16,), False)]
    assert kernel.stages[0].axes == (typed.Axis("i", 5), typed.Axis("j", 16))
    assert typed.Const(0.0, kernel.outputs[0].dtype) in list(typed.walk(kernel.stages[1].value))
    assert kernel.doc == "Dense layer."


def test_an_instance_has_its_own_name_and_sizes() -> None:
    """An instance is its kernel at its sizes; sizes given explicitly come before those."""
    kernel = elaborate(FILE, "wide")
    assert (kernel.name, kernel.declaration, dict(kernel.sizes)["N"]) == ("wide", "dense", 64)
    assert dict(elaborate(FILE, "wide", {"N": 3}).sizes)["N"] == 3
    assert kernel_names(FILE) == ("dense", "softmax", "wide", "soft")


def test_open_sizes_are_a_note_when_checked_and_an_error_when_built() -> None:
    """Without a value for a size the proof waits; building says which sizes to give and how."""
    expect("T313", "kernel k[«N»](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i + 1] }")
    with pytest.raises(TxcError) as error:
        elaborate(FILE, "softmax", {"B": 2})
    (found,) = error.value.diagnostics
    assert found.code == "T305"
    assert "-D N=64" in found.hint


def test_with_open_sizes_names_and_types_are_still_checked() -> None:
    """Only what needs numbers waits."""
    found = diagnose("kernel k[N](X: f32[N], n: i32[N]) -> (Y: f32[N]) { Y[i] = X[i] * n[i] + Z[i] }")
    assert [d.code for d in found] == ["T313", "T201", "T101"]


def test_a_name_that_cannot_be_built() -> None:
    """An unknown kernel is named with the one that was meant, a network is not available yet."""
    for name, words in (("dens", "did you mean 'dense'?"), ("zzz", "it has: dense")):
        with pytest.raises(TxcError) as error:
            elaborate(FILE, name)
        assert error.value.diagnostics[0].code == "T113"
        assert words in error.value.diagnostics[0].hint
    network = parse(Source("network n(x: f32[2]) -> (x: f32[2]) { }"))
    with pytest.raises(TxcError, match="not available yet"):
        elaborate(network, "n")


def test_sizes_that_no_kernel_has() -> None:
    """A size given on the command line that does not exist is an error with a suggestion."""
    source = Source("kernel k[Rows = 4](X: f32[Rows]) -> (Y: f32[Rows]) { Y[i] = X[i] }")
    (found,) = check_file(parse(source), source, {"rows": 4})
    assert (found.code, found.hint) == ("T115", "did you mean 'Rows'?")
    with pytest.raises(TxcError) as error:
        elaborate(parse(source), "k", {"rows": 4})
    assert error.value.diagnostics[0].code == "T115"

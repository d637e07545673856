"""Verification accepts honest kernels and rejects every wrong one."""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from references import REFERENCES
from support.kernels import dag, example
from support.mutants import mutants
from support.single import ORDERS, runner
from txc.compiler.bounded import Bounded
from txc.compiler.cases import Case, make_cases
from txc.compiler.verify import Run, Verdict, compare, verify, verify_cases
from txc.dsl.dtypes import BOOL, F32, I32, DType
from txc.dsl.typed import Tensor

# Changes that change no result: what softmax takes off a row cancels, whatever it is, as it does in attention
# as long as it is near; the edge of jacobi's grid never changes.
HARMLESS = {
    "attention": {"m: last u lost"},
    "jacobi": {"change: last y lost", "change: last x lost"},
    "softmax": {"m: subscript 0 of X shifted", "m: subscript 1 of X shifted", "m: last j lost",
                "e: - became +", "e: right of - dropped", "e: subscript 0 of m shifted"},
}


@cache
def cases(name: str) -> tuple[Case, ...]:
    return make_cases(example(name))


@pytest.mark.parametrize("order", ORDERS, ids=lambda o: o.__name__)
@pytest.mark.parametrize("name", REFERENCES)
def test_honest_kernels_pass(name: str, order: Callable[..., Any]) -> None:
    """Single precision in any order is right, and not even close to the limit."""
    verdict = verify_cases(cases(name), runner(example(name), order))
    assert verdict.ok, verdict.message
    assert verdict.worst < 0.5


@pytest.mark.parametrize("order", ORDERS, ids=lambda o: o.__name__)
def test_honest_long_sums_pass(order: Callable[..., Any]) -> None:
    """Also sums of positive terms, where errors do not cancel."""
    text = "kernel f[M = 3, K = 2000](X: f32[M, K]) -> (Y: f32[M]) { Y[i] = sum[k](X[i, k] * X[i, k]) }"
    verdict = verify(dag(text), runner(dag(text), order))
    assert verdict.ok, verdict.message


@pytest.mark.parametrize("name", REFERENCES)
def test_mutants_are_rejected(name: str) -> None:
    """Every single change of an operator, a term, a subscript, a range or a value outside is found."""
    changed = [(what, runner(mutant)) for what, mutant in mutants(example(name))]
    accepted = {what for what, run in changed if verify_cases(cases(name), run).ok}
    assert accepted == HARMLESS.get(name, set())
    assert len(changed) > len(accepted)


def spoiled(name: str, spoil: Callable[[Sequence[Any], Sequence[Any]], None]) -> Verdict:
    """The verdict on an honest kernel that does something more at the end."""

    def run(inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        runner(example(name))(inputs, outputs)
        spoil(inputs, outputs)

    return verify_cases(cases(name), run)


@pytest.mark.parametrize("name", ["dense", "softmax", "dense_i8", "row_argmax", "conv2d"])
def test_what_is_not_written_is_found(name: str) -> None:
    """An element, or the last row, left as it was before."""

    def skipping(at: Any) -> Run:
        def run(inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
            before = outputs[0][at].copy()
            runner(example(name))(inputs, outputs)
            outputs[0][at] = before

        return run

    for at in ((1,) * cases(name)[0].outputs[0][1].value.ndim, -1):
        verdict = verify_cases(cases(name), skipping(at))
        assert not verdict.ok
        assert "was not written" in verdict.message


def neighbour(array: Any, offset: int) -> Any:
    """The element `offset` elements after (or before) an array's first, as a pointer would reach it."""
    address = array.ctypes.data + offset * array.itemsize
    return np.frombuffer((ctypes.c_char * array.itemsize).from_address(address), array.dtype)


@pytest.mark.parametrize("offset", [-1, 0, 63])
@pytest.mark.parametrize("value", [0, -1, 0x7F7F7F7F])
def test_writes_outside_are_found(offset: int, value: int) -> None:
    """Before and after an output, whatever is written: the pattern of one case differs from it."""

    def spoil(_: Sequence[Any], outputs: Sequence[Any]) -> None:
        outside = offset if offset < 0 else outputs[0].size + offset
        neighbour(outputs[0], outside).view(np.int32)[...] = value

    verdict = spoiled("dense", spoil)
    assert not verdict.ok
    assert ("before" if offset < 0 else "after") + " D was written" in verdict.message


def test_writes_around_inputs_are_found() -> None:
    """The red zones of inputs are watched too."""
    verdict = spoiled("dense", lambda inputs, _: neighbour(inputs[1], inputs[1].size).fill(0))
    assert "memory after B was written" in verdict.message


def test_changed_inputs_are_found() -> None:
    """Inputs hold the same bytes afterwards: also a zero that became negative."""

    def spoil(inputs: Sequence[Any], _: Sequence[Any]) -> None:
        inputs[0][0, 0] = -inputs[0][0, 0]

    assert "the input A was changed" in spoiled("dense", spoil).message


def test_a_read_outside_shows() -> None:
    """What stands around an input is NaN for one of the cases."""

    def run(inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        outputs[0][...] = inputs[0] + 0 * neighbour(inputs[0], inputs[0].size)

    assert not verify(dag("kernel f[M = 4](X: f32[M]) -> (Y: f32[M]) { Y[i] = X[i] }"), run).ok


def verdict_on(expected: Any, tolerance: Any, got: Any, dtype: DType = F32) -> Verdict:
    values = Bounded(np.array(expected, float), np.array(tolerance, float))
    return compare(Tensor("Y", dtype, values.value.shape), values, np.array(got))


@pytest.mark.parametrize(("expected", "tolerance", "got", "ok"), [
    (1.0, 0.1, 1.05, True), (1.0, 0.1, 1.2, False), (1.0, 0.0, 1.0, True), (1.0, 0.0, 1.0 + 2.0**-23, False),
    (np.nan, 0.0, np.nan, True), (np.nan, 0.0, 1.0, False), (1.0, 0.1, np.nan, False),
    (np.inf, 0.0, np.inf, True), (np.inf, 0.0, -np.inf, False), (np.inf, 0.0, 1.0, False),
    (1.0, np.inf, np.nan, True), (3.4e38, 1e37, np.inf, True), (3.4e38, 1e37, -np.inf, False),
    (3.0e38, 1e37, np.inf, False), (0.0, 0.0, -0.0, True)])
def test_compare(expected: float, tolerance: float, got: float, ok: bool) -> None:
    """Within the tolerance, or equal; infinity for what may overflow."""
    assert verdict_on([expected], [tolerance], np.array([got], np.float32)).ok is ok


def test_a_verdict_names_the_worst_element() -> None:
    """And says what is there, what should be, and how many are wrong."""
    verdict = verdict_on([[1, 2], [3, 4]], [[0.1] * 2] * 2, np.array([[1, 2.2], [3, 5]], np.float32))
    assert verdict.where == "Y[1, 1]"
    assert verdict.worst == pytest.approx(10)
    assert verdict.message == "Y[1, 1] is 5.0, expected 4.0 within 0.1; 2 of 4 elements are wrong"


def test_truth_values_are_0_or_1() -> None:
    """Any other byte is wrong, even if C would take it for true."""
    got = np.array([1, 0, 2], np.uint8).view(bool)
    verdict = compare(Tensor("Y", BOOL, (3,)), Bounded(np.array([True, False, True]), np.zeros(3)), got)
    assert verdict.where == "Y[2]"
    assert not verdict.ok


def test_integers_are_exact() -> None:
    """Off by one is wrong; where the reference allows it, it is right."""
    assert not verdict_on([5], [0], np.array([6], np.int32), I32).ok
    assert verdict_on([5], [1], np.array([6], np.int32), I32).ok

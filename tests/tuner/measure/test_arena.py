"""An arena judges as verification does, and nothing that a candidate does there harms the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from support.kernels import dag
from txc.compiler.bounded import Bounded
from txc.compiler.cases import make_cases
from txc.compiler.interval import interval
from txc.compiler.numerics import Array
from txc.compiler.verify import PATTERNS, verify_case
from txc.tuner.measure.arena import Arena

CASE = make_cases(dag("kernel f[N = 100](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] * 3 + 1 }"))[0]


def right(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    outputs[0][...] = inputs[0] * np.float32(3) + np.float32(1)


def unfinished(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    right(inputs, outputs)
    outputs[0][-1:].view(np.uint8)[:] = PATTERNS[0]


def wrong(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    right(inputs, outputs)
    outputs[0][50] *= 1.001


def beyond(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    right(inputs, outputs)
    np.lib.stride_tricks.as_strided(outputs[0], (101,))[100] = 1


def writes_input(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    right(inputs, outputs)
    inputs[0][3] = 7


def idle(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
    pass


@pytest.mark.parametrize("run", [unfinished, wrong, beyond, writes_input, idle])
def test_wrong_candidates_get_the_same_verdict_and_the_next_is_right(run):  # pyright: ignore
    arena = Arena(CASE, PATTERNS[0])
    assert arena.verify(right).ok
    assert arena.verify(run) == verify_case(CASE, run, PATTERNS[0])
    assert not arena.verify(run).ok
    assert arena.verify(right).ok


def test_a_candidate_that_fails_leaves_no_trace():
    def fail(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        inputs[0][:] = 0
        raise ValueError("failed")

    arena = Arena(CASE, PATTERNS[0])
    with pytest.raises(ValueError, match="failed"):
        arena.verify(fail)
    assert arena.verify(right).ok


def test_damage_done_while_timing_is_not_blamed_on_the_next():
    arena = Arena(CASE, PATTERNS[0])
    arena.inputs[0][0] += 1
    assert arena.verify(right).ok


def test_what_only_the_full_comparison_takes_is_right():
    """A value that may overflow: infinity is right, though no interval holds it."""
    (tensor, _), = CASE.outputs
    huge = Bounded(np.full(100, 3.4e38), np.full(100, 1e37))
    arena = Arena(replace(CASE, outputs=((tensor, huge),)), PATTERNS[0])

    def overflow(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        outputs[0][...] = np.inf

    assert not interval(tensor, huge).holds(np.full(100, np.inf, np.float32))
    assert arena.verify(overflow).ok
    assert not arena.verify(right).ok

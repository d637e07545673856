"""Loops and stages are found by name, and a list of loops says more than each name alone."""

from __future__ import annotations

import pytest
from support.kernels import dag
from support.scheduled import error_of, state_of
from txc.compiler.schedule.errors import ScheduleError

TWO = dag("kernel f[N = 8](X: f32[N, N]) -> (D: f32[N, N]) { A[i, j] = X[i, j] * 2 D[i, j] = A[i, j] + 1 }")


@pytest.mark.parametrize("schedule", [
    "split D.i: [a, b] parallel a b j", "split D.i: [a, b] order D: j a b fuse j a as t",
    "parallel D.i j", "parallel i D.j",
])
def test_a_list_names_loops_of_one_stage(schedule: str) -> None:
    """A bare name that two stages have is that of the stage which the rest of the list names."""
    assert error_of(TWO, schedule) == ("", "")


def test_the_stage_that_a_list_is_of() -> None:
    """It is that stage whose loop is marked, and no other's."""
    stages = state_of(TWO, "split D.i: [a, b: 2] parallel a b j").stages
    assert [loop.mark for loop in stages["D"].loops] == ["parallel"]
    assert [loop.mark for loop in stages["A"].loops] == ["serial", "serial"]


@pytest.mark.parametrize(("schedule", "hint"), [
    ("split D: [a, b]", "write one of D.i, D.j"),
    ("unroll D.i: 4", "D.i is a loop of D"),
    ("compute X at D.i", "only what the kernel computes has loops; cache_read X as … copies it"),
    ("unroll Q: 4", "the stages are A, D"),
    ("vectorize D.q", "the loops are i j"),
])
def test_hints(schedule: str, hint: str) -> None:
    """Names of something else are told from names of nothing."""
    with pytest.raises(ScheduleError) as caught:
        state_of(TWO, schedule)
    assert caught.value.hint == hint


@pytest.mark.parametrize(("code", "schedule", "at"), [
    ("S409", "parallel i j", "i"),
    ("S404", "parallel D.i A.j", "A.j"),
    ("S404", "split D.i: [a, b] split A.i: [c, d] parallel a c", "c"),
    ("S403", "split D.j: [a, b] parallel D.i j", "j"),
])
def test_errors(code: str, schedule: str, at: str) -> None:
    """A list that leaves doubt is an error at the name in doubt."""
    assert error_of(TWO, schedule) == (code, at)

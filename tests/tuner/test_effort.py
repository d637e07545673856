"""What is taken where nothing is measured: what a model rates best, if there is one."""

from __future__ import annotations

import numpy as np
from support.dense import task
from txc.tuner.effort import EFFORTS, NONE, unmeasured
from txc.tuner.guidance import unguided
from txc.tuner.search.searcher import Scores
from txc.tuner.space import Matrix


class Prefers:
    """Likes rows with a small first column."""

    trust = 0.5

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        pass

    def score(self, matrix: Matrix) -> Scores:
        return -matrix[:, 0].astype(np.float64)


def test_only_no_effort_costs_no_time():
    assert [name for name, seconds in EFFORTS.items() if seconds == 0] == [NONE]


def test_without_a_model_nothing_is_chosen():
    assert unmeasured(task(), unguided) is None


def test_the_choice_is_the_model_s():
    schedule = unmeasured(task(), lambda problem: Prefers())
    assert schedule is not None
    assert "split D.i: [i0, i1: 1]" in schedule
    assert ".." not in schedule

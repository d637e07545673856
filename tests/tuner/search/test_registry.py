"""Searchers have names."""

from __future__ import annotations

import numpy as np
import pytest
from support.searching import Oracle, template
from support.tuning import FakeColumn, FakeSpace
from txc.tuner.search.registry import GUIDED, SEARCHERS
from txc.tuner.space import Matrix


@pytest.mark.parametrize("name", SEARCHERS)
def test_every_searcher_proposes_valid_rows(name: str):
    space = FakeSpace((FakeColumn("i", 1, 9),), limit=4)
    assert sorted(SEARCHERS[name](space, 0).ask(9).ravel().tolist()) == [1, 2, 3, 4]


@pytest.mark.parametrize("name", SEARCHERS)
def test_those_said_to_be_guided_ask_their_guide(name: str):
    class Watched(Oracle):
        asked = 0

        def score(self, matrix: Matrix) -> np.ndarray:
            self.asked += len(matrix)
            return super().score(matrix)
    guide = Watched()
    SEARCHERS[name](template(), 0, guide).ask(4)
    assert (guide.asked > 0) == (name in GUIDED)

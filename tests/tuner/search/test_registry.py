"""Searchers have names."""

from __future__ import annotations

import pytest
from support.tuning import FakeColumn, FakeSpace
from txc.tuner.search.registry import SEARCHERS


@pytest.mark.parametrize("name", SEARCHERS)
def test_every_searcher_proposes_valid_rows(name: str):
    space = FakeSpace((FakeColumn("i", 1, 9),), limit=4)
    assert sorted(SEARCHERS[name](space, 0).ask(9).ravel().tolist()) == [1, 2, 3, 4]

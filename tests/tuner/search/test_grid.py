"""Grid search takes the space in order."""

from __future__ import annotations

from support.tuning import FakeColumn, FakeSpace, listed
from txc.tuner.search.grid import GridSearch


def test_rows_come_in_mixed_radix_order():
    searcher = GridSearch(FakeSpace((FakeColumn("i", 1, 2), listed("step", 0, 64))))
    assert searcher.ask(9).tolist() == [[1, 0], [1, 64], [2, 0], [2, 64]]

"""Random search: a seed is an order."""

from __future__ import annotations

import numpy as np
from support.tuning import FakeColumn, FakeSpace
from txc.tuner.search.random import RandomSearch

SPACE = FakeSpace((FakeColumn("i", 1, 4096), FakeColumn("j", 1, 4096)))


def test_equal_seeds_give_equal_orders_and_others_differ():
    one, same, other = (RandomSearch(SPACE, seed).ask(100).tolist() for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_space_with_nothing_valid_is_exhausted_at_once():
    assert len(RandomSearch(FakeSpace(SPACE.columns, limit=0)).ask(1)) == 0


def test_rare_valid_rows_are_found_by_enumeration_in_the_end():
    class Rare(FakeSpace):
        def valid(self, matrix):  # pyright: ignore
            return (matrix[:, 0] == 1021) & (matrix[:, 1] % 509 == 508)
    rows = RandomSearch(Rare((FakeColumn("i", 1, 1024), FakeColumn("j", 1, 1024)))).ask(5)
    assert sorted(rows[:, 1].tolist()) == [508, 1017]
    assert np.all(rows[:, 0] == 1021)

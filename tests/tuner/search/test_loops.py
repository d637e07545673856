"""Parts of split loops change within their loops."""

from __future__ import annotations

import numpy as np
from support.tuning import FakeColumn, listed
from txc.tuner.groups import Group
from txc.tuner.ranges import Ranges
from txc.tuner.search.loops import Loops
from txc.tuner.space import Matrix

COLUMNS = (FakeColumn("i1", 1, 96), FakeColumn("i2", 1, 16), FakeColumn("j1", 1, 64), listed("j2", 4, 8, 16))
LOOPS = Loops([Group((0, 1), 96), Group((2, 3), 64, derived=False), Group((2,), 64, over=(3,))],
              Ranges(COLUMNS))
RNG = np.random.default_rng(0)


def _rows(*row: int) -> Matrix:
    return np.tile(np.array(row, np.int64), (500, 1))


def _which(group: int) -> np.ndarray:
    return np.full(500, group)


def test_a_move_keeps_a_product_that_divides_or_gives_to_the_derived_part():
    moved = LOOPS.move(_rows(6, 4, 8, 8), _which(0), RNG)
    assert (96 % (moved[:, 0] * moved[:, 1]) == 0).all()
    assert {(24, 1), (12, 2), (3, 8), (6, 2), (6, 16)} <= set(map(tuple, moved[:, :2].tolist()))


def test_without_a_derived_part_a_move_keeps_the_product():
    moved = LOOPS.move(_rows(6, 4, 8, 8), _which(1), RNG)
    assert set(map(tuple, moved[:, 2:].tolist())) == {(8, 8), (4, 16), (16, 4)}


def test_a_part_that_does_not_divide_is_never_more_than_what_is_left():
    moved = LOOPS.move(_rows(7, 5, 8, 8), _which(0), RNG)
    assert (moved[:, 0] <= -(-96 // moved[:, 1])).all()
    assert (moved[:, 0] >= 1).all()


def test_other_columns_stay_as_they_are():
    for change in (LOOPS.move, LOOPS.nudge):
        changed = change(_rows(6, 4, 8, 8), _which(0), RNG)
        assert (changed[:, 2:] == 8).all()


def test_a_nudge_is_one_more_or_less_twice_or_half_one_or_whole():
    nudged = LOOPS.nudge(_rows(6, 4, 8, 8), _which(0), RNG)
    outer = nudged[nudged[:, 1] == 4, 0]
    assert set(outer.tolist()) == {5, 7, 3, 12, 1, 24}
    inner = nudged[nudged[:, 0] == 6, 1]
    assert set(inner.tolist()) == {3, 5, 2, 8, 1, 16}


def test_a_nudge_of_listed_values_takes_one_beside():
    nudged = LOOPS.nudge(_rows(6, 4, 1, 8), _which(1), RNG)
    assert set(nudged[nudged[:, 2] == 1, 3].tolist()) == {4, 8, 16}


def test_the_iterations_of_a_loop_may_depend_on_other_columns():
    nudged = LOOPS.nudge(_rows(6, 4, 2, 16), _which(2), RNG)
    assert nudged[:, 2].max() == 4

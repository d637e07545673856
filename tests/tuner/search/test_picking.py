"""Batches of good candidates that are not all alike."""

from __future__ import annotations

import numpy as np
import pytest
from support.searching import position, sketches, template
from support.tuning import FakeColumn, FakeSpace
from txc.tuner.population import keys
from txc.tuner.sampler import Sampler
from txc.tuner.search.picking import Best, exploration, key_columns, pick, pick_spread, random_share
from txc.tuner.search.strata import Strata


def test_the_best_rows_are_kept_each_once():
    best = Best(1, 3, Strata(FakeSpace((FakeColumn("i", 1, 9),))))
    best.add(np.array([[1], [2], [3]]), np.array([0.1, 0.3, 0.2]))
    best.add(np.array([[2], [4], [5]]), np.array([0.3, 0.25, 0.0]))
    assert best.rows.ravel().tolist() == [2, 4, 3]


def test_so_many_of_each_sketch_are_kept():
    """The second sketch has its places though all rows of the first are rated higher."""
    space = sketches()
    rows = Sampler(space).valid(100, np.random.default_rng(0))
    best = Best(rows.shape[1], 5, Strata(space))
    best.add(rows, -rows[:, 0].astype(np.float64))
    assert best.rows[:, 0].tolist() == [0] * 5 + [1] * 5


def test_half_of_a_batch_is_the_best_and_of_the_rest_each_sketch_has_its_share():
    space = sketches()
    rows = Sampler(space).valid(200, np.random.default_rng(0))
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    strata = Strata(space)
    strata.tell(rows[[0, -1]], np.array([100.0, 1.0]))
    picked = pick_spread(rows, 20, [], 20, strata, np.random.default_rng(0))
    assert picked[:, 0].tolist() == [0] * 10 + [1] * 10
    assert len(set(keys(picked).tolist())) == 20


def test_a_sketch_that_has_no_rows_leaves_its_places_to_others():
    space = sketches()
    rows = Sampler(space).valid(200, np.random.default_rng(0))
    rows = rows[rows[:, 0] == 0]
    picked = pick_spread(rows, 20, [], 20, Strata(space), np.random.default_rng(0))
    assert (picked[:10] == rows[:10]).all()
    assert len(picked) == 20


def test_at_most_so_many_agree_in_key_columns_and_the_next_best_take_their_place():
    rows = np.array([[8, 1], [8, 2], [8, 3], [4, 1], [8, 4], [4, 2]])
    assert pick(rows, 4, [0], cap=2).tolist() == [[8, 1], [8, 2], [4, 1], [4, 2]]
    assert pick(rows, 4, [0], cap=9).tolist() == rows[:4].tolist()


def test_without_key_columns_the_first_are_taken():
    assert pick(np.array([[1], [2], [3]]), 2, [], cap=1).ravel().tolist() == [1, 2]


def test_key_columns_are_innermost_parts_places_and_the_sketch():
    space = template()
    assert {space.columns[c].name for c in key_columns(space)} == {"D.i.i2", "width", "C.k.k1", "C.k0.k3",
                                                                   "Bp.j.p1", "C.at"}
    assert position(sketches(), "sketch") in key_columns(sketches())


def test_the_random_share_is_kept_on_average_in_small_batches_too():
    rng = np.random.default_rng(0)
    shares = [random_share(4, 0.2, rng) for _ in range(2000)]
    assert set(shares) == {0, 1}
    assert abs(np.mean(shares) - 0.8) < 0.05


def test_less_is_random_the_more_is_trusted():
    assert [exploration(trust, 0.2, 0.1) for trust in (0.0, 0.5, 1.0)] == pytest.approx([0.2, 0.15, 0.1])
    assert exploration(1.0, 0.0, 0.1) == 0

"""Batches of good candidates that are not all alike."""

from __future__ import annotations

import numpy as np
from support.searching import position, sketches, template
from txc.tuner.search.picking import Best, key_columns, pick, random_share


def test_the_best_rows_are_kept_each_once():
    best = Best(1, 3)
    best.add(np.array([[1], [2], [3]]), np.array([0.1, 0.3, 0.2]))
    best.add(np.array([[2], [4], [5]]), np.array([0.3, 0.25, 0.0]))
    assert best.rows.ravel().tolist() == [2, 4, 3]


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

"""Populations are matrices of values."""

from __future__ import annotations

import itertools

import numpy as np
from support.kernels import dag
from support.scheduled import TARGET
from support.tuning import FakeColumn, FakeSpace, listed
from txc.dsl.parser import parse_directives
from txc.tuner.population import decode, grid, keys, points, sample, unique, without
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace

SPACE = FakeSpace((FakeColumn("i", 1, 3), listed("step", 0, 16, 64), FakeColumn("j", -1, 0)))
WIDE = FakeSpace((FakeColumn("i", 1, 1024), FakeColumn("j", 5, 5)))


def test_points_count_every_row():
    assert points(SPACE) == 18
    assert points(FakeSpace(())) == 1


def test_the_grid_is_the_product_of_the_columns_last_column_fastest():
    rows = np.concatenate(list(grid(SPACE, chunk=5)))
    assert rows.tolist() == [list(r) for r in itertools.product((1, 2, 3), (0, 16, 64), (-1, 0))]


def test_points_and_the_grid_of_sketches_are_those_of_each():
    """Columns that a sketch does not have multiply nothing."""
    graph = dag("kernel f[N = 8](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] * 2 }")
    texts = "split Y.i: [i0, i1: {1, 2, 4}]", "split Y.i: [a, b: {2, 8}]  unroll Y: {0, 4}"
    space = SketchSpace(graph, [Sketch(parse_directives(text)) for text in texts], TARGET)
    rows = np.concatenate(list(grid(space)))
    assert points(space) == len(rows) == 3 + 2 * 2
    assert len(unique(rows)) == len(rows)
    assert rows[:, 0].tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_the_grid_leaves_out_invalid_rows():
    space = FakeSpace((FakeColumn("i", 1, 4), FakeColumn("j", 1, 4)), limit=4)
    rows = np.concatenate(list(grid(space)))
    assert len(rows) == 8
    assert (rows.prod(axis=1) <= 4).all()


def test_a_space_without_holes_has_one_row():
    assert [rows.shape for rows in grid(FakeSpace(()))] == [(1, 0)]


def test_rows_far_into_a_huge_grid_can_be_decoded():
    huge = FakeSpace(tuple(FakeColumn(str(i), 0, 9) for i in range(25)))
    assert decode(huge, 10**17 + 7, 1).tolist() == [[0] * 7 + [1] + [0] * 16 + [7]]


def test_samples_stay_in_their_columns_and_reach_all_of_them():
    rows = sample(SPACE, 2000, np.random.default_rng(0))
    assert [set(column.tolist()) for column in rows.T] == [{1, 2, 3}, {0, 16, 64}, {-1, 0}]


def test_equal_seeds_give_equal_samples():
    one, other = (sample(WIDE, 50, np.random.default_rng(3)) for _ in range(2))
    assert (one == other).all()


def test_wide_ranges_are_sampled_log_uniformly():
    rows = sample(WIDE, 40_000, np.random.default_rng(1))[:, 0]
    assert rows.min() == 1
    assert rows.max() == 1024
    octaves = np.bincount(np.floor(np.log2(rows)).astype(int))[:10] / len(rows)
    assert np.allclose(octaves, 1 / np.log2(1025), atol=0.01)


def test_keys_are_equal_exactly_where_rows_are():
    rows = np.array([[1, 2], [2, 1], [1, 2], [1, -2]])
    same = keys(rows)[:, None] == keys(rows)[None, :]
    assert (same == (rows[:, None, :] == rows[None, :, :]).all(axis=2)).all()


def test_unique_keeps_first_appearances_in_order():
    rows = np.array([[3, 0], [1, 9], [3, 0], [0, 0], [1, 9]])
    assert unique(rows).tolist() == [[3, 0], [1, 9], [0, 0]]


def test_rows_of_no_columns_are_all_the_same_row():
    assert unique(np.empty((4, 0), np.int64)).shape == (1, 0)


def test_without_takes_rows_away():
    rows = np.array([[1, 2], [3, 4], [5, 6]])
    assert without(rows, keys(np.array([[3, 4], [7, 8]]))).tolist() == [[1, 2], [5, 6]]
    assert without(rows, keys(np.empty((0, 2), np.int64))).tolist() == rows.tolist()

"""Neighbours of rows."""

from __future__ import annotations

import numpy as np
from support.searching import named, position, sketches, template
from support.tuning import FakeColumn, FakeSpace, listed
from txc.tuner.sampler import Sampler
from txc.tuner.search.mutation import Mutation
from txc.tuner.space import Matrix, Space

SPACE = template()


def _parents(space: Space, count: int = 1000) -> Matrix:
    some = Sampler(space).valid(count, np.random.default_rng(0))
    return some[np.random.default_rng(1).integers(0, len(some), count)]


def _changed(space: Space, kinds: tuple[str, ...], parents: Matrix, made: Matrix) -> float:
    """How many rows differ in one of some columns."""
    columns = [position(space, name) for name in kinds]
    return float((made[:, columns] != parents[:, columns]).any(axis=1).mean())


def test_values_stay_in_their_columns():
    for space in (SPACE, sketches()):
        made = Mutation(space).neighbours(_parents(space), np.random.default_rng(2))
        for column, values in zip(space.columns, made.T, strict=True):
            assert values.min() >= column.low
            assert values.max() <= column.high
            assert column.values is None or set(values.tolist()) <= set(column.values)


def test_children_are_valid_and_most_differ_from_their_parents():
    for space in (SPACE, sketches()):
        parents = _parents(space)
        children = Mutation(space).children(parents, np.random.default_rng(2))
        assert space.valid(children).all()
        assert (children != parents).any(axis=1).mean() > 0.7


def test_a_parent_without_a_valid_neighbour_stays_as_it_is():
    space = FakeSpace((FakeColumn("i", 1, 4), FakeColumn("j", 1, 4)), limit=1)
    parents = np.ones((5, 2), np.int64)
    assert (Mutation(space).children(parents, np.random.default_rng(0)) == 1).all()


def test_tiles_change_nine_times_in_ten_other_kinds_by_their_weights():
    parents = np.tile(np.array([SPACE.default_row()]), (8000, 1))
    made = Mutation(SPACE).neighbours(parents, np.random.default_rng(3))
    assert abs(_changed(SPACE, ("C.unroll",), parents, made) - 0.04) < 0.01
    assert abs(_changed(SPACE, ("C.at", "pack"), parents, made) - 0.05) < 0.01
    assert abs(_changed(SPACE, ("i0.parallel",), parents, made) - 0.01) < 0.005


def test_weights_are_shared_by_the_kinds_that_there_are():
    space = template("split D.i: [i0, i1: 1..96]\nunroll D: {0, 16, 64}")
    parents = np.tile(np.array([[8, 16]]), (4000, 1))
    made = Mutation(space).neighbours(parents, np.random.default_rng(0))
    assert abs(_changed(space, ("D.unroll",), parents, made) - 0.04 / 0.94) < 0.01


def test_columns_that_only_the_new_structure_has_are_drawn():
    parents = _parents(SPACE, 6000)
    parents = parents[parents[:, position(SPACE, "pack")] == 0]
    made = Mutation(SPACE).neighbours(parents, np.random.default_rng(0))
    at = named(SPACE, made[SPACE.valid(made)])
    assert len(set(at["Bp.j.p1"][at["pack"] == 1].tolist())) > 5
    assert set(at["Bp.j.p1"][at["pack"] == 0].tolist()) == {1}


def test_another_sketch_keeps_the_columns_that_both_have():
    space = sketches()
    parents = _parents(space, 6000)
    made = Mutation(space).neighbours(parents, np.random.default_rng(0))
    switched = made[:, 0] != parents[:, 0]
    assert switched.any()
    for name in ("D.i.i2", "C.k.k1"):
        column = position(space, name)
        assert (made[switched, column] == parents[switched, column]).all()


def test_knobs_of_a_space_that_is_no_template_change_too():
    space = FakeSpace((FakeColumn("i", 1, 1024), listed("step", 0, 16, 64)))
    made = Mutation(space).neighbours(np.tile(np.array([[100, 16]]), (500, 1)), np.random.default_rng(0))
    assert {99, 101} < set(made[:, 0].tolist())
    assert set(made[:, 1].tolist()) == {0, 16, 64}


def test_a_space_without_holes_has_no_neighbours():
    rows = np.empty((3, 0), np.int64)
    assert Mutation(FakeSpace(())).children(rows, np.random.default_rng(0)).shape == (3, 0)

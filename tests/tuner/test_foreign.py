"""Columns that a row's structure does not have."""

from __future__ import annotations

import numpy as np
from support.searching import position, sketches, template
from support.tuning import FakeColumn, FakeSpace
from txc.tuner.foreign import Foreign
from txc.tuner.population import sample


def test_columns_of_a_block_that_does_not_apply_are_foreign():
    space = template()
    rows = np.array([space.default_row()] * 2)
    rows[:, position(space, "pack")] = 0, 1
    mask = Foreign(space).columns(rows)
    assert mask[0].nonzero()[0].tolist() == [position(space, "Bp.j.p1")]
    assert not mask[1].any()


def test_columns_of_other_sketches_are_foreign_and_canonical_rows_agree_with_the_space():
    space = sketches()
    rows = sample(space, 200, np.random.default_rng(0))
    foreign = Foreign(space)
    assert {space.columns[c].name for c in (~foreign.columns(rows[rows[:, 0] == 1])[0]).nonzero()[0]} == {
        "sketch", "D.i.i2", "D.unroll", "C.k.k1"}
    made = foreign.canonical(rows)
    assert (space.canonical(made) == made).all()


def test_a_space_that_is_no_template_has_no_foreign_columns():
    space = FakeSpace((FakeColumn("i", 1, 4),))
    assert not Foreign(space).columns(np.array([[1], [3]])).any()

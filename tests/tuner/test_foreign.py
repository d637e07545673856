"""Columns that a row's structure does not have."""

from __future__ import annotations

import numpy as np
from support.kernels import dag
from support.scheduled import TARGET
from support.searching import KERNEL, position, sketches, template
from support.tuning import FakeColumn, FakeSpace
from txc.dsl.parser import parse_directives
from txc.tuner.foreign import Foreign
from txc.tuner.population import sample
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace


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


def test_what_a_structure_has_not_is_at_the_lowest_of_its_own_sketch():
    """Another sketch's column of that name goes lower: such a row would not be valid."""
    texts = ("knob two in {false, true}\nwhen two { split D.i: [i0, i1: 4..8] }", "split D.i: [i0, i1: 1..8]")
    space = SketchSpace(dag(KERNEL), [Sketch(parse_directives(text)) for text in texts], TARGET)
    rows = Foreign(space).canonical(np.array([[0, 0, 7], [0, 1, 7], [1, 1, 7]]))
    assert rows.tolist() == [[0, 0, 4], [0, 1, 7], [1, 0, 7]]
    assert space.valid(rows).all()


def test_a_space_that_is_no_template_has_no_foreign_columns():
    space = FakeSpace((FakeColumn("i", 1, 4),))
    assert not Foreign(space).columns(np.array([[1], [3]])).any()

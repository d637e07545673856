"""Open parts of one split, and what they share."""

from __future__ import annotations

import numpy as np
from support.derived import DENSE
from support.kernels import dag
from txc.compiler.target.target import parse
from txc.tuner.groups import Group, ceil_divide, given
from txc.tuner.roles import roles
from txc.tuner.rules.derive import derive
from txc.tuner.sketch import Parts
from txc.tuner.sketches import SketchSpace

AT = {"D.i.i1": 0, "C.i.i1": 1, "width": 2}


def test_what_is_left_of_a_loop_is_rounded_up():
    group = Group((0, 1), 100)
    assert group.left(np.array([[1, 3], [1, 7]]), 0).tolist() == [34, 15]
    assert ceil_divide(np.array([7]), np.array([2])).tolist() == [4]


def test_a_loop_of_columns_has_as_many_iterations_as_they_make():
    group = Group((3,), 100, of=(0, 1), over=(2,))
    assert group.extents(np.array([[4, 6, 5, 1], [4, 6, 1, 1]])).tolist() == [5, 24]


def test_parts_say_which_tile_a_group_is_given():
    one, other = Group((1,), 512), Group((0,), 512)
    made = given((one, other), [Parts(1, ("D.i.i1",), ("C.i.i1",)), Parts(512, (), ("D.i.i1",))], AT)
    assert made == (Group((1,), 512, of=(0,)), other)


def test_a_group_that_is_a_part_of_its_own_tile_stays_as_it_is():
    group = Group((2,), 512)
    assert given((group,), [Parts(1, ("D.i.i1", "width"), ("width",))], AT) == (group,)


def test_tiles_of_derived_sketches_are_parts_of_what_their_consumer_gives():
    graph = dag(DENSE)
    space = SketchSpace(graph, derive(graph, parse("cpu:x86-64-v3"), threads=4), parse("cpu:x86-64-v3"))
    number = next(n for n, s in enumerate(space.sketches) if s.derivation[1].rule == "tiling, sums in blocks")
    names = [column.name for column in space.columns]
    group = next(g for g in roles(space)[number].groups if g.columns == (names.index("C.i.i1"),))
    assert group.of == (names.index("D.i.i1"),)

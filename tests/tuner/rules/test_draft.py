"""Drafts are values; contexts count lanes."""

from __future__ import annotations

import pytest
from support.derived import DENSE, context, item
from txc.tuner.rules.draft import Draft


def test_what_follows_takes_the_place_of_the_first_item():
    about = context(DENSE)
    before = Draft((item(about, "D"), item(about, "C")), ("unroll D.i",))
    after = before.then("unroll C.k", items=(item(about, "C", "D"),), without=frozenset(("C",)))
    assert after.todo == (item(about, "C", "D"),)
    assert after.lines == ("unroll D.i", "unroll C.k")
    assert before.lines == ("unroll D.i",)


@pytest.mark.parametrize(("extent", "widths"), [
    (512, (8, 16, 24, 32)), (20, (8, 16)), (8, (8,)), (5, (5,)),
])
def test_lane_tiles_are_whole_vectors_unless_the_loop_is_shorter(extent: int, widths: tuple[int, ...]):
    about = context(DENSE)
    assert about.widths(about.graph.stage("C"), extent) == widths


def test_lanes_are_of_the_type_that_is_computed_in():
    about = context("kernel f(X: f64[8]) -> (Y: f64[8]) { Y[i] = X[i] + 1 }")
    stage = about.graph.stage("Y")
    assert (about.lanes_of(stage), about.widths(stage, 8)) == (4, (4, 8))

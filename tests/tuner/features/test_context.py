"""AutoTVM's features: fixed length, what loops and knobs say, curves that do not depend on names."""

from __future__ import annotations

import numpy as np
from support.scheduled import TARGET
from support.templates import KERNELS
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives
from txc.tuner.features.context import Contexts, curves, itervars, knobs
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace


def template(text: str) -> Template:
    return Template(KERNELS["matmul"], parse_directives(text), TARGET)


def test_knobs_are_sizes_and_one_of_each_choice() -> None:
    """A place is one column a choice, a size its logarithm."""
    made = template("split D.i: [i0, i1] compute C at {D.i0, D.i1}")
    found = knobs(made, np.array([[0, 3], [1, 7]]))
    np.testing.assert_allclose(found, [[1, 0, 2], [0, 1, 3]])


def test_structures_have_one_length() -> None:
    """A structure with fewer loops is filled up with zeros; other candidates change nothing."""
    made = template("split D.i: [i0, i1] compute C at {D.i0, D.j}")
    rows = np.array([[0, 2], [1, 2], [0, 4]])
    both = itervars(made, rows)
    assert both.shape[0] == 3 and np.isfinite(both).all()
    np.testing.assert_array_equal(both[1:2], itervars(made, rows[1:2]))
    assert (both[0] != both[1]).any()


def test_the_first_loop_says_what_it_is() -> None:
    """Length, depth, iterations outside and inside, kind, and the work inside, of D.i0 around C."""
    made = template("split D.i: [i0, i1: 11] order D: i0 i1 j compute C at D.j parallel D.i0 unroll C: 4")
    found = np.exp2(itervars(made, np.empty((1, 0), np.int64))[0].astype(float)) - 1
    inside = 11 * 13 * 6
    np.testing.assert_allclose(found[:11], [1, 0, 1, inside, 0, 0, 0, 1, inside, inside, 0], atol=1e-2)


def test_curves_of_a_whole_product() -> None:
    """Of C alone at root: D reads each element once, whatever is outside, so that reuse stays at 1."""
    made = template("")
    found = curves(made, np.empty((1, 0), np.int64))
    assert found.shape == (1, 5 * 4 * 2 * 20)  # C, A, B; D, C
    last = np.exp2(found[0, -160:].reshape(4, 20, 2)[0, :, 0]) - 1
    np.testing.assert_allclose(last[4:], 1, rtol=1e-5)


def test_candidates_of_several_sketches_have_one_length_and_say_whose_they_are() -> None:
    """A row each: that of the template, zeros up to the widest, and the sketch."""
    texts = ("split D.i: [i0, i1] compute C at {D.i0, D.j}", "split D.j: [j0, j1]")
    space = SketchSpace(KERNELS["matmul"], [Sketch(parse_directives(text)) for text in texts], TARGET)
    own = [np.array([[0, 2], [1, 4]]), np.array([[3]])]
    matrix = np.concatenate([space.join(number, rows) for number, rows in enumerate(own)])[[2, 0, 1]]
    found = Contexts(space)(matrix)
    assert found.owner.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(found.values[:, -2:], [[0, 1], [1, 0], [1, 0]])
    for rows, expected in (([1, 2], itervars(space.templates[0], own[0])),
                           ([0], itervars(space.templates[1], own[1]))):
        wide = expected.shape[1]
        np.testing.assert_array_equal(found.values[rows, :wide], expected)
        assert not found.values[rows, wide:-2].any()

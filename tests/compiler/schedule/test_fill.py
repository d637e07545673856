"""Filling: a number for every hole, knobs and `when` blocks resolved away, everything else as written."""

import pytest
from txc.compiler.schedule.fill import fill
from txc.dsl.parser import parse_directives


@pytest.mark.parametrize(("template", "values", "filled"), [
    ("split D.j: [a, b, c: 4]", {"D.j.b": 2}, "split D.j: [a, b: 2, c: 4]"),
    ("split D.j: [a: 2, b, c: 1..4]", {"D.j.c": 3}, "split D.j: [a: 2, b, c: 3]"),
    ("split D.j: [a, b: N // 2]", {}, "split D.j: [a, b: 8]"),
    ("knob w in {2, 8} split D.j: [a, b: w]", {"w": 8}, "split D.j: [a, b: 8]"),
    ("knob w in {2, 8} when w == 2 { vectorize D.j } when w > 2 { unroll D: w }", {"w": 8}, "unroll D: 8"),
    ("knob on in {false, true} when not on { vectorize D.j }", {"on": 1}, ""),
    ("compute C at {D.i, D.j, root}", {"C.at": 1}, "compute C at D.j"),
    ("compute C at {D.i, root}", {"C.at": 1}, "compute C at root"),
    ("parallel D.i D.j: 0..2", {"D.i.parallel": 1}, "parallel D.i"),
    ("parallel D.i D.j: {0, 2}", {"D.i.parallel": 0}, ""),
    ("unroll C: {0, 16}, {false, true}", {"C.unroll": 16, "C.explicit": 0}, "unroll C: 16, false"),
    ("unroll C.i order C: i j inline T", {}, "unroll C.i order C: i j inline T"),
])
def test_filled(template: str, values: dict[str, int], filled: str):
    """The derived part stays without a size; what is chosen away is gone."""
    assert fill(parse_directives(template), {"N": 16}, values) == parse_directives(filled)

"""A sketch is text that parses back; a step names its rule and its stage."""

from __future__ import annotations

from txc.dsl.parser import parse_directives
from txc.tuner.sketch import Sketch, Step

TEXT = "split D.i: [i0, i1: 1..4]\nwhen fast {\n    unroll D.i1\n}"


def test_a_sketch_prints_as_the_lines_of_a_schedule():
    sketch = Sketch(parse_directives(TEXT))
    assert str(sketch) == TEXT
    assert parse_directives(str(sketch)) == sketch.directives


def test_a_step_prints_as_an_application():
    assert str(Step("skip", "D")) == "skip(D)"

"""What docs/schedules.md says of holes and codes holds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import txc
from support.pages import blocks
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.template import Template
from txc.compiler.target.target import parse as parse_target
from txc.dsl.parser import parse_directives

PAGE = Path(__file__).resolve().parents[2] / "docs" / "schedules.md"
MATMUL = next(b.text for b in blocks(PAGE) if b.file == "matmul.tx")


def template(directives: str) -> Template:
    target = parse_target("cpu:x86-64-v3")
    return Template(txc.loads(MATMUL)["matmul"].dag, parse_directives(directives), target)


# The rows of the table of holes: directives, the column, its values.
HOLES = [
    ("split D.i: [i0, i1]", "D.i.i1", range(1, 65)),
    ("split D.i: [i0, i1: 1..12]", "D.i.i1", range(1, 13)),
    ("split D.i: [i0, i1: {4, 8, 16}]", "D.i.i1", (4, 8, 16)),
    ("unroll D: {0, 16}", "D.unroll", (0, 16)),
    ("knob step in {0, 16, 64} unroll D: step", "step", (0, 16, 64)),
    ("parallel D.i D.j: 0..2", "D.i.parallel", range(3)),
    ("split D.i: [i0, i1: 8] compute C at {D.i0, D.i1, root}", "C.at", range(3)),
]


@pytest.mark.parametrize(("directives", "name", "values"), HOLES, ids=[name for _, name, _ in HOLES])
def test_each_hole_is_a_column(directives: str, name: str, values: range | tuple[int, ...]) -> None:
    """The table of holes gives each column's name and values, and no directive makes another column."""
    (column,) = template(directives).columns
    assert column.name == name
    assert list(column.values or range(column.low, column.high + 1)) == list(values)
    assert f"`{name}`" in PAGE.read_text()


def test_a_part_larger_than_what_is_left_is_invalid() -> None:
    """64 rows in tiles of 8 leave room for 8 of them: 9 would say the same as 8."""
    made = template("split D.i: [i0, i1, i2: 8]")
    matrix = np.array([[8], [9]])
    assert made.valid(matrix).tolist() == [True, False]


@pytest.mark.parametrize("directives", [
    "knob u in {1, 2} split D.i: [i0, i1: 2 * u]", "knob u in {1, 2} unroll D: u + 1"])
def test_arithmetic_with_knobs_is_for_decisions(directives: str) -> None:
    """A knob stands alone where a size is wanted."""
    with pytest.raises(ScheduleError, match="S410"):
        template(directives)


def test_an_untuned_template_takes_the_middle() -> None:
    """The middle of listed values, 4 or the nearest legal size of others."""
    made = template("split D.i: [i0, i1: {4, 8, 16}] split D.j: [j0, j1: 8..12, j2: 1..3]")
    assert made.default_row() == (8, 8, 3)


def test_codes_on_the_page_are_those_of_schedules() -> None:
    """A code that the page names is raised somewhere."""
    named = set(re.findall(r"\bS4\d\d\b", PAGE.read_text()))
    sources = list((PAGE.parents[1] / "compiler").rglob("*.py"))
    assert named <= {code for path in sources for code in re.findall(r'"(S4\d\d)"', path.read_text())}

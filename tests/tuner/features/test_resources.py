"""What candidates need of registers, code, caches and cores, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
from support.kernels import EXAMPLES, load
from txc.compiler.schedule.template import Template
from txc.compiler.target.target import parse as target
from txc.dsl import ast
from txc.dsl.parser import parse, parse_directives
from txc.dsl.source import Source
from txc.tuner.features.population import features
from txc.tuner.features.resources import resources

PATH = EXAMPLES / "dense.tx"


def dense() -> Template:
    """The template of the example, for vectors of 16."""
    declared = parse(Source(PATH.read_text())).declarations
    schedule = next(d for d in declared if isinstance(d, ast.Schedule))
    return Template(load(PATH, "dense"), schedule.directives, target("cpu:x86-64-v4"))


def test_the_register_tile_of_a_matrix_product() -> None:
    """Rows times vectors accumulate, with a row of vectors and one broadcast; panels of k times the task."""
    made = dense()
    assert [column.name for column in made.columns] == ["width", "D.i.i1", "D.j.j1"]
    found = resources(made, np.array([[32, 6, 2], [64, 8, 1]]))
    assert found.registers.tolist() == [6 * 2 + 2 + 1, 8 * 4 + 4 + 1]
    assert found.panel.tolist() == [512 * 64 * 4, 512 * 64 * 4]
    assert found.tasks.tolist() == [8, 8]
    assert found.copies.tolist() == [6 * 2 * 2 + 2, 8 * 4 * 2 + 4]


def test_a_template_is_described_once_for_all_who_ask() -> None:
    """What it needs and how it looks are the same, whoever asks first."""
    rows = np.array([[32, 6, 2], [64, 8, 1]])
    one, other = dense(), dense()
    before = resources(one, rows).panel, features(one, rows, cores=2).values
    after = features(other, rows, cores=2).values, resources(other, rows).panel
    assert (before[0] == after[1]).all()
    assert (before[1] == after[0]).all()


def test_what_is_not_unrolled_takes_no_registers() -> None:
    """Beyond the unroll step the rows stay a loop: only one row accumulates at a time."""
    made = dense()
    text = "split D.i: [i0, i1: 8] split D.j: [j0, j1: 16] order D: i0 j0 i1 j1 compute C at D.j0 " \
           "order C: k i j vectorize C.j unroll C: {0, 8}"
    few = resources(Template(made.dag, parse_directives(text), made.target), np.array([[0], [8]]))
    assert few.registers.tolist() == [1 + 1 + 1, 8 + 1 + 1]


def test_kernels_without_a_reduction_or_a_buffer() -> None:
    """Nothing is made inside loops: no panel, one task."""
    made = Template(dense().dag, parse_directives("split D.i: [i0, i1]"), dense().target)
    found = resources(made, np.array([[4]]))
    assert (found.panel.tolist(), found.tasks.tolist()) == ([0], [1])

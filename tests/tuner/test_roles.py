"""The meaning of columns is read from directives."""

from __future__ import annotations

import numpy as np
import pytest
from support.kernels import dag, suite
from support.scheduled import TARGET
from support.searching import position, sketches, template
from support.tuning import FakeColumn, FakeSpace
from txc.compiler.schedule.template import Template
from txc.compiler.target.target import parse
from txc.dsl.parser import parse_directives
from txc.tuner.groups import Group
from txc.tuner.roles import Kind, roles
from txc.tuner.rules.derive import derive
from txc.tuner.sampler import Sampler
from txc.tuner.sketches import SketchSpace

SPACE = template()
(ROLES,) = roles(SPACE)


def _role(name: str) -> tuple[Kind, tuple[str, ...]]:
    at = position(SPACE, name)
    return ROLES.kinds[at], ROLES.stages[at]


def _group(first: str) -> Group:
    return next(group for group in ROLES.groups if group.columns[0] == position(SPACE, first))


def test_every_column_has_a_kind_and_its_stages():
    assert _role("D.i.i1") == (Kind.TILE, ("D",))
    assert _role("C.unroll") == (Kind.UNROLL, ("C",))
    assert _role("C.at") == (Kind.PLACE, ("C",))
    assert _role("i0.parallel") == (Kind.PARALLEL, ("D",))
    assert _role("pack") == (Kind.SWITCH, ("Bp",))
    assert _role("Bp.j.p1") == (Kind.TILE, ("Bp",))


def test_a_knob_that_is_the_size_of_a_part_belongs_to_that_split():
    assert _role("width") == (Kind.TILE, ("D",))
    assert _group("D.j.j1").columns == (position(SPACE, "D.j.j1"), position(SPACE, "width"))


def test_parts_are_grouped_outermost_first_with_the_extent_of_their_loop():
    group = _group("D.i.i1")
    assert group.columns == (position(SPACE, "D.i.i1"), position(SPACE, "D.i.i2"))
    assert (group.extent, group.derived) == (96, True)


def test_a_split_of_a_derived_part_has_what_the_inner_parts_leave():
    rows = np.array([SPACE.default_row()] * 2)
    rows[:, position(SPACE, "C.k.k1")] = 4, 7
    assert _group("C.k0.k3").extents(rows).tolist() == [15, 9]


def test_a_split_of_an_open_part_has_as_many_iterations_as_that():
    space = template("split D.i: [i0, i1]\nsplit D.i1: [i2, i3]")
    group = roles(space)[0].groups[1]
    assert group.extents(np.array([[12, 3], [5, 1]])).tolist() == [12, 5]


def test_fixed_parts_leave_less_to_the_open_ones():
    space = template("split D.i: [i0, i1, i2: 8]")
    assert roles(space)[0].groups[0].extent == 12


def test_a_bare_loop_name_belongs_to_the_stage_that_has_it():
    space = template("split k: [k0, k1]\nunroll k1\nunroll C: {0, 16}")
    (own,) = roles(space)
    assert [own.stages[column] for column in own.columns] == [("C",), ("C",)]


def test_a_fused_loop_has_the_iterations_of_both():
    space = template("fuse D.i D.j as t\nsplit D.t: [t0, t1]")
    assert roles(space)[0].groups[0].extent == 96 * 128


def test_a_copy_has_the_loops_of_what_it_copies():
    space = template("""cache_write D as Dl
        split Dl.j: [a, b: 1..8]
        cache_read A as Ap
        split Ap.d1: [c, d: 1..8]""")
    assert [group.extent for group in roles(space)[0].groups] == [128, 60]


def test_roles_of_sketches_are_positions_in_the_columns_of_all():
    space = sketches()
    flat = roles(space)[1]
    assert {space.columns[c].name for c in flat.columns} == {"D.i.i2", "D.unroll", "C.k.k1"}
    assert [space.columns[g.columns[0]].name for g in flat.groups] == ["D.i.i2", "C.k.k1"]


def test_columns_of_a_space_that_is_no_template_are_knobs():
    (own,) = roles(FakeSpace((FakeColumn("i", 1, 4), FakeColumn("j", 1, 4))))
    assert set(own.kinds.values()) == {Kind.KNOB}
    assert own.groups == ()


def test_a_part_of_a_loop_of_unknown_length_is_a_knob():
    graph = dag("""kernel f[N = 64](X: f32[N]) -> (Y: f32[N]) {
        Y[i < N] = (X[i - 1] else 0) + X[i]
    }""")
    space = Template(graph, parse_directives("compute X.pad at root\nsplit X.pad.i: [a, b: 1..4]"), TARGET)
    (own,) = roles(space)
    assert (own.kinds[0], own.stages[0], own.groups) == (Kind.KNOB, ("X.pad",), ())


@pytest.mark.parametrize("name", ["t2d", "c2d", "gmm"])
def test_loops_of_a_sketch_may_be_called_like_columns_of_another(name: str):
    """What one sketch derives, another may leave open: each sketch is read by its own columns."""
    graph = suite(name, "0")
    space = SketchSpace(graph, derive(graph, parse("cpu")), parse("cpu"))
    for own, made in zip(roles(space), space.templates, strict=True):
        assert len(own.columns) == len(made.columns)
    assert len(Sampler(space).valid(8, np.random.default_rng(0))) == 8

"""Rows whose parts fit their loops."""

from __future__ import annotations

import numpy as np
from support.derived import DENSE
from support.kernels import dag
from support.scheduled import TARGET
from support.searching import FLAT, KERNEL, TILED, named, position, sketches, template
from support.tuning import FakeColumn, FakeSpace
from txc.compiler.target.target import parse
from txc.dsl.parser import parse_directives
from txc.tuner.groups import ceil_divide
from txc.tuner.population import keys, sample
from txc.tuner.roles import roles
from txc.tuner.rules.derive import derive
from txc.tuner.sampler import Sampler, divisors
from txc.tuner.sketch import Limit, Sketch
from txc.tuner.sketches import SketchSpace

SPACE = template()
HOST = parse("cpu:x86-64-v3")


def test_drawn_parts_never_take_more_than_their_loop_has_where_its_extent_is_known():
    rows = Sampler(SPACE).draw(2000, np.random.default_rng(0))
    for group in roles(SPACE)[0].groups[:4]:
        for k, column in enumerate(group.columns):
            inner = rows[:, list(group.columns[k + 1:])].prod(axis=1)
            most = ceil_divide(group.extents(rows), inner)
            assert (rows[:, column] <= np.maximum(most, SPACE.columns[column].low)).all()


def test_most_drawn_rows_are_valid_and_far_more_than_of_independent_columns():
    drawn, blind = (make(1000) for make in (
        lambda n: Sampler(SPACE).draw(n, np.random.default_rng(0)),
        lambda n: sample(SPACE, n, np.random.default_rng(0))))
    assert SPACE.valid(drawn).mean() > 0.5 > 4 * SPACE.valid(blind).mean()


def test_parts_are_one_whole_divisors_and_anything_else():
    rows = Sampler(SPACE).draw(4000, np.random.default_rng(0))
    inner = named(SPACE, rows)["C.k.k1"]
    assert {1, 60} <= set(inner.tolist())
    dividing = (60 % inner == 0).mean()
    assert 0.6 < dividing < 0.95
    assert len(set(inner.tolist())) > 50


def test_valid_rows_are_valid_different_and_as_many_as_asked_for():
    rows = Sampler(SPACE).valid(700, np.random.default_rng(0))
    assert len(rows) == len(set(keys(rows).tolist())) == 700
    assert SPACE.valid(rows).all()


def test_rows_of_all_sketches_are_drawn():
    space = sketches()
    rows = Sampler(space).valid(200, np.random.default_rng(0))
    assert space.valid(rows).all()
    assert set(rows[:, 0].tolist()) == {0, 1}


def test_sketches_have_as_many_rows_though_valid_ones_are_rare_in_some():
    space = limited(Limit(("D.i.i1", "D.i.i2"), 60, 64, "few are so"))
    rows = Sampler(space).valid(200, np.random.default_rng(0))
    counts = np.bincount(rows[:, 0])
    assert len(rows) == 200
    assert counts.min() >= 60


def test_where_no_drawn_row_is_valid_the_default_and_its_neighbours_are():
    """A sketch of one valid step in ten thousand is not left out."""
    space = limited(Limit(("D.unroll",), 7777, 7777, "one is so"), "unroll D: 0..100000\nsplit D.i: [i0, i1]")
    space.default_of = lambda number: (1, *lows(space, {"D.unroll": 7777})) if number else None  # pyright: ignore
    rows = Sampler(space).valid(40, np.random.default_rng(0))
    assert space.valid(rows).all()
    assert (rows[:, 0] == 1).sum() > 1


def limited(limit: Limit, text: str = TILED) -> SketchSpace:
    """Two sketches, the second with a limit."""
    both = [Sketch(parse_directives(FLAT)), Sketch(parse_directives(text), (limit,))]
    return SketchSpace(dag(KERNEL), both, TARGET)


def lows(space: SketchSpace, values: dict[str, int]) -> list[int]:
    """The lowest values of all columns but that of the sketch, or others."""
    return [values.get(column.name, column.low) for column in space.columns[1:]]


def test_tiles_of_a_stage_fit_the_tiles_that_it_is_given():
    graph = dag(DENSE)
    space = SketchSpace(graph, derive(graph, HOST, threads=4), HOST)
    at = {column.name: k for k, column in enumerate(space.columns)}
    number = next(n for n, s in enumerate(space.sketches) if s.derivation[1].rule == "tiling, sums in blocks")
    rows = Sampler(space).draw(4000, np.random.default_rng(0))
    rows = rows[rows[:, 0] == number]
    assert (rows[:, at["C.i.i1"]] <= rows[:, at["D.i.i1"]]).all()


def test_where_nothing_is_valid_patience_ends():
    space = FakeSpace((FakeColumn("i", 1, 1000),), limit=0)
    assert len(Sampler(space).valid(10, np.random.default_rng(0))) == 0


def test_a_space_of_few_rows_gives_all_of_them():
    space = FakeSpace((FakeColumn("i", 1, 7),))
    rows = Sampler(space).valid(100, np.random.default_rng(0))
    assert sorted(rows.ravel().tolist()) == [1, 2, 3, 4, 5, 6, 7]


def test_filling_keeps_structural_choices():
    rows = Sampler(SPACE).valid(50, np.random.default_rng(0))
    filled = Sampler(SPACE).fill(rows, np.random.default_rng(1))
    for name in ("pack", "C.at", "i0.parallel"):
        column = position(SPACE, name)
        assert (filled[:, column] == rows[:, column]).all()
    assert (filled != rows).any()


def test_equal_seeds_give_equal_rows():
    one, other = (Sampler(SPACE).valid(50, np.random.default_rng(3)) for _ in range(2))
    assert (one == other).all()


def test_divisors_ascend():
    assert divisors(60) == (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
    assert divisors(1) == (1,)

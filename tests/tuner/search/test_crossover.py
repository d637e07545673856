"""Children of two parents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from support.searching import named, position, sketches, template
from txc.tuner.roles import roles
from txc.tuner.sampler import Sampler
from txc.tuner.search.crossover import Crossover
from txc.tuner.search.searcher import Scores
from txc.tuner.space import Matrix, Space

SPACE = template()


def _pairs(space: Space, count: int) -> tuple[Matrix, Matrix]:
    rows = Sampler(space).valid(2 * count, np.random.default_rng(0))
    return rows[:count], rows[count:]


def _from(child: Matrix, parent: Matrix, columns: list[int]) -> np.ndarray:
    return (child[:, columns] == parent[:, columns]).all(axis=1)


def test_children_are_valid_and_take_each_stage_whole_from_one_parent():
    mothers, fathers = _pairs(SPACE, 500)
    children = Crossover(SPACE).children(mothers, fathers, np.random.default_rng(1))
    assert SPACE.valid(children).all()
    same = mothers[:, position(SPACE, "pack")] == fathers[:, position(SPACE, "pack")]
    (own,) = roles(SPACE)
    for stage in ("C", "D", "Bp"):
        columns = [c for c in own.columns if own.stages[c][0] == stage]
        whole = _from(children, mothers, columns) | _from(children, fathers, columns)
        assert whole[same].all()
    assert ((children != mothers).any(axis=1) & (children != fathers).any(axis=1)).mean() > 0.2


def test_a_model_that_scores_stages_says_whose_it_is():
    def scores(matrix: Matrix) -> Mapping[str, Scores]:
        return {"C": -named(SPACE, matrix)["C.k.k1"].astype(np.float64)}
    mothers, fathers = _pairs(SPACE, 500)
    children = Crossover(SPACE, scores).children(mothers, fathers, np.random.default_rng(1))
    at = position(SPACE, "C.k.k1")
    mixed = (children != mothers).any(axis=1)
    assert (children[mixed, at] <= np.minimum(mothers[mixed, at], fathers[mixed, at])).all()


def test_of_a_father_of_another_sketch_come_columns_that_both_have():
    space = sketches()
    mothers, fathers = _pairs(space, 500)
    children = Crossover(space).children(mothers, fathers, np.random.default_rng(1))
    assert space.valid(children).all()
    assert (children[:, 0] == mothers[:, 0]).all()
    mixed = mothers[:, 0] != fathers[:, 0]
    changed = {space.columns[c].name for c in (children != mothers)[mixed].any(axis=0).nonzero()[0]}
    assert changed
    assert changed <= {"D.i.i2", "C.k.k1"}

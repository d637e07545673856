"""A model learns what a search measures."""

from __future__ import annotations

import numpy as np
import pytest
from support.searching import seconds, sketches, template
from txc.tuner.features.rows import Features
from txc.tuner.models.model import Samples
from txc.tuner.sampler import Sampler
from txc.tuner.search.ranker import BATCH, Ranker, View
from txc.tuner.space import Matrix

SPACE = template()
ROWS = Sampler(SPACE).valid(40, np.random.default_rng(0))


class Nearest:
    """Scores a candidate by the time of the nearest one that it learnt."""

    def __init__(self) -> None:
        self.fits: list[Samples] = []

    @property
    def trust(self) -> float:
        return float(bool(self.fits))

    def fit(self, samples: Samples) -> None:
        self.fits.append(samples)

    def score(self, features: Features, candidates: int, task: int | None = None) -> np.ndarray:
        known = self.fits[-1]
        apart = np.abs(features.values[:, None] - known.features.values[None]).sum(axis=2)
        return -known.seconds[apart.argmin(axis=1)]


class Counted:
    """One row of features a candidate, and how many were computed."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(self, matrix: Matrix) -> Features:
        self.rows += len(matrix)
        return Features(matrix.astype(np.float32), np.arange(len(matrix)))


def _ranker() -> tuple[Ranker, Nearest, Counted]:
    model, features = Nearest(), Counted()
    return Ranker(SPACE, model, task=7, view=View(features)), model, features


def test_it_scores_by_what_it_was_told():
    ranker, _, _ = _ranker()
    assert ranker.trust == 0
    ranker.tell(ROWS, seconds(ROWS))
    assert ranker.trust > 0
    assert np.allclose(ranker.score(ROWS), -seconds(ROWS))


@pytest.mark.parametrize(("sign", "least", "most"), [(1, 0.51, 1), (-1, 0, 0.49)])
def test_trust_rises_with_predictions_that_came_true_else_it_falls(sign: int, least: float, most: float):
    """The scores count that rows had before the model learnt of them."""
    ranker, _, _ = _ranker()
    ranker.tell(ROWS, seconds(ROWS))
    assert ranker.trust == 0.5
    more = Sampler(SPACE).valid(200, np.random.default_rng(1))
    ranker.tell(more, np.exp(sign * -ranker.score(more)))
    assert least <= ranker.trust <= most


def test_stages_are_scored_apart_and_add_up():
    """Where a row of features is worth its first number, a stage's score is that of its statement."""
    class First(Nearest):
        def score(self, features: Features, candidates: int, task: int | None = None) -> np.ndarray:
            return 3 + np.bincount(features.owner, features.values[:, 0], candidates)
    ranker = Ranker(sketches(), First())
    rows = Sampler(sketches()).valid(50, np.random.default_rng(0))
    apart = ranker.stage_scores(rows)
    assert set(apart) == {"C", "D", "Bp"}
    assert np.allclose(sum(apart.values()) - 3 * 2, ranker.score(rows), atol=1e-4)


def test_features_of_several_stages_have_no_stage_scores():
    assert _ranker()[0].stage_scores(ROWS) == {}


def test_it_learns_again_only_when_enough_is_new():
    ranker, model, _ = _ranker()
    ranker.tell(ROWS[: BATCH - 1], seconds(ROWS[: BATCH - 1]))
    assert ranker.trust == 0
    ranker.tell(ROWS[BATCH - 1 : BATCH], seconds(ROWS[BATCH - 1 : BATCH]))
    for _ in range(3):
        ranker.score(ROWS)
    assert len(model.fits) == 1


def test_a_row_told_again_has_its_new_time_and_no_new_features():
    ranker, model, features = _ranker()
    ranker.tell(ROWS, seconds(ROWS))
    ranker.tell(ROWS[::-1], 2 * seconds(ROWS[::-1]))
    assert ranker.trust > 0
    assert features.rows == len(ROWS)
    assert np.allclose(model.fits[-1].seconds, 2 * seconds(ROWS))


def test_failures_are_told_to_the_model_with_the_task():
    ranker, model, _ = _ranker()
    ranker.tell(ROWS, np.where(np.arange(40) < 3, np.inf, 1.0))
    assert ranker.trust > 0
    assert np.isinf(model.fits[-1].seconds).sum() == 3
    assert set(model.fits[-1].tasks.tolist()) == {7}


def test_rows_told_twice_at_once_are_one_candidate():
    ranker, _, _ = _ranker()
    ranker.tell(np.repeat(ROWS, 2, axis=0), np.repeat(seconds(ROWS), 2))
    samples = ranker.samples
    assert samples is not None
    assert len(samples) == len(ROWS)


def test_features_are_those_of_the_space_by_default():
    for space in (SPACE, sketches()):
        ranker = Ranker(space, Nearest())
        rows = Sampler(space).valid(5, np.random.default_rng(0))
        ranker.tell(rows, np.ones(5))
        samples = ranker.samples
        assert samples is not None
        assert set(samples.features.owner.tolist()) == {0, 1, 2, 3, 4}

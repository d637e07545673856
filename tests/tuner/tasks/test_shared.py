"""Tasks of a job learn from each other."""

from __future__ import annotations

import numpy as np
import pytest
from support.worlds import LAYOUT, world
from txc.tuner.features.rows import Features
from txc.tuner.models.model import Samples
from txc.tuner.models.trees import AnsorModel
from txc.tuner.tasks.shared import SharedModel


class Noting:
    """Remembers what it was fitted to."""

    def __init__(self) -> None:
        self.seen: Samples | None = None

    @property
    def trust(self) -> float:
        return 0.0 if self.seen is None else 1.0

    def fit(self, samples: Samples) -> None:
        self.seen = samples

    def score(self, features: Features, candidates: int, task: int | None = None):  # pyright: ignore
        return features.values[:, 0].astype(float)


def samples(task: int, *seconds: float) -> Samples:
    count = len(seconds)
    features = Features(np.full((count, 2), task, np.float32), np.arange(count))
    return Samples.of(features, np.array(seconds), task)


def test_the_model_is_fitted_to_the_latest_samples_of_every_task():
    model = Noting()
    shared = SharedModel(model)
    one, other = shared.view(0), shared.view(1)
    one.fit(samples(0, 0.1))
    other.fit(samples(1, 0.3, 0.4))
    one.fit(samples(0, 0.1, 0.2))
    assert model.seen is not None
    assert sorted(zip(model.seen.tasks.tolist(), model.seen.seconds.tolist(), strict=True)) == [
        (0, 0.1), (0, 0.2), (1, 0.3), (1, 0.4)]


def test_a_task_without_samples_trusts_the_others_half():
    shared = SharedModel(Noting())
    assert shared.view(1).trust == 0.0
    shared.view(0).fit(samples(0, 0.1))
    assert (shared.view(0).trust, shared.view(1).trust) == (1.0, 0.5)


def test_all_views_score_alike():
    shared = SharedModel(Noting())
    features = samples(3, 0.1, 0.2).features
    one, other = (shared.view(task).score(features, 2).tolist() for task in (0, 1))
    assert one == other == [3.0, 3.0]


def test_what_is_measured_of_one_task_does_not_make_another_forget_the_prior():
    """Each task has its own share of the shipped model, by its own measurements."""
    pytest.importorskip("lightgbm")
    old = AnsorModel(LAYOUT)
    old.fit(world(100, 1))
    shared = SharedModel(AnsorModel(LAYOUT, prior=old.fitted))
    shared.view(0).fit(world(300, 2))
    new = world(20, 3, task=1)
    one, other = (shared.view(task).score(new.features, 20) for task in (0, 1))
    assert np.allclose(other - one, old.score(new.features, 20))

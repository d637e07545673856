"""Models that are forests: they rank what they have not seen, learn from failures, start from a prior."""

from __future__ import annotations

import numpy as np
import pytest
from support.worlds import FEATURES, LAYOUT, agreement, world
from txc.tuner.features.rows import Features
from txc.tuner.models.model import Samples
from txc.tuner.models.trees import AnsorModel, ForestModel, RankModel, fade

MODELS = [AnsorModel, RankModel]
TEST = world(1000, 99)


def scores(model: ForestModel, samples: Samples = TEST):
    return model.score(samples.features, len(samples))


def fitted(model: ForestModel, samples: Samples) -> ForestModel:
    model.fit(samples)
    return model


@pytest.mark.parametrize(("model", "least"), [
    (AnsorModel(LAYOUT), 0.7), (AnsorModel(LAYOUT, label="ratio"), 0.7), (RankModel(LAYOUT), 0.65)])
def test_candidates_never_seen_are_ranked(model: ForestModel, least: float):
    """400 measurements are enough to tell fast from slow; candidates differ in their numbers of rows."""
    assert agreement(scores(fitted(model, world(400, 1))), TEST) > least


@pytest.mark.parametrize("kind", MODELS)
def test_failures_teach(kind: type[ForestModel]):
    """Candidates that would fail score lower on average, and less so if the failures are left out."""
    seen = world(400, 1)
    bad = ~np.isfinite(TEST.seconds)
    gaps = [s[~bad].mean() - s[bad].mean() for s in (
        scores(fitted(kind(LAYOUT), some)) for some in (seen, seen.select(np.isfinite(seen.seconds))))]
    assert gaps[0] > max(0, 1.5 * gaps[1])


@pytest.mark.parametrize("kind", MODELS)
def test_times_of_different_tasks_do_not_compare(kind: type[ForestModel]):
    """A task that is a thousand times slower teaches the same as if it were not."""
    one, other = world(200, 1), world(200, 2, task=1)
    slow = Samples(other.features, other.seconds * 1000, other.tasks, other.weights)
    plain, scaled = (scores(fitted(kind(LAYOUT), Samples.merged([one, s]))) for s in (other, slow))
    assert np.allclose(plain, scaled)


@pytest.mark.parametrize("kind", MODELS)
def test_a_task_that_only_failed_says_nothing(kind: type[ForestModel]):
    """There is nothing to compare its candidates with; alone it leaves the model as it was."""
    one, other = world(100, 1), world(100, 2, task=1)
    failed = Samples(other.features, np.full(100, np.inf), other.tasks, other.weights)
    model = fitted(kind(LAYOUT), failed)
    assert model.trust == 0
    assert not scores(model).any()
    assert np.array_equal(scores(fitted(model, Samples.merged([one, failed]))),
                          scores(fitted(kind(LAYOUT), one)))


@pytest.mark.parametrize("kind", MODELS)
def test_equal_seeds_give_equal_models(kind: type[ForestModel]):
    one, same = (scores(fitted(kind(LAYOUT), world(100, 1))) for _ in range(2))
    assert np.array_equal(one, same)


def test_heavier_samples_count_more():
    """Where two measurements contradict each other the heavier is believed."""
    one, other = world(200, 1, failures=False), world(200, 1, failures=False, task=1)
    reversed_ = Samples(other.features, 1 / other.seconds, other.tasks, other.weights)
    model = fitted(AnsorModel(LAYOUT), Samples.merged([one, reversed_.weighted(0.1)]))
    assert agreement(scores(model), TEST) > 0.4
    assert agreement(scores(fitted(model, Samples.merged([one.weighted(0.1), reversed_]))), TEST) < -0.4


@pytest.mark.parametrize("kind", MODELS)
def test_a_prior_helps_while_little_is_measured(kind: type[ForestModel]):
    """A related task's model ranks at once, and a fit on few measurements that starts from it is better."""
    old = Samples.merged([world(400, 1, size=-1), world(400, 2, size=1, task=1)])
    prior = fitted(kind(LAYOUT), old).fitted
    model = kind(LAYOUT, prior=prior)
    assert model.trust == 0.5
    assert agreement(scores(model), TEST) > 0.7
    few = world(16, 3)
    warm, cold = (agreement(scores(fitted(m, few)), TEST) for m in (model, kind(LAYOUT)))
    assert model.trust == 1
    assert warm > cold + 0.1


@pytest.mark.parametrize("kind", MODELS)
def test_a_prior_fades(kind: type[ForestModel]):
    """After some hundred measurements it is as if there had never been one, however wrong it was."""
    old = world(400, 1, failures=False)
    wrong = Samples(old.features, 1 / old.seconds, old.tasks, old.weights)
    prior = fitted(kind(LAYOUT), wrong).fitted
    many = world(300, 3)
    assert np.array_equal(scores(fitted(kind(LAYOUT, prior=prior), many)), scores(fitted(kind(LAYOUT), many)))


def test_a_prior_fades_for_each_task_by_itself():
    """Of a task that was measured often nothing of it is left, of one measured little most."""
    prior = fitted(AnsorModel(LAYOUT), world(200, 1)).fitted
    assert prior is not None
    model = AnsorModel(LAYOUT, prior=prior)
    model.fit(Samples.merged([world(300, 2), world(32, 3, task=1)]))
    often, little, never = (model.score(TEST.features, len(TEST), task) for task in (0, 1, 2))
    said = prior.score(TEST.features, len(TEST))
    assert np.allclose(little - often, fade(32) * said)
    assert np.allclose(never - often, said)
    assert np.array_equal(scores(model), little)


def test_one_row_a_candidate_is_the_common_case():
    """Fixed-length features of a candidate are rows that own themselves; any order of rows will do."""
    values = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    owner = np.random.default_rng(1).permutation(200)
    seconds = np.empty(200)
    seconds[owner] = np.exp(values[:, 1])
    samples = Samples.of(Features(values, owner), seconds)
    assert agreement(scores(fitted(RankModel(LAYOUT), samples), samples), samples) > 0.9


def test_a_candidate_without_rows_has_a_score():
    """Nothing is known of it: it scores what a candidate scores to begin with."""
    model = fitted(AnsorModel(LAYOUT), world(50, 1))
    nothing = Features(np.zeros((0, FEATURES), np.float32), np.zeros(0, np.int64))
    known = model.fitted
    assert known is not None
    assert model.score(nothing, 2).tolist() == [known.start] * 2


@pytest.mark.parametrize("count", [0, 1])
def test_too_little_to_learn_from_changes_nothing(count: int):
    model = fitted(AnsorModel(LAYOUT), world(4, 1, failures=False).select(np.arange(4) < count))
    assert model.trust == 0

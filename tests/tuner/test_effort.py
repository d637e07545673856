"""What is taken where nothing is measured: what a model rates best, if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.dense import task
from txc.compiler.schedule.default import default_schedule
from txc.tuner import effort
from txc.tuner.effort import EFFORTS, NONE, shipped, unmeasured
from txc.tuner.features.population import features_of_space
from txc.tuner.guidance import LAYOUT
from txc.tuner.models.model import Samples
from txc.tuner.models.trees import AnsorModel
from txc.tuner.sampler import Sampler
from txc.tuner.search.evolution import Evolution
from txc.tuner.search.searcher import Scores
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace
from txc.tuner.space import Matrix


class Prefers:
    """Likes rows with a small first column; `untuned` is what it thinks of a schedule without holes."""

    trust = 0.5

    def __init__(self, untuned: float) -> None:
        self.untuned = untuned

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        pass

    def score(self, matrix: Matrix) -> Scores:
        return -matrix[:, 0].astype(np.float64) if matrix.shape[1] else np.full(len(matrix), self.untuned)

    def stage_scores(self, matrix: Matrix) -> Mapping[str, Scores]:
        return {}


def rated(untuned: float) -> Callable[[SketchSpace], Prefers]:
    return lambda space: Prefers(untuned)


def test_only_no_effort_costs_no_time():
    assert [name for name, seconds in EFFORTS.items() if seconds == 0] == [NONE]


def test_without_a_model_nothing_is_chosen():
    assert unmeasured(task(), lambda space: None) is None


def test_the_choice_is_the_model_s_and_needs_no_compiler(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TXC_CC", "no-such-compiler")
    schedule = unmeasured(task(), rated(untuned=-1.5))
    assert schedule is not None
    assert "split D.i: [i0, i1: 1]" in schedule
    assert ".." not in schedule


@pytest.mark.parametrize("untuned", [-1.0, 0.0])
def test_what_is_not_rated_above_the_untuned_schedule_is_not_taken(untuned: float):
    assert unmeasured(task(), rated(untuned)) is None


def test_a_shipped_model_rates_sketches_and_the_untuned_schedule_alike(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever it has learnt, each is a candidate to it."""
    pytest.importorskip("lightgbm")
    monkeypatch.setenv("TXC_MODELS", str(tmp_path))
    monkeypatch.setattr(effort, "BREEDING", Evolution(population=64, generations=2, epsilon=0, least=0))
    derived = replace(task(), directives=None)
    space = SketchSpace(derived.dag, derived.sketches, derived.target)
    rng = np.random.default_rng(0)
    rows = Sampler(space).valid(64, rng)
    model = AnsorModel(LAYOUT)
    model.fit(Samples.of(features_of_space(space, rows), np.exp(rng.standard_normal(len(rows)))))
    model.save(tmp_path / "cpu-ansor.npz")
    default = default_schedule(derived.dag, derived.target)
    untuned = SketchSpace(derived.dag, [Sketch(default)], derived.target)
    guides = [shipped(space), shipped(untuned)]
    for guide, matrix in zip(guides, (rows, np.zeros((1, 0), np.int64)), strict=True):
        assert guide is not None
        assert np.isfinite(guide.score(matrix)).all()
    schedule = unmeasured(derived)
    assert schedule is None or "split" in schedule

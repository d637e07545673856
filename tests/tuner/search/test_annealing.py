"""Chains that walk over a guide's scores."""

from __future__ import annotations

import numpy as np
from support.searching import Oracle, random_part, seconds, template
from txc.tuner.population import keys
from txc.tuner.search.annealing import Annealing, AnnealingSearch
from txc.tuner.search.random import RandomSearch
from txc.tuner.search.searcher import Searcher

SPACE = template()
SHORT = Annealing(chains=48, steps=30, patience=15)


def _best(searcher: Searcher, rounds: int) -> float:
    best = np.inf
    for _ in range(rounds):
        rows = searcher.ask(16)
        searcher.tell(rows, seconds(rows))
        best = min(best, seconds(rows).min())
    return float(best)


def test_with_a_perfect_guide_the_optimum_is_near():
    assert _best(AnnealingSearch(SPACE, 0, Oracle(), SHORT), 5) < 1.05


def test_with_a_noisy_guide_it_beats_random_in_the_median():
    guided = [_best(AnnealingSearch(SPACE, seed, Oracle(0.3), SHORT), 2) for seed in range(3)]
    blind = [_best(RandomSearch(SPACE, seed), 2) for seed in range(3)]
    assert np.median(guided) < np.median(blind)


def test_equal_seeds_give_equal_batches_none_twice_all_valid():
    one, other = (AnnealingSearch(SPACE, 5, Oracle(), SHORT) for _ in range(2))
    both = np.concatenate([one.ask(16), one.ask(16)])
    assert (both == np.concatenate([other.ask(16), other.ask(16)])).all()
    assert len(set(keys(both).tolist())) == 32
    assert SPACE.valid(both).all()


def test_without_a_guide_batches_are_random():
    assert (AnnealingSearch(SPACE, 2).ask(16) == random_part(SPACE, 2).ask(16)).all()


def test_chains_of_equal_scores_walk_too():
    class Equal(Oracle):
        def score(self, matrix: np.ndarray) -> np.ndarray:
            return np.zeros(len(matrix))
    assert len(AnnealingSearch(SPACE, 0, Equal(), SHORT).ask(16)) == 16

"""Evolution finds what is fast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from support.searching import Oracle, random_part, seconds, sketches, template
from support.tuning import FakeColumn, FakeSpace
from txc.tuner.population import keys
from txc.tuner.search.evolution import Evolution, EvolutionSearch, Measured, shares
from txc.tuner.search.picking import key_columns
from txc.tuner.search.random import RandomSearch
from txc.tuner.search.searcher import Scores, Searcher
from txc.tuner.space import Matrix

SPACE = template()
SMALL = Evolution(population=256, generations=3)


def _best(searcher: Searcher, rounds: int, batch: int = 16) -> float:
    """The least time that some rounds find."""
    best = np.inf
    for _ in range(rounds):
        rows = searcher.ask(batch)
        searcher.tell(rows, seconds(rows))
        best = min(best, seconds(rows).min())
    return float(best)


def test_with_a_perfect_guide_the_optimum_is_found():
    assert _best(EvolutionSearch(SPACE, 0, Oracle(), SMALL), 5) < 1.01


@pytest.mark.parametrize("options", [SMALL, Evolution(population=256, generations=3, mated=0)])
def test_with_a_noisy_guide_it_beats_random_in_the_median(options: Evolution):
    guided = [_best(EvolutionSearch(SPACE, seed, Oracle(0.3), options), 2) for seed in range(5)]
    blind = [_best(RandomSearch(SPACE, seed), 2) for seed in range(5)]
    assert np.median(guided) < np.median(blind)


def test_without_a_guide_it_beats_random_in_the_median():
    bred = [_best(EvolutionSearch(SPACE, seed), 10) for seed in range(5)]
    blind = [_best(RandomSearch(SPACE, seed), 10) for seed in range(5)]
    assert np.median(bred) < np.median(blind)


def test_equal_seeds_and_answers_give_equal_proposals_none_of_them_twice():
    def run(seed: int) -> list[list[int]]:
        searcher = EvolutionSearch(SPACE, seed, Oracle(), SMALL)
        found: list[Matrix] = []
        for _ in range(3):
            found.append(searcher.ask(16))
            searcher.tell(found[-1], seconds(found[-1]))
        return np.concatenate(found).tolist()
    first = run(1)
    assert first == run(1)
    assert first != run(2)
    assert len(set(map(tuple, first))) == 48


def test_asked_again_without_an_answer_it_proposes_others():
    searcher = EvolutionSearch(SPACE, 0, Oracle(), SMALL)
    both = np.concatenate([searcher.ask(16), searcher.ask(16)])
    assert len(set(keys(both).tolist())) == 32
    assert SPACE.valid(both).all()


def test_rows_that_it_was_told_about_are_not_proposed():
    known = EvolutionSearch(SPACE, 0, Oracle(), SMALL).ask(16)
    searcher = EvolutionSearch(SPACE, 0, Oracle(), SMALL)
    searcher.tell(known, seconds(known))
    assert not set(keys(searcher.ask(64)).tolist()) & set(keys(known).tolist())


def test_the_first_batch_is_random_where_nothing_is_known():
    first = EvolutionSearch(SPACE, 3, Oracle(trust=0.0)).ask(16)
    assert (first == random_part(SPACE, 3).ask(16)).all()


def test_a_guide_that_is_half_sure_chooses_half_of_the_first_batch():
    halves = EvolutionSearch(SPACE, 3, Oracle(trust=0.5), Evolution(population=256, epsilon=0)).ask(16)
    assert seconds(halves[:8]).max() < 1.5
    assert (halves[8:] == random_part(SPACE, 3).ask(8)).all()


def test_a_share_of_each_batch_is_random():
    options = Evolution(population=256, epsilon=0.5, least=0.5)
    halves = EvolutionSearch(SPACE, 0, Oracle(), options).ask(16)
    assert (halves[8:] == random_part(SPACE, 0).ask(8)).all()


def test_with_a_guide_that_is_trusted_less_is_random():
    """Of 20 rows a single one, not 4."""
    rows = EvolutionSearch(SPACE, 0, Oracle(), SMALL).ask(20)
    assert (rows[19:] == random_part(SPACE, 0).ask(1)).all()
    assert seconds(rows[:19]).max() < 1.5


def test_the_guide_is_asked_whose_stages_are_better():
    """Crossover takes each stage from the parent of which the guide thinks more."""
    class Tells(Oracle):
        asked = 0

        def stage_scores(self, matrix: Matrix) -> Mapping[str, Scores]:
            self.asked += len(matrix)
            return {}
    guide = Tells()
    EvolutionSearch(SPACE, 0, guide, SMALL).ask(16)
    assert guide.asked > 0


def test_failures_do_not_breed():
    searcher = EvolutionSearch(SPACE, 3)
    failed = searcher.ask(16)
    searcher.tell(failed, np.full(16, np.inf))
    assert (searcher.ask(16) == random_part(SPACE, 3).ask(32)[16:]).all()


def test_rows_of_several_sketches_are_proposed():
    space = sketches()
    rows = EvolutionSearch(space, 0).ask(32)
    assert space.valid(rows).all()
    assert set(rows[:, 0].tolist()) == {0, 1}


def test_a_small_space_is_exhausted():
    class Equal(Oracle):
        def score(self, matrix: Matrix) -> np.ndarray:
            return np.zeros(len(matrix))
    searcher = EvolutionSearch(FakeSpace((FakeColumn("i", 1, 9),), limit=7), 0, Equal(), SMALL)
    assert sorted(searcher.ask(20).ravel().tolist()) == [1, 2, 3, 4, 5, 6, 7]
    assert len(searcher.ask(3)) == 0


def test_shares_of_parents_are_safe_whatever_the_scores():
    assert np.allclose(shares(np.array([-3.0, -3.0])), 0.5)
    assert np.allclose(shares(np.full(4, -np.inf)), 0.25)
    uneven = shares(np.array([-5.0, -1.0, -np.inf, np.nan]))
    assert uneven[1] > uneven[0] > uneven[2] == uneven[3] == 0
    assert np.isclose(uneven.sum(), 1)


def test_measured_rows_are_kept_by_their_last_time():
    measured = Measured(1)
    measured.add(np.array([[1], [2], [3]]), np.array([3.0, 2.0, np.inf]))
    measured.add(np.array([[1]]), np.array([1.0]))
    assert measured.best(9).ravel().tolist() == [1, 2]


def test_so_many_of_a_batch_are_alike_and_more_as_rounds_go_by():
    options = Evolution(population=256, generations=3, epsilon=0, cap=1, patience=1)
    searcher = EvolutionSearch(SPACE, 0, Oracle(), options)
    columns = key_columns(SPACE)
    alike: list[int] = []
    for _ in range(4):
        rows = searcher.ask(16)
        alike.append(int(np.unique(rows[:, columns], axis=0, return_counts=True)[1].max()))
    assert alike[0] == 1
    assert alike[3] > 1
    assert all(count <= 1 + number for number, count in enumerate(alike))

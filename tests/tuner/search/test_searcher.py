"""What every searcher owes the tuner."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support.searching import template
from support.tuning import FakeColumn, FakeSpace, listed
from txc.tuner.sampler import Sampler
from txc.tuner.search.annealing import AnnealingSearch
from txc.tuner.search.evolution import EvolutionSearch
from txc.tuner.search.grid import GridSearch
from txc.tuner.search.random import RandomSearch
from txc.tuner.search.searcher import Searcher, Seen

SPACE = FakeSpace((FakeColumn("i", 1, 12), FakeColumn("j", 1, 12), listed("step", 1, 16)), limit=60)
MAKERS = [GridSearch, lambda space: RandomSearch(space, seed=7)]


def ask_all(searcher: Searcher, size: int, most: int = 10_000) -> list[list[int]]:
    found: list[list[int]] = []
    while len(found) < most and len(rows := searcher.ask(size)):
        found += rows.tolist()
    return found


@pytest.mark.parametrize("make", MAKERS)
def test_a_finite_space_is_proposed_whole_each_row_once_and_valid(make: Callable[[FakeSpace], Searcher]):
    found = ask_all(make(SPACE), 7)
    every = [[i, j, s] for i in range(1, 13) for j in range(1, 13) for s in (1, 16) if i * j * s <= 60]
    assert sorted(found) == sorted(every)


@pytest.mark.parametrize("make", MAKERS)
def test_an_exhausted_searcher_proposes_no_rows(make: Callable[[FakeSpace], Searcher]):
    searcher = make(SPACE)
    ask_all(searcher, 50)
    assert searcher.ask(3).shape == (0, 3)


@pytest.mark.parametrize("make", MAKERS)
def test_the_order_does_not_depend_on_how_many_are_asked_for(make: Callable[[FakeSpace], Searcher]):
    assert ask_all(make(SPACE), 3) == ask_all(make(SPACE), 64)


@pytest.mark.parametrize("make", MAKERS)
def test_told_rows_are_skipped_and_the_rest_keeps_its_order(make: Callable[[FakeSpace], Searcher]):
    order = ask_all(make(SPACE), 10)
    searcher = make(SPACE)
    searcher.tell(np.array(order[:25]), np.ones(25))
    assert ask_all(searcher, 10) == order[25:]


@pytest.mark.parametrize("make", MAKERS)
def test_rows_told_between_asks_are_skipped_though_already_drawn(make: Callable[[FakeSpace], Searcher]):
    order = ask_all(make(SPACE), 10)
    searcher = make(SPACE)
    first = searcher.ask(5).tolist()
    searcher.tell(np.array(order[5:8]), np.ones(3))
    assert first + ask_all(searcher, 10) == order[:5] + order[8:]


@pytest.mark.parametrize("make", MAKERS)
def test_a_space_without_holes_has_one_row_to_propose(make: Callable[[FakeSpace], Searcher]):
    searcher = make(FakeSpace(()))
    assert [searcher.ask(4).shape for _ in range(2)] == [(1, 0), (0, 0)]


def test_seen_rows_are_not_fresh():
    seen = Seen()
    seen.add(np.array([[1, 2], [3, 4]]))
    assert seen.fresh(np.array([[3, 4], [5, 6], [5, 6], [1, 2]])).tolist() == [[5, 6]]


@pytest.mark.parametrize("make", [EvolutionSearch, AnnealingSearch])
def test_random_rows_of_a_batch_are_not_those_that_breed(make: type[EvolutionSearch | AnnealingSearch]):
    """One seed makes two orders: else a part of a population would be measured as random rows anyway."""
    space = template()
    bred = Sampler(space).valid(256, np.random.default_rng(3)).tolist()
    asked = make(space, 3).ask(128).tolist()
    same = [row for row in asked if row in bred]
    assert len(asked) == 128
    assert len(same) < 16

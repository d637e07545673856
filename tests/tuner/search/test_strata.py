"""Each sketch has its share of a search."""

from __future__ import annotations

import numpy as np
from support.searching import sketches, template
from txc.tuner.sampler import Sampler
from txc.tuner.search.strata import STEEP, Strata

SPACE = sketches()
ROWS = Sampler(SPACE).valid(60, np.random.default_rng(0))
FIRST, SECOND = (ROWS[ROWS[:, 0] == number] for number in (0, 1))


def strata(*seconds: tuple[np.ndarray, float]) -> Strata:
    """What is known after some rows were measured."""
    made = Strata(SPACE)
    for rows, time in seconds:
        made.tell(rows, np.full(len(rows), time))
    return made


def test_a_template_is_a_single_stratum_and_its_shares_stay():
    one = Strata(template())
    rows = Sampler(template()).valid(4, np.random.default_rng(0))
    one.tell(rows, np.ones(4))
    assert one.count == 1
    assert one.of(rows).tolist() == [0] * 4
    uneven = np.array([0.7, 0.1, 0.1, 0.1])
    assert one.balanced(rows, uneven) is uneven
    assert one.draw(7, np.random.default_rng(0)).tolist() == [7]


def test_rows_are_of_their_sketch():
    assert strata().count == 2
    assert strata().of(ROWS).tolist() == ROWS[:, 0].tolist()


def test_where_nothing_is_measured_or_all_failed_shares_are_equal():
    assert strata().shares.tolist() == [0.5, 0.5]
    assert strata((ROWS, np.inf)).shares.tolist() == [0.5, 0.5]


def test_shares_fall_steeply_with_the_best_time():
    """The least time of each counts, where as many were measured of both."""
    shares = strata((FIRST[:4], 1.0), (SECOND[:3], 2.0), (SECOND[3:4], 9.0)).shares
    assert np.allclose(shares, np.array([1, 0.5 ** STEEP]) / (1 + 0.5 ** STEEP))


def test_the_less_is_known_of_a_sketch_the_more_it_has():
    """By the root of how many were measured, failures too."""
    shares = strata((FIRST[:2], 1.0), (FIRST[2:8], np.inf), (SECOND[:3], 1.0)).shares
    assert np.isclose(shares[1] / shares[0], np.sqrt(9 / 4))


def test_a_sketch_not_measured_yet_is_taken_to_be_as_fast_as_the_best():
    shares = strata((FIRST[:3], 3.0)).shares
    assert np.isclose(shares[1] / shares[0], 2)


def test_one_that_only_failed_loses_its_share_by_and_by():
    few, many = (strata((FIRST[:3], 1.0), (SECOND[:count], np.inf)).shares[1] for count in (3, 24))
    assert few > many > 0


def test_telling_nothing_changes_nothing():
    made = strata((FIRST[:1], 1.0), (SECOND[:1], 2.0))
    before = made.shares.tolist()
    made.tell(ROWS[:0], np.zeros(0))
    assert made.shares.tolist() == before


def test_half_of_the_shares_of_rows_are_the_sketches():
    """The first sketch has all by score; the half that goes by sketch is even, as nothing is measured."""
    rows = np.concatenate([FIRST[:2], SECOND[:2]])
    shares = np.array([0.6, 0.3, 0.05, 0.05])
    balanced = strata().balanced(rows, shares)
    assert np.isclose(balanced.sum(), 1)
    assert np.isclose(balanced[:2].sum(), 0.5 * 0.9 + 0.5 * 0.5)
    assert np.isclose(balanced[0] / balanced[1], 2)


def test_sketches_that_have_no_rows_leave_their_shares_to_others():
    balanced = strata().balanced(FIRST[:4], np.full(4, 0.25))
    assert np.allclose(balanced, 0.25)
    zero = strata().balanced(np.concatenate([FIRST[:1], SECOND[:1]]), np.array([1.0, 0.0]))
    assert zero.tolist() == [1, 0]


def test_places_are_drawn_by_the_shares():
    made = strata((FIRST[:1], 1.0), (SECOND[:1], 2.0))
    drawn = made.draw(9000, np.random.default_rng(0))
    assert drawn.sum() == 9000
    assert np.allclose(drawn / 9000, made.shares, atol=0.02)
    assert made.draw(9000, np.random.default_rng(0)).tolist() == drawn.tolist()

"""Every sketch has as many rows, as far as it has them."""

from __future__ import annotations

import numpy as np
from txc.tuner.quotas import LEAST, PATIENCE, Quotas


def fill(quotas: Quotas, rates: list[float], most: list[float]) -> list[int]:
    """Draw rows of which a part is valid, as long as any are wanted; how many there are of each sketch."""
    have = np.zeros(len(rates), np.int64)
    while quotas.open:
        sizes = quotas.sizes()
        have = np.minimum(have + (sizes * np.array(rates)).astype(np.int64), np.array(most)).astype(np.int64)
        quotas.tell(have)
    return have.tolist()


def test_sketches_have_as_many_rows_however_rare_they_are():
    found = fill(Quotas(3, 300), [1.0, 0.5, 0.1], [np.inf] * 3)
    assert min(found) >= 100
    assert max(found) <= 100 + 4 * LEAST


def test_what_one_has_not_got_goes_to_the_others():
    one, other, none = fill(Quotas(3, 300), [1.0, 1.0, 0.0], [20, np.inf, np.inf])
    assert (one, none) == (20, 0)
    assert other >= 280


def test_sketches_without_rows_are_given_up_once():
    quotas = Quotas(2, 10)
    given_up: list[int] = []
    while quotas.open:
        quotas.sizes()
        quotas.tell(np.array([5, 0]))
        given_up += quotas.given_up()
    assert given_up == [1]


def test_patience_ends():
    quotas, rounds = Quotas(1, 10), 0
    while quotas.open:
        quotas.sizes()
        quotas.tell(np.array([0]))
        rounds += 1
    assert rounds == PATIENCE

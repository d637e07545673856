"""Picking a batch among rated candidates: the best, but not all alike, and some at random.

Trees are flat near the top, so that the best-rated rows are often one candidate with small changes. At most
so many of a batch share their key columns, and more as rounds go by, when what is best is better known.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..population import keys, without
from ..roles import Kind, has_sketches, roles
from ..space import Matrix, Space
from .searcher import Scores
from .strata import Strata

KEPT = 24
"""Candidates held for each place of a batch, so that picking can be choosy."""


class Best:
    """The best-rated rows met so far, each once; `size` of each sketch."""

    def __init__(self, width: int, size: int, strata: Strata) -> None:
        self._size, self._strata = size, strata
        self._rows = np.empty((0, width), np.int64)
        self._scores = np.empty(0, np.float64)

    def add(self, rows: Matrix, scores: Scores) -> None:
        """Take rows into account."""
        all_rows = np.concatenate([self._rows, rows])
        all_scores = np.concatenate([self._scores, scores])
        _, first = np.unique(keys(all_rows), return_index=True)
        first = np.sort(first)
        order = first[np.argsort(-all_scores[first], kind="stable")]
        numbers = self._strata.of(all_rows[order])
        order = order[np.concatenate([np.flatnonzero(numbers == n)[: self._size]
                                      for n in range(self._strata.count)])]
        order = order[np.argsort(-all_scores[order], kind="stable")]
        self._rows, self._scores = all_rows[order], all_scores[order]

    @property
    def rows(self) -> Matrix:
        """The rows, best first."""
        return self._rows


def key_columns(space: Space) -> list[int]:
    """What a candidate is at heart: its sketch, its places, and the innermost open part of each split."""
    found = [0] if has_sketches(space) else []
    for own in roles(space):
        found += [group.columns[-1] for group in own.groups]
        found += own.of(Kind.PLACE)
    return list(dict.fromkeys(found))


def pick(rows: Matrix, count: int, columns: list[int], cap: int) -> Matrix:
    """The first `count` rows of which at most `cap` agree in the columns; all equal if there are none."""
    if not columns:
        return rows[:count]
    taken: Counter[tuple[int, ...]] = Counter()
    chosen: list[int] = []
    for position, line in enumerate(rows[:, columns].tolist()):
        key = tuple(map(int, line))
        if len(chosen) == count:
            break
        if taken[key] < cap:
            taken[key] += 1
            chosen.append(position)
    return rows[chosen]


def pick_spread(rows: Matrix, count: int, columns: list[int], cap: int, strata: Strata,
                rng: np.random.Generator) -> Matrix:
    """Half of a batch as `pick` takes it, the other half from sketches that are drawn by their shares."""
    if strata.count == 1:
        return pick(rows, count, columns, cap)
    chosen = pick(rows, count - count // 2, columns, cap)
    for number, places in enumerate(strata.draw(count - len(chosen), rng).tolist()):
        rest = without(rows[strata.of(rows) == number], keys(chosen))
        chosen = np.concatenate([chosen, pick(rest, places, columns, cap)])
    rest = without(rows, keys(chosen))
    return np.concatenate([chosen, pick(rest, count - len(chosen), columns, cap)])


def exploration(trust: float, most: float, least: float) -> float:
    """The part of a batch that is random: `most` while nothing rates rows, less the more that is trusted."""
    return most - trust * max(most - least, 0.0)


def random_share(count: int, part: float, rng: np.random.Generator) -> int:
    """How many of a batch are random: rounded by lot, so that small batches explore too."""
    return min(count, int(count * part + rng.random()))

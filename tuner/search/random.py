"""Random search: seeded, without repetition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..population import grid, points
from ..sampler import Sampler
from ..space import Matrix, Space
from .searcher import Scores, Seen

CHUNK = 512
"""Rows drawn at a time. Fixed, so that the order of candidates does not depend on how many are asked for."""

PATIENCE = 4
"""Chunks in a row that may bring nothing new before sampling gives way to enumeration."""

ENUMERABLE = 1 << 22
"""Spaces of up to so many points are enumerated when sampling finds nothing new; larger ones are given up."""


class RandomSearch:
    """Proposes valid rows in a random order: as `Sampler` draws them, then what it missed of a small one."""

    def __init__(self, space: Space, seed: int | np.random.SeedSequence = 0) -> None:
        self._chunks = _order(space, np.random.default_rng(seed))
        self._queue = np.empty((0, len(space.columns)), np.int64)
        self._told = Seen()

    def ask(self, count: int) -> Matrix:
        """The next `count` rows of the seed's order that nobody told about."""
        found = self._told.fresh(self._queue)
        while len(found) < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            found = np.concatenate([found, self._told.fresh(chunk)])
        self._queue = found[count:]
        return found[:count]

    def tell(self, rows: Matrix, scores: Scores) -> None:
        """Remember the rows; a random order does not depend on scores."""
        self._told.add(rows)


def _order(space: Space, rng: np.random.Generator) -> Iterator[Matrix]:
    """Valid rows, each once, in chunks; some chunks may be empty."""
    proposed = Seen()
    sampler = Sampler(space)
    idle = 0
    while idle < PATIENCE:
        new = proposed.fresh(sampler.valid(CHUNK, rng))
        proposed.add(new)
        idle = 0 if len(new) else idle + 1
        yield new
    if points(space) <= ENUMERABLE:
        for rows in grid(space):
            yield rng.permutation(proposed.fresh(rows))

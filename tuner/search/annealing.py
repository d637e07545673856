"""Simulated annealing on a model: AutoTVM's search (Chen et al., NeurIPS 2018, section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..sampler import Sampler
from ..space import Matrix, Space
from .guide import Guide
from .mutation import Mutation
from .picking import KEPT, Best, exploration, key_columns, pick, random_share
from .random import RandomSearch
from .searcher import Scores, Seen
from .strata import Strata


@dataclass(frozen=True, slots=True)
class Annealing:
    """How chains walk: at most `steps` mutations, fewer once nothing new was among the best for `patience`.

    The temperature falls from 1 to 0, in units of the spread of the chains' first scores. `epsilon`, `least`
    and `cap` are as in `evolution.Evolution`.
    """

    chains: int = 128
    steps: int = 200
    patience: int = 25
    epsilon: float = 0.2
    least: float = 0.05
    cap: int = 3


class AnnealingSearch:
    """Proposes the best of what chains met that walk over the guide's scores, and go on from batch to batch.

    A guide that is not sure chooses a part of the batch; the rest is random.
    """

    def __init__(self, space: Space, seed: int = 0, guide: Guide | None = None,
                 options: Annealing | None = None) -> None:
        self._space, self._guide = space, guide
        self._options = options or Annealing()
        own, other = np.random.SeedSequence(seed).spawn(2)      # two orders that have nothing in common
        self._rng = np.random.default_rng(own)
        self._sampler, self._mutation = Sampler(space), Mutation(space)
        self._random = RandomSearch(space, other)
        self._seen = Seen()
        self._strata = Strata(space)
        self._chains = np.empty((0, len(space.columns)), np.int64)
        self._key_columns = key_columns(space)
        self._rounds = 0

    def tell(self, rows: Matrix, scores: Scores) -> None:
        """Learn what was measured."""
        self._remember(rows)
        if self._guide is not None:
            self._guide.tell(rows, scores)

    def _remember(self, rows: Matrix) -> None:
        self._seen.add(rows)
        self._random.tell(rows, np.full(len(rows), np.inf))

    def ask(self, count: int) -> Matrix:
        """The next batch: what is rated best, and some at random."""
        trust = self._guide.trust if self._guide is not None else 0.0
        part = exploration(trust, self._options.epsilon, self._options.least)
        rated = round((count - random_share(count, part, self._rng)) * trust)
        chosen = np.empty((0, len(self._space.columns)), np.int64)
        if self._guide is not None and rated > 0:
            found = self._walked(self._guide, rated)
            chosen = pick(found, rated, self._key_columns, self._options.cap + self._rounds)
            self._rounds += 1
            self._remember(chosen)
        rest = self._random.ask(count - len(chosen))
        self._remember(rest)
        return np.concatenate([chosen, rest])

    def _walked(self, guide: Guide, count: int) -> Matrix:
        """The best rows that the chains meet, best first."""
        best = Best(len(self._space.columns), KEPT * max(count, 1), self._strata)
        if len(self._chains) == 0:
            self._chains = self._sampler.valid(self._options.chains, self._rng)
        if len(self._chains) == 0:
            return best.rows
        scores = self._met(guide, self._chains, best)
        spread = float(np.std(scores[np.isfinite(scores)])) if np.isfinite(scores).any() else 0.0
        idle = 0
        for step in range(self._options.steps):
            top = best.rows[:count]
            heat = spread * (1 - step / self._options.steps)
            scores = self._step(guide, scores, best, heat)
            idle = idle + 1 if np.array_equal(top, best.rows[:count]) else 0
            if idle >= self._options.patience:
                break
        return best.rows

    def _step(self, guide: Guide, scores: Scores, best: Best, heat: float) -> Scores:
        """Move each chain to a neighbour that is rated higher, or not much lower while it is hot."""
        neighbours = self._mutation.children(self._chains, self._rng, tries=1)
        rated = self._met(guide, neighbours, best)
        loss = np.where(rated >= scores, 0.0, scores - rated)
        dice = self._rng.random(len(loss))
        moved = dice < (np.exp(-loss / heat) if heat > 0 else (loss == 0))
        self._chains = np.where(moved[:, None], neighbours, self._chains)
        return np.where(moved, rated, scores)

    def _met(self, guide: Guide, rows: Matrix, best: Best) -> Scores:
        """The rows' scores; those not measured yet are candidates."""
        scores = guide.score(rows)
        fresh, at = self._seen.fresh_at(rows)
        best.add(fresh, scores[at])
        return scores

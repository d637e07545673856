"""Evolutionary search: generations of mutated and mated candidates, rated by a model (Ansor, OSDI 2020).

Without a model the measured rows breed: their neighbours and children are proposed as they come. On small
budgets that is nearly as good, and costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..sampler import Sampler
from ..space import Matrix, Space
from .crossover import Crossover
from .guide import Guide
from .mutation import Mutation
from .picking import KEPT, Best, exploration, key_columns, pick_spread, random_share
from .random import RandomSearch
from .searcher import Scores, Seen
from .strata import Strata

FEW = 4
"""Measured rows of a sketch that breed, however slow it is."""


@dataclass(frozen=True, slots=True)
class Evolution:
    """How a search breeds.

    `population` rows live for `generations`; a share `mated` of each new one has two parents, a share
    `mutated` is changed. Up to a share `veterans` of the first are the best measured rows. A share of each
    batch is random: `epsilon` without a guide, `least` with one that is trusted entirely. Of a batch at most
    `cap` rows agree in their key columns, and one more each `patience` rounds.
    """

    population: int = 512
    generations: int = 4
    mated: float = 0.2
    mutated: float = 0.85
    veterans: float = 0.2
    epsilon: float = 0.2
    least: float = 0.05
    cap: int = 3
    patience: int = 1


class EvolutionSearch:
    """Proposes what a guide rates best among the descendants of random and of measured rows.

    A guide that is not sure chooses a part of the batch, the measured rows' descendants are the rest. Where
    nothing is known all of it is random.
    """

    def __init__(self, space: Space, seed: int = 0, guide: Guide | None = None,
                 options: Evolution | None = None) -> None:
        self._space, self._guide = space, guide
        self._options = options or Evolution()
        own, other = np.random.SeedSequence(seed).spawn(2)      # two orders that have nothing in common
        self._rng = np.random.default_rng(own)
        self._sampler, self._mutation = Sampler(space), Mutation(space)
        self._crossover = Crossover(space, guide.stage_scores if guide is not None else None)
        self._random = RandomSearch(space, other)
        self._seen = Seen()
        self._strata = Strata(space)
        self._measured = Measured(len(space.columns))
        self._key_columns = key_columns(space)
        self._rounds = 0

    def tell(self, rows: Matrix, scores: Scores) -> None:
        """Learn what was measured."""
        self._remember(rows)
        self._measured.add(rows, scores)
        self._strata.tell(rows, scores)
        if self._guide is not None:
            self._guide.tell(rows, scores)

    def ask(self, count: int) -> Matrix:
        """The next batch: what is rated best, descendants of the fastest, and some at random."""
        trust = self._guide.trust if self._guide is not None else 0.0
        part = exploration(trust, self._options.epsilon, self._options.least)
        bred = count - random_share(count, part, self._rng)
        rated = round(bred * trust)
        cap = self._options.cap + self._rounds // self._options.patience
        self._rounds += 1
        chosen = np.empty((0, len(self._space.columns)), np.int64)
        for breed, wanted in ((self._evolved, rated), (self._descendants, bred - rated)):
            if wanted > 0:
                picked = pick_spread(breed(wanted), wanted, self._key_columns, cap, self._strata, self._rng)
                chosen = np.concatenate([chosen, picked])
                self._remember(picked)
        rest = self._random.ask(count - len(chosen))
        self._remember(rest)
        return np.concatenate([chosen, rest])

    def _remember(self, rows: Matrix) -> None:
        """Propose these never again."""
        self._seen.add(rows)
        self._random.tell(rows, np.full(len(rows), np.inf))

    def _evolved(self, count: int) -> Matrix:
        """What the guide rates best in some generations, best first."""
        assert self._guide is not None
        best = Best(len(self._space.columns), KEPT * count, self._strata)
        population = self._first()
        for generation in range(self._options.generations + 1):
            if len(population) == 0:
                break
            scores = self._guide.score(population)
            fresh, at = self._seen.fresh_at(population)
            best.add(fresh, scores[at])
            if generation < self._options.generations:
                population = self._next(population, self._strata.balanced(population, shares(scores)))
        return best.rows

    def _first(self) -> Matrix:
        """Random rows and the best measured ones."""
        size = self._options.population
        veterans = self._parents(int(self._options.veterans * size))
        return np.concatenate([veterans, self._sampler.valid(size - len(veterans), self._rng)])

    def _next(self, population: Matrix, shares: Scores) -> Matrix:
        """A generation bred from another, parents taken by their shares."""
        size, rng = self._options.population, self._rng
        mothers = population[rng.choice(len(population), size, p=shares)]
        mated = rng.random(size) < self._options.mated
        if mated.any():
            fathers = population[rng.choice(len(population), int(mated.sum()), p=shares)]
            mothers[mated] = self._crossover.children(mothers[mated], fathers, rng)
        mutated = rng.random(size) < self._options.mutated
        mothers[mutated] = self._mutation.children(mothers[mutated], rng)
        return mothers

    def _descendants(self, count: int) -> Matrix:
        """Children of the measured rows, the fastest of which have most; in the order of birth."""
        parents = self._parents(max(2, int(self._options.veterans * self._measured.count), count))
        if len(parents) == 0:
            return parents
        found = np.empty((0, len(self._space.columns)), np.int64)
        for _ in range(self._options.generations):
            children = self._next(parents, self._strata.balanced(parents, _by_rank(len(parents))))
            found = self._seen.fresh(np.concatenate([found, children]))
            if len(found) >= KEPT * count:
                break
        return found

    def _parents(self, count: int) -> Matrix:
        """The fastest measured rows, and the fastest few of each sketch, fastest first."""
        rows = self._measured.best(self._measured.count)
        numbers = self._strata.of(rows)
        best = {*range(count), *(int(at) for n in range(self._strata.count)
                                 for at in np.flatnonzero(numbers == n)[:FEW])}
        return rows[[at for at in sorted(best) if at < len(rows)]]


class Measured:
    """Rows that ran, by time."""

    def __init__(self, width: int) -> None:
        self._rows = np.empty((0, width), np.int64)
        self._seconds = np.empty(0, np.float64)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._rows)

    def add(self, rows: Matrix, seconds: Scores) -> None:
        """Take rows in; a row told again has its new time, one that failed is left out."""
        all_rows = np.concatenate([rows, self._rows])
        all_seconds = np.concatenate([seconds, self._seconds])
        fresh, first = Seen().fresh_at(all_rows)
        ran = np.isfinite(all_seconds[first])
        order = np.argsort(all_seconds[first][ran], kind="stable")
        self._rows, self._seconds = fresh[ran][order], all_seconds[first][ran][order]

    def best(self, count: int) -> Matrix:
        """The fastest rows, fastest first."""
        return self._rows[:count]


def shares(scores: Scores) -> Scores:
    """How likely each row is a parent: exponential in its score, by the spread of all, whatever their signs.

    Rows without a finite score have no share, unless there are no others.
    """
    finite = np.isfinite(scores)
    if not finite.any():
        return np.full(len(scores), 1 / len(scores))
    spread = float(np.std(scores[finite])) or 1.0
    weights = np.zeros(len(scores))
    weights[finite] = np.exp((scores[finite] - scores[finite].max()) / spread)
    return weights / weights.sum()


def _by_rank(count: int) -> Scores:
    """Shares that fall with the rank: the last of `count` has a small part of the first's."""
    weights = np.exp(-3 * np.arange(count) / count)
    return weights / weights.sum()

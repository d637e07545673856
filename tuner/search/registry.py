"""Searchers by name."""

from __future__ import annotations

from typing import Protocol

from ..space import Space
from .annealing import AnnealingSearch
from .evolution import Evolution, EvolutionSearch
from .grid import GridSearch
from .guide import Guide
from .random import RandomSearch
from .searcher import Searcher


class Maker(Protocol):
    """Makes a searcher for a space from a seed and what rates rows; without a guide it learns from times."""

    def __call__(self, space: Space, seed: int, guide: Guide | None = None) -> Searcher:
        """A searcher to which nothing was told yet."""
        ...


SEARCHERS: dict[str, Maker] = {
    "grid": lambda space, seed, guide=None: GridSearch(space),
    "random": lambda space, seed, guide=None: RandomSearch(space, seed),
    "evolution": lambda space, seed, guide=None: EvolutionSearch(space, seed, guide),
    "evolution-without-crossover":
        lambda space, seed, guide=None: EvolutionSearch(space, seed, guide, Evolution(mated=0)),
    "ga": lambda space, seed, guide=None: EvolutionSearch(space, seed),
    "annealing": lambda space, seed, guide=None: AnnealingSearch(space, seed, guide),
}

GUIDED = frozenset({"evolution", "evolution-without-crossover", "annealing"})
"""Those that ask a guide."""

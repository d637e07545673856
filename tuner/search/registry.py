"""Searchers by name."""

from __future__ import annotations

from collections.abc import Callable

from ..space import Space
from .grid import GridSearch
from .random import RandomSearch
from .searcher import Searcher

SEARCHERS: dict[str, Callable[[Space, int], Searcher]] = {
    "grid": lambda space, seed: GridSearch(space),
    "random": RandomSearch,
}
"""Makes a searcher for a space from a seed."""

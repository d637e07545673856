"""How far a model's scores are to be followed: as far as they agreed with the times that came after them."""

from __future__ import annotations

import numpy as np

from ..models.labels import rank_correlation
from .searcher import Scores

SURE = 0.5
"""A rank correlation that deserves all trust: what a model has chosen is alike, and hard to put in order."""

MEMORY = 48
"""Results that count as much as all that came before them."""

FEWEST = 3
"""Candidates that an order can be told of."""


class Agreement:
    """A running mean of rank correlations, which forgets; before the first it deserves half of all trust."""

    def __init__(self) -> None:
        self._mean = SURE / 2

    @property
    def trust(self) -> float:
        """From 0, where the scores order candidates no better than chance, to 1."""
        return float(np.clip(self._mean / SURE, 0, 1))

    def add(self, scores: Scores, seconds: Scores) -> None:
        """Take in a batch: what was thought of its candidates before their times were known."""
        ran = np.isfinite(seconds)
        if ran.sum() < FEWEST or len(np.unique(seconds[ran])) == 1:
            return
        alike = len(np.unique(scores[ran])) == 1
        found = 0.0 if alike else rank_correlation(scores, seconds)
        share = ran.sum() / (ran.sum() + MEMORY)
        self._mean += share * (found - self._mean)

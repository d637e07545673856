"""The model that knows nothing: what another one must beat."""

from __future__ import annotations

import numpy as np

from ..features.rows import Features
from .model import Floats, Samples


class RandomModel:
    """Implements `model.Model`: scores in [0, 1) by chance, and learns nothing."""

    trust = 0.0

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)

    def fit(self, samples: Samples) -> None:
        """Nothing."""

    def score(self, features: Features, candidates: int, task: int | None = None) -> Floats:
        return self._rng.random(candidates)

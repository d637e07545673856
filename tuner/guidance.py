"""The cost model that guides a search unless told otherwise: Ansor's, from the shipped one if there is."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from .features.population import NAMES
from .models.layout import layout
from .models.pretrained import pretrained
from .models.trees import AnsorModel
from .problem import Problem
from .search.guide import Guide
from .search.ranker import Ranker

Guides = Callable[[Problem], Guide | None]
"""What rates the rows of a task, if anything does; the guides of several tasks may share a model."""

LAYOUT = layout(NAMES)
"""What the features of this version are called by: models of others are not used."""


def unguided(problem: Problem) -> Guide | None:
    """No guide: searchers go by times alone."""
    return None


def learning(problem: Problem) -> Guide | None:
    """A model that learns as the search goes on; none where LightGBM is not installed."""
    if find_spec("lightgbm") is None:
        return None
    return Ranker(problem.space, AnsorModel(LAYOUT, prior=pretrained(problem.family, LAYOUT)))


def cold(problem: Problem) -> Guide | None:
    """As `learning`, but from nothing."""
    if find_spec("lightgbm") is None:
        return None
    return Ranker(problem.space, AnsorModel(LAYOUT))

"""The cost models that can guide a search, by name, and which one does unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import cast

import numpy as np

from ..dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from .features.context import Contexts
from .features.population import NAMES, VERSION
from .features.rows import Features
from .models.layout import layout
from .models.pretrained import pretrained
from .models.random import RandomModel
from .models.trees import AnsorModel, RankModel
from .problem import Problem
from .search.guide import Believed, Guide
from .search.ranker import Ranker, View
from .search.registry import GUIDED
from .sketches import SketchSpace
from .space import Matrix

Guides = Callable[[Problem], Guide | None]
"""What rates the rows of a task, if anything does; the guides of several tasks may share a model."""

LAYOUT = layout(NAMES, VERSION)
"""What the features of this version are called by: models of others are not used."""

ANSOR, RANK, RANDOM, NONE = "ansor", "rank", "random", "none"


def fits() -> bool:
    """Whether models can be fitted here: LightGBM is installed."""
    return find_spec("lightgbm") is not None


def unguided(problem: Problem) -> Guide | None:
    """No guide: searchers go by times alone."""
    return None


def learning(problem: Problem) -> Guide | None:
    """Ansor's model, from the shipped one if there is one; none where LightGBM is not installed."""
    if not fits():
        return None
    return Ranker(problem.space, AnsorModel(LAYOUT, prior=pretrained(problem.family, LAYOUT)))


def cold(problem: Problem) -> Guide | None:
    """As `learning`, but from nothing."""
    return Ranker(problem.space, AnsorModel(LAYOUT)) if fits() else None


def ranking(problem: Problem) -> Guide | None:
    """AutoTVM's model: the order of candidates, by the context of their loops; none without LightGBM.

    What these features mean depends on the space, so it begins with nothing.
    """
    if not fits():
        return None
    view = View(Contexts(cast(SketchSpace, problem.space)))
    return Ranker(problem.space, RankModel(problem.blank.template_hash), view=view)


def chance(problem: Problem) -> Guide | None:
    """Scores by chance, followed as if they knew something: what a model must beat."""
    return Believed(Ranker(problem.space, RandomModel(), view=View(_nothing)))


def _nothing(matrix: Matrix) -> Features:
    """What is seen by who does not look."""
    return Features(np.zeros((0, 1), np.float32), np.zeros(0, np.int64))


MODELS: dict[str, Guides] = {ANSOR: learning, RANK: ranking, RANDOM: chance, NONE: unguided}


def chosen(model: str | None, searcher: str) -> str:
    """The name of a search's model: that asked for, else AutoTVM's for its own search and Ansor's for others.

    Raises TxcError R684 for one that there is not.
    """
    if model is None:
        return RANK if searcher == "annealing" else ANSOR
    if model not in MODELS:
        hint = did_you_mean(model, MODELS) or f"there are {', '.join(MODELS)}"
        raise TxcError([Diagnostic("R684", f"there is no cost model '{model}'", hint=hint)])
    return model


def lacking(model: str | None, searcher: str) -> bool:
    """Whether a search goes without its model, which cannot be fitted here. Raises TxcError R684."""
    return chosen(model, searcher) in {ANSOR, RANK} and searcher in GUIDED and not fits()

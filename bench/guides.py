"""The cost models of an ablation: one that starts from nothing, one that knows the other kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from txc.tuner.guidance import LAYOUT
from txc.tuner.models.fitted import Fitted
from txc.tuner.models.model import Samples
from txc.tuner.models.pretrain import pretrain
from txc.tuner.models.samples import Collection
from txc.tuner.models.trees import AnsorModel
from txc.tuner.problem import Problem
from txc.tuner.search.ranker import Ranker


def ranker(problem: Problem, prior: Fitted | None = None, task: int = 0) -> Ranker:
    """A model that learns during the search; from a prior, if there is one."""
    return Ranker(problem.space, AnsorModel(LAYOUT, prior=prior), task)


def prior(problems: Mapping[str, Problem], trials: Mapping[str, Sequence[Mapping[str, Any]]]) -> Fitted:
    """A model of other kernels: of each one's problem, and the trials of searches in it.

    Raises ValueError where there are none.
    """
    if not trials:
        raise ValueError("no trials of other cases to learn from: run those with the other searchers first")
    samples = [_samples(problems[case], cells, number) for number, (case, cells) in enumerate(trials.items())]
    return pretrain(Collection(LAYOUT, Samples.merged(samples), dict(enumerate(trials))))


def _samples(problem: Problem, cells: Sequence[Mapping[str, Any]], number: int) -> Samples:
    """Every row once, with its least time."""
    best: dict[tuple[int, ...], float] = {}
    for cell in cells:
        for row, seconds in zip(cell["rows"], cell["seconds"], strict=True):
            known = best.get(tuple(row), np.inf)
            best[tuple(row)] = min(known, np.inf if seconds is None else seconds)
    learner = ranker(problem, task=number)
    learner.tell(np.array(list(best), np.int64), np.array(list(best.values())))
    assert learner.samples is not None, "a search without trials"
    return learner.samples

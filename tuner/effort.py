"""How much to spend on a kernel, in words; and what to take where nothing may be measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..compiler.build import legal
from ..compiler.schedule.default import default_schedule
from .guidance import LAYOUT
from .models.pretrained import pretrained
from .models.trees import AnsorModel
from .search.evolution import Evolution, EvolutionSearch
from .search.guide import Believed, Guide
from .search.ranker import Ranker
from .sketch import Sketch
from .sketches import SketchSpace
from .tune import Task, schedule_text

NONE = "none"

EFFORTS = {NONE: 0.0, "quick": 15.0, "normal": 60.0, "full": 300.0}
"""Seconds for each task."""

BREEDING = Evolution(population=1024, generations=32, epsilon=0, least=0)
"""Far more than before a batch of measurements, as no time puts right what comes of it. Generations are many,
not large: random rows, with which the first begins, are rare in small spaces."""

BRED = 16
"""Rows of which the best is taken: not every one of a batch is among the best."""


def shipped(space: SketchSpace) -> Guide | None:
    """The shipped model as it is, which needs no LightGBM; None where there is none for the target."""
    model = pretrained(space.target.family, LAYOUT)
    return None if model is None else Ranker(space, AnsorModel(LAYOUT, prior=model))


def unmeasured(task: Task, guides: Callable[[SketchSpace], Guide | None] = shipped) -> str | None:
    """A schedule chosen without measuring or compiling: filled directives as in a file, one a line.

    It is what the shipped model rates best among some generations, and above the untuned schedule. None where
    there is no such model, or nothing better. Raises TxcError with S codes for an illegal template, R685.
    """
    untuned = _space(task, Sketch(default_schedule(task.dag, task.target)))
    known = guides(untuned)
    if known is None:
        return None
    space = _space(task, *task.sketches)
    guide = guides(space)
    assert guide is not None
    rows = EvolutionSearch(space, 0, Believed(guide), BREEDING).ask(BRED)
    scores = np.append(known.score(np.zeros((1, 0), np.int64)), guide.score(rows) if len(rows) else [])
    best = int(np.argmax(scores))
    return schedule_text(space, tuple(map(int, rows[best - 1]))) if best else None


def _space(task: Task, *sketches: Sketch) -> SketchSpace:
    with legal(task.source):
        return SketchSpace(task.dag, sketches, task.target, task.key.threads)

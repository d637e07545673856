"""How much to spend on a kernel, in words; and what to take where nothing may be measured."""

from __future__ import annotations

from ..compiler.schedule.template import Template
from .sketches import SketchSpace
from .tune import Task, problem_of

NONE = "none"

EFFORTS = {NONE: 0.0, "quick": 15.0, "normal": 60.0, "full": 300.0}
"""Seconds for each task."""


def unmeasured(task: Task) -> str:
    """A schedule chosen without measuring: the filled directives as they stand in a file, one a line."""
    problem = problem_of(task)
    assert isinstance(problem.space, Template | SketchSpace)
    return problem.text(problem.space.default_row())

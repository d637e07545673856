"""What a tuning run is about to do, without doing any of it."""

from __future__ import annotations

from dataclasses import dataclass

from ..population import points
from ..records import OK, Records
from ..sketches import SketchSpace
from ..tune import Task, problem_of


@dataclass(frozen=True, slots=True)
class Plan:
    """A task: its space, and what is recorded of it already.

    `points` is the number of configs, valid or not; `best` the least seconds of the recorded trials.
    """

    kernel: str
    sizes: dict[str, int]
    target: str
    threads: int
    columns: int
    points: int
    sketches: int
    recorded: int
    valid: int
    best: float | None


def plan(task: Task, records: Records) -> Plan:
    """What tuning a task would search. Raises TxcError as `tune` does for what is illegal."""
    problem = problem_of(task)
    blank, space = problem.blank, problem.space
    known = records.trials(blank.key, blank.template_hash)
    sketches = len(space.sketches) if isinstance(space, SketchSpace) else 1
    return Plan(blank.kernel, blank.sizes, blank.key.target, blank.key.threads, len(space.columns),
                points(space), sketches, len(known), sum(r.verdict == OK for r in known),
                min((r.score for r in known if r.score is not None), default=None))

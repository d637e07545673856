"""Tuning several kernels as one job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...dsl.diagnostics import Diagnostic, TxcError
from ..guidance import ANSOR, MODELS, Guides, chosen
from ..options import Budget, Options
from ..records import Records
from ..tune import Task, problem_of, searcher_of
from .job import Listener, Part, run_together
from .objective import OBJECTIVES
from .outcome import JobOutcome
from .shared import sharing


def tune_together(tasks: Sequence[Task], budget: Budget, records: Records, *,
                  weights: Sequence[float] | None = None, objective: str = "sum", searcher: str = "evolution",
                  model: str | None = None,
                  on_event: Listener = lambda number, event: None, options: Options | None = None,
                  guides: Guides | None = None) -> JobOutcome:
    """Search all tasks as one job; the budget is that of the job.

    `objective` is `sum` (of latencies times `weights`, 1 without), `worst` (the largest of those) or
    `geomean` (of gains over the untuned kernels). Equal tasks are tuned once, for the weights of all.
    `searcher` and `model` are as for `tune`; without `guides`, one model of Ansor's learns from all tasks.
    Raises TxcError as `tune` does, R671 for an unknown objective.
    """
    if objective not in OBJECTIVES:
        raise TxcError([Diagnostic("R671", f"there is no objective '{objective}'",
                                   hint=f"there are {', '.join(OBJECTIVES)}")])
    options = options or Options()
    given = list(weights or [1.0] * len(tasks))
    firsts = _firsts(tasks)
    distinct = sorted(set(firsts))
    name = chosen(model, searcher)
    guides = guides or (sharing(tasks[0].target.family) if name == ANSOR else MODELS[name])
    parts = [_part(tasks[n], sum(w for w, first in zip(given, firsts, strict=True) if first == n), searcher,
                   options.seed, guides)
             for n in distinct]
    outcome = run_together(parts, budget, records, objective=objective, options=options,
                           on_event=lambda number, event: on_event(distinct[number], event))
    return replace(outcome, outcomes=tuple(outcome.outcomes[distinct.index(first)] for first in firsts))


def _firsts(tasks: Sequence[Task]) -> list[int]:
    """For each task the number of the first that is the same."""
    seen: dict[object, int] = {}
    return [seen.setdefault((task.key, task.directives), number) for number, task in enumerate(tasks)]


def _part(task: Task, weight: float, searcher: str, seed: int, guides: Guides) -> Part:
    problem = problem_of(task)
    made = searcher_of(problem, searcher, seed, guides)
    return Part(problem, made, weight, task.dag.flops(), task.kernel.declaration)

"""What `txc tune` does, once the words of its command line are understood."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..compiler.target.target import parse
from . import exits
from .inputs import budget as parsed
from .inputs import usage
from .job_progress import emit_job, job_reporter, tell_job
from .limits import share
from .output import emit, plural, say, tell
from .progress import Share, reporter
from .settings import Settings
from .units import clock, duration

if TYPE_CHECKING:
    from ..api import Kernel
    from ..tuner.tune import Task


class Effort(StrEnum):
    """How much to spend on a kernel."""

    none = "none"
    quick = "quick"
    normal = "normal"
    full = "full"


@dataclass(frozen=True)
class Limit:
    """When to stop: trials, seconds, or both; neither where nothing may be measured."""

    trials: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        parts = [plural(self.trials, "trial")] if self.trials else []
        parts += [clock(self.seconds)] if self.seconds else []
        return " or ".join(parts) or "no measuring"


@dataclass(frozen=True)
class Request:
    """What is asked for: these kernels of a file, tuned so. `weights` are theirs, in order.

    A `model` of None is what suits the searcher.
    """

    path: Path
    kernels: Sequence[Kernel]
    settings: Settings
    limit: Limit
    objective: str = "sum"
    weights: Sequence[float] = (1.0,)
    early_stop: int = 0
    fresh: bool = False
    schedule: str | None = None
    backend: str = "c"
    rules: Path | None = None
    runner: str = ""
    json: bool = False
    model: str | None = None

    def task(self, kernel: Kernel) -> Task:
        """A kernel as the tuner sees it."""
        return kernel.task(self.settings.target, schedule=self.schedule, threads=self.settings.threads,
                           backend=self.backend, rules=self.rules, runner=self.runner)

    def share(self, kernel: Kernel) -> Share:
        """How near a time of a kernel comes to what the machine can do."""
        target, threads = parse(self.settings.target), self.settings.threads
        return lambda seconds: share(kernel.dag, seconds, target, threads)


def limit_of(settings: Settings, effort: str | None, *, asked: bool, kernels: int) -> Limit:
    """The budget of a run; settings of a file give way to an effort, and without anything it is `normal`.

    `asked` is whether the command line has a budget. Raises TxcError R673 where it has an effort too.
    """
    from ..tuner.effort import EFFORTS

    if effort is not None:
        if asked:
            raise usage("R673", f"--effort {effort} is a budget, and there is another one",
                        "leave out --effort, or --budget and --trials")
        return Limit(seconds=EFFORTS[effort] * kernels or None)
    trials, seconds = parsed(settings.budget) if settings.budget else (None, None)
    counts = [n for n in (trials, settings.trials) if n]
    if not counts and seconds is None:
        return Limit(seconds=EFFORTS["normal"] * kernels)
    return Limit(min(counts, default=None), seconds)


def tell_lack(request: Request) -> None:
    """Say it if there is no cost model because what fits one is not installed."""
    from ..tuner.guidance import lacking

    if lacking(request.model, request.settings.search):
        tell("no cost model, for lightgbm is missing; to install it: pip install 'txc[tune]'")


def one(request: Request) -> int:
    """Tune the only kernel; the exit code."""
    (kernel,) = request.kernels
    settings, limit = request.settings, request.limit
    with reporter(kernel, request.path, request.share(kernel), json=request.json) as report:
        outcome = kernel.tune(
            trials=limit.trials, budget=limit.seconds, search=settings.search, model=request.model,
            target=settings.target,
            threads=settings.threads, seed=settings.seed, fresh=request.fresh, schedule=request.schedule,
            early_stop=request.early_stop, records=settings.records_path, backend=request.backend,
            rules=request.rules, runner=request.runner, on_event=report)
    return _code(outcome.status, outcome.valid > 0)


def tuned_first(request: Request) -> None:
    """Tune kernels that are about to be built, but those whose author wrote a schedule for these sizes.

    Each has the limit for itself. What there is to say goes to standard error: the output is the build's. An
    interrupt ends the build too.
    """
    settings = request.settings
    use_compiler(settings)
    for kernel in request.kernels:
        plan = kernel.plan(settings.target, threads=settings.threads, records=settings.records_path)
        if not plan.finished:
            with redirect_stdout(sys.stderr):
                code = one(replace(request, kernels=[kernel]))
            if code == exits.INTERRUPTED:
                raise typer.Exit(code)


def use_compiler(settings: Settings) -> None:
    """Have the processes that build candidates call the C compiler of the settings."""
    if settings.cc:
        os.environ["TXC_CC"] = settings.cc


def several(request: Request) -> int:
    """Tune the kernels as one job; the exit code."""
    from ..tuner.options import Budget, Options
    from ..tuner.records import Records
    from ..tuner.tasks.together import tune_together

    kernels, settings = request.kernels, request.settings
    options = Options(seed=settings.seed, fresh=request.fresh, early_stop=request.early_stop,
                      runner=request.runner)
    shares = [request.share(kernel) for kernel in kernels]
    with (Records(settings.records_path) as records,
          job_reporter(kernels, request.path, shares, json=request.json) as report):
        outcome = tune_together(
            list(map(request.task, kernels)), Budget(request.limit.trials, request.limit.seconds), records,
            weights=request.weights, objective=request.objective, searcher=settings.search,
            model=request.model, on_event=report, options=options)
    if request.json:
        emit_job(outcome)
    else:
        tell_job(outcome, kernels, request.path, shares)
    return _code(outcome.status, outcome.valid == len(kernels))


def _code(status: str, valid: bool) -> int:
    if status == "interrupted":
        return exits.INTERRUPTED
    return exits.OK if valid else exits.NOTHING_VALID


def unmeasured(request: Request) -> int:
    """Say which schedule is taken where nothing may be measured; the exit code."""
    from ..tuner.effort import unmeasured as pick

    for kernel in request.kernels:
        schedule = pick(request.task(kernel))
        if request.json:
            emit("tune", {"event": "pick", "kernel": kernel.name, "sizes": dict(kernel.typed.sizes),
                          "schedule": schedule})
        else:
            say(f"{kernel.name}: not measured\n{(schedule or 'the untuned schedule').rstrip()}")
    return exits.OK


def dry_run(request: Request) -> int:
    """Say what would be searched, and what is known; the exit code."""
    from ..tuner.records import Records
    from ..tuner.tasks.plan import plan

    with Records(request.settings.records_path) as records:
        plans = [plan(request.task(kernel), records) for kernel in request.kernels]
    if request.json:
        emit("tune", {"event": "plan", "trials": request.limit.trials, "budget": request.limit.seconds,
                      "objective": request.objective if len(plans) > 1 else None,
                      "tasks": [{**asdict(p), "weight": w}
                                for p, w in zip(plans, request.weights, strict=True)]})
        return exits.OK
    for p in plans:
        sizes = ", ".join(f"{name} = {value}" for name, value in p.sizes.items())
        best = f", best {duration(p.best)}" if p.best is not None else ""
        say(f"{p.kernel}{f' ({sizes})' if sizes else ''} for {p.target}, {plural(p.threads, 'thread')}: "
            f"{plural(p.sketches, 'sketch')}, {plural(p.columns, 'column')}, {plural(p.points, 'config')}; "
            f"{p.recorded} recorded, {p.valid} valid{best}")
    say(f"budget: {request.limit}" + (f", {request.objective}" if len(plans) > 1 else ""))
    return exits.OK

"""`txc tune`: the search for the fastest schedule of a kernel."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ...compiler.target.target import parse
from .. import exits
from ..guard import guarded
from ..inputs import seconds
from ..kernels import one
from ..limits import share
from ..options import (
    Backend,
    BackendName,
    Defines,
    File,
    Json,
    KernelName,
    ScheduleChoice,
    Seed,
    TargetText,
    Threads,
)
from ..progress import reporter
from ..settings import load

if TYPE_CHECKING:
    from ...tuner.outcome import Outcome


class Search(StrEnum):
    """The searchers."""

    random = "random"
    grid = "grid"


Trials = Annotated[int | None, typer.Option(
    "--trials", min=1, help="Stop at this many trials of the kernel, those of earlier runs included.",
    show_default=False)]
Budget = Annotated[str | None, typer.Option(
    "--budget", metavar="TIME", show_default=False,
    help="Stop after this time, such as 90s or 2m. [default: 60s without --trials]")]
SearchChoice = Annotated[Search | None, typer.Option(
    "--search", help="How to choose what to try. [default: random]", show_default=False)]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget earlier trials of this kernel; start over.")]


@guarded
def tune(file: File, kernel: KernelName = None, trials: Trials = None, budget: Budget = None,
         search: SearchChoice = None, threads: Threads = None, backend: Backend = BackendName.c,
         seed: Seed = None, fresh: Fresh = False, schedule: ScheduleChoice = None,
         target: TargetText = None, define: Defines = None, json: Json = False) -> None:
    """Search for the fastest schedule of a kernel; every trial is recorded, and builds use the best.

    Started again, it goes on where it stopped. Ctrl-C keeps everything.
    """
    settings = load(target=target, threads=threads, seed=seed, search=search and search.value,
                    trials=trials, budget=budget)
    if settings.cc:
        os.environ["TXC_CC"] = settings.cc      # for the processes that build candidates
    limit = seconds(settings.budget) if settings.budget else None
    chosen = one(file, kernel, define)

    def shared(time: float | None) -> tuple[float, str] | None:
        return share(chosen.dag, time, parse(settings.target), settings.threads)

    with reporter(chosen, file, shared, json=json) as report:
        outcome = chosen.tune(
            trials=settings.trials or None, budget=limit, search=settings.search, target=settings.target,
            threads=settings.threads, seed=settings.seed, fresh=fresh, schedule=schedule,
            records=settings.records_path, backend=backend.value, on_event=report)
    raise typer.Exit(_code(outcome))


def _code(outcome: Outcome) -> int:
    if outcome.status == "interrupted":
        return exits.INTERRUPTED
    return exits.OK if outcome.valid else exits.NOTHING_VALID

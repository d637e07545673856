"""`txc tune`: the search for the fastest schedules of kernels."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..guard import guarded
from ..inputs import weights as parsed_weights
from ..kernels import parted
from ..kernels import several as chosen_kernels
from ..options import Backend, BackendName, Defines, File, Json, Rules, Seed, TargetText, Threads
from ..settings import load
from ..tuning import Effort, Request, dry_run, limit_of, one, several, tell_lack, unmeasured, use_compiler


class Goal(StrEnum):
    """What several kernels are tuned for."""

    sum = "sum"
    worst = "worst"
    geomean = "geomean"


Names = Annotated[list[str] | None, typer.Argument(
    metavar="KERNEL", help="Kernels or instances; without any, all of the file.", show_default=False)]
Trials = Annotated[int | None, typer.Option(
    "--trials", min=1, help="Stop at this many trials, those of earlier runs included.", show_default=False)]
Budget = Annotated[str | None, typer.Option(
    "--budget", metavar="TIME|N", show_default=False,
    help="Stop after this time, such as 90s or 2m, or at this many trials. [default: 60s a kernel]")]
EffortChoice = Annotated[Effort | None, typer.Option(
    "--effort", help="A budget in words: no measuring, or 15 s, 60 s, 5 min for each kernel.",
    show_default=False)]
Objective = Annotated[Goal, typer.Option(
    "--objective", help="Make the sum of several kernels' times small, their largest, or the mean ratio.")]
Weights = Annotated[list[str] | None, typer.Option(
    "--weight", metavar="NAME=NUMBER", show_default=False,
    help="How much a kernel counts beside the others; may be repeated. [default: 1]")]
EarlyStop = Annotated[int, typer.Option(
    "--early-stop", min=0, metavar="N", help="Stop at N trials without improvement; 0 never does.")]
SearchChoice = Annotated[str | None, typer.Option(
    "--search", "--searcher", metavar="NAME", help="How to choose what to try.", show_default=False)]
ModelChoice = Annotated[str | None, typer.Option(
    "--model", metavar="NAME", show_default=False,
    help="What rates configs: ansor, rank, random or none. [default: ansor; rank for --search annealing]")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget earlier trials of the kernels; start over.")]
TemplateChoice = Annotated[str | None, typer.Option(
    "--schedule", metavar="N|derived", show_default=False,
    help="Search the N-th schedule of the kernel in the file (from 1), or derive sketches all the same.")]
Runner = Annotated[str, typer.Option(
    "--runner", metavar="dask://HOST:PORT", help="Measure on the workers of a cluster.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be searched.")]


@guarded
def tune(file: File, kernels: Names = None, trials: Trials = None, budget: Budget = None,
         effort: EffortChoice = None, objective: Objective = Goal.sum, weight: Weights = None,
         early_stop: EarlyStop = 0, search: SearchChoice = None, model: ModelChoice = None,
         threads: Threads = None, backend: Backend = BackendName.c, seed: Seed = None, fresh: Fresh = False,
         schedule: TemplateChoice = None, target: TargetText = None, define: Defines = None,
         rules: Rules = None, runner: Runner = "", dry: DryRun = False, json: Json = False) -> None:
    """Search for the fastest schedule of kernels; every trial is recorded, and builds use the best.

    Several kernels are one job with one budget. Started again, it goes on where it stopped. Ctrl-C keeps
    everything.
    """
    settings = load(target=target, threads=threads, seed=seed, search=search, trials=trials, budget=budget)
    use_compiler(settings)
    file, listed = parted(file, ",".join(kernels) if kernels else None)
    chosen = chosen_kernels(file, listed.split(",") if listed else [], define, everything=True)
    limit = limit_of(settings, effort and effort.value, asked=bool(trials or budget), kernels=len(chosen))
    request = Request(
        file, chosen, settings, limit, objective.value, parsed_weights(weight, [k.name for k in chosen]),
        early_stop, fresh, schedule, backend.value, rules, runner, json, model)
    act = dry_run if dry else unmeasured if effort is Effort.none else one if len(chosen) == 1 else several
    if act in (one, several):
        tell_lack(request)
    raise typer.Exit(act(request))

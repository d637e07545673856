"""`txc run`: a kernel built and run here, verified and timed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...dsl.diagnostics import Diagnostic, TxcError
from .. import exits
from ..guard import guarded
from ..inputs import usage
from ..kernels import several
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
from ..output import emit, paint, say
from ..settings import load
from ..trial import Trial, attempt

if TYPE_CHECKING:
    from ...api import Kernel

Verify = Annotated[bool, typer.Option("--verify", help="Compare with the reference; exit 4 if they differ.")]
All = Annotated[bool, typer.Option("--all", help="Run every kernel and instance of the file.")]
Repeat = Annotated[int, typer.Option(
    "--repeat", min=0, help="Calls to time, of which the fastest counts; 0 is a fifth of a second of them.")]
Inputs = Annotated[Path | None, typer.Option(
    "--inputs", metavar="X.npz", help="Inputs by name. [default: generated]", show_default=False)]
Output = Annotated[Path | None, typer.Option(
    "--output", metavar="Y.npz", help="Where to write the outputs.", show_default=False)]


@guarded
def run(file: File, kernel: KernelName = None, verify: Verify = False, everything: All = False,
        inputs: Inputs = None, output: Output = None, repeat: Repeat = 0, seed: Seed = None,
        threads: Threads = None, backend: Backend = BackendName.c, schedule: ScheduleChoice = None,
        target: TargetText = None, define: Defines = None, json: Json = False) -> None:
    """Build a kernel, run it on generated inputs, verify and time it."""
    settings = load(target=target, threads=threads, seed=seed)
    if everything and (kernel or inputs or output):
        raise usage("R621", "--all goes with no kernel, --inputs or --output", "run the kernels one by one")
    chosen = several(file, [kernel] if kernel else [], define, everything=everything)

    def one(kernel: Kernel) -> Trial:
        plan = kernel.plan(settings.target, schedule=schedule, threads=settings.threads,
                           records=settings.records_path)
        return attempt(plan, settings, backend=backend.value, verify=verify, repeat=repeat, inputs=inputs,
                       output=output)

    trials: list[Trial] = []
    for each in chosen:
        trials.append(one(each))
        if not json:
            _show(trials[-1])
    wrong = [t for t in trials if t.verdict and not t.verdict.ok]
    if json:
        emit("run", {"kernels": [t.fields() for t in trials]}, ok=not wrong)
    elif wrong:
        raise TxcError([Diagnostic("R622", _wrong(t), hint=_REPORT) for t in wrong])
    raise typer.Exit(exits.WRONG if wrong else exits.OK)


_REPORT = ("this is a defect of txc or of the C compiler, unless a sum has tens of thousands of terms: "
           "see `txc explain R622`")


def _wrong(trial: Trial) -> str:
    assert trial.verdict is not None
    return f"{trial.plan.kernel.name} differs from the reference: {trial.verdict.message}"


def _show(trial: Trial) -> None:
    verified = ""
    if trial.verdict:
        good = paint("verified", "good", sys.stdout)
        verified = f", {good} (largest error {trial.verdict.worst:.2g} of what is allowed)"
        if not trial.verdict.ok:
            verified = f", {paint('WRONG', 'error', sys.stdout)}"
    say(f"{trial.plan.kernel.name}: {trial.speed()}{verified}")

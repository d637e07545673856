"""What `txc tune` shows of several kernels: a line for each on a terminal, else a line a round, or JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..tuner.events import Event, Finished, Phase, Round, Started
from ..tuner.tasks.outcome import JobOutcome
from .output import console, emit, plural, say, tell
from .progress import ENDS, Share, Told, emit_event, pace, tell_failures
from .units import clock, duration

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..api import Kernel

OBJECTIVES = {"sum": "weighted sum of times", "worst": "worst weighted time",
              "geomean": "geometric mean of times over the untuned ones"}


@contextmanager
def job_reporter(kernels: Sequence[Kernel], path: Path, shares: Sequence[Share], *,
                 json: bool) -> Generator[Callable[[int, Event], None]]:
    """A listener to the events of a job that suits where the output goes."""
    if json:
        yield lambda number, event: emit_event(kernels[number], shares[number], event)
        return
    board = Board([Told(kernel, path, share) for kernel, share in zip(kernels, shares, strict=True)])
    if not sys.stderr.isatty():
        yield board.line
        return
    from rich.live import Live

    with Live(console=console(stderr=True), auto_refresh=False, transient=True) as live:
        def draw(number: int, event: Event) -> None:
            board.hear(number, event)
            live.update(board.block(), refresh=True)

        yield draw


class Board:
    """What is known of each kernel, and of all."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._told = told
        self._active = 0
        self._start = time.monotonic()

    def hear(self, number: int, event: Event) -> None:
        """Take in what happened to a kernel."""
        self._told[number].hear(event)
        self._active = number

    def line(self, number: int, event: Event) -> None:
        """Write a line for what may take long, for the start of a kernel and for each round."""
        self.hear(number, event)
        told = self._told[number]
        match event:
            case Phase(name="prepare" | "compare"):
                tell(f"{told.name}: {told.phase}")
            case Started():
                tell(told.title())
            case Round():
                tell("  ".join(part for part in (f"{told.name}: {told.best()}", self.pace(), told.failures())
                               if part))
            case _:
                pass

    def block(self) -> RenderableType:
        """A line for each kernel, with what goes on at the one in hand; then one for the whole."""
        from rich.text import Text

        wide = max(len(told.name) for told in self._told)
        most = max(len(str(told.trials)) for told in self._told)
        lines = [f"{told.name:<{wide}}  {told.trials:>{most}} trials  {told.best()}"
                 + (f"  ({told.phase})" if number == self._active and told.phase else "")
                 for number, told in enumerate(self._told)]
        return Text("\n".join([*lines, self.pace()]))

    def pace(self) -> str:
        """Trials of all kernels, their rate, and how long it will take."""
        trials, new = sum(told.trials for told in self._told), sum(told.new for told in self._told)
        return pace(trials, new, time.monotonic() - self._start, *self._told[self._active].budget)


def tell_job(outcome: JobOutcome, kernels: Sequence[Kernel], path: Path, shares: Sequence[Share]) -> None:
    """The result: a line for each kernel, what failed, the objective, what to do next."""
    for kernel, share, one in zip(kernels, shares, outcome.outcomes, strict=True):
        told = Told(kernel, path, share)
        told.hear(Finished(one))
        tell_failures(one.failures)
        told.result(one)
    new = sum(one.new for one in outcome.outcomes)
    tell(f"{plural(sum(one.trials for one in outcome.outcomes), 'trial')} in all, {new} now in "
         f"{clock(outcome.elapsed)}{ENDS.get(outcome.status, '')}")
    if outcome.value is not None:
        value = f"{outcome.value:.3g}" if outcome.objective == "geomean" else duration(outcome.value)
        better = f", {outcome.improvement:.2f} times better than untuned" if outcome.improvement else ""
        say(f"{OBJECTIVES[outcome.objective]}: {value}{better}")
    tell(f"next: txc build {path} {' '.join(kernel.name for kernel in kernels)}")


def emit_job(outcome: JobOutcome) -> None:
    """The last JSON object of a job."""
    emit("tune", {"event": "job", "status": outcome.status, "objective": outcome.objective,
                  "value": outcome.value, "default": outcome.default_value,
                  "improvement": outcome.improvement, "elapsed": outcome.elapsed},
         ok=outcome.valid == len(outcome.outcomes))

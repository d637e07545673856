"""What `txc tune` shows while it works: a live block on a terminal, a line a round elsewhere, or JSON lines.

Events arrive while nothing is timed, and only then is anything drawn or written.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..tuner.events import Event, Finished, Phase, Round, Started, Trial
from ..tuner.outcome import Failures, Outcome
from .commands.records import record_fields
from .limits import share_fields, share_text
from .output import console, emit, plural, say, tell, warn
from .units import clock, duration, rate

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..api import Kernel

Share = Callable[[float | None], tuple[float, str] | None]
"""What part of which measured limit a time in seconds is; None where that is not known."""

PHASES = {"prepare": "evaluating the reference", "build": "building", "time": "timing",
          "again": "timing the best again", "compare": "comparing with the untuned kernel"}

ENDS = {"interrupted": "; interrupted", "exhausted": "; there are no more configs",
        "stalled": "; stopped early, without improvement for long",
        "failing": "; given up, for only failures came for long"}


@contextmanager
def reporter(kernel: Kernel, path: Path, share: Share, *,
             json: bool) -> Generator[Callable[[Event], None]]:
    """A listener to events that suits where the output goes."""
    if json:
        yield lambda event: emit_event(kernel, share, event)
        return
    told = Told(kernel, path, share)
    if not sys.stderr.isatty():
        yield told.line
        return
    from rich.live import Live

    with Live(console=console(stderr=True), auto_refresh=False, transient=True) as live:
        def draw(event: Event) -> None:
            told.hear(event)
            live.update(told.block(), refresh=True)

        yield draw
    told.end()


class Told:
    """What is known so far of one kernel's search, and how it reads."""

    def __init__(self, kernel: Kernel, path: Path, share: Share) -> None:
        self._kernel, self._path, self._share = kernel, path, share
        self.name = kernel.name
        self._start = time.monotonic()
        self._started: Started | None = None
        self._outcome: Outcome | None = None
        self._phase = ""
        self._trials = self._new = 0
        self._best: float | None = None
        self._failed: dict[str, int] = {}

    def hear(self, event: Event) -> None:
        """Take in what happened."""
        match event:
            case Started():
                self._started = event
                self._trials = event.known
            case Phase(name=name):
                self._phase = PHASES.get(name, name)
            case Trial():
                self._trials, self._best = max(self._trials, event.number), event.best
                self._new += 1
            case Round():
                self._failed = {kind: f.count for kind, f in event.failures.items()}
                self._trials, self._new, self._best = event.trials, event.new, event.best
            case Finished(outcome=outcome):
                self._outcome = outcome

    def line(self, event: Event) -> None:
        """Write a line for the reference, which may take long, the start and each round; then the result."""
        self.hear(event)
        match event:
            case Phase(name="prepare"):
                tell(f"{self.title()}: {self._phase}")
            case Started():
                tell(self.title())
            case Round():
                tell("  ".join(part for part in (self.best(), self.pace(), self.failures()) if part))
            case Finished():
                self.end()
            case _:
                pass

    def block(self) -> RenderableType:
        """Everything at a glance."""
        from rich.text import Text

        lines = [self.title(), f"  {self.best()}", f"  {self.pace()}", f"  {self._phase}"]
        if self._failed:
            lines.append(f"  {self.failures()}")
        return Text("\n".join(lines))

    @property
    def trials(self) -> int:
        """Trials of the kernel so far."""
        return self._trials

    @property
    def new(self) -> int:
        """Those of this run."""
        return self._new

    @property
    def budget(self) -> tuple[int | None, float | None]:
        """The trials and the seconds of the run, as far as they are known."""
        return (self._started.trials, self._started.seconds) if self._started else (None, None)

    @property
    def phase(self) -> str:
        """What goes on."""
        return self._phase

    def title(self) -> str:
        """What is tuned, in what space."""
        sizes = ", ".join(f"{name} = {value}" for name, value in self._kernel.typed.sizes)
        head = f"tuning {self._kernel.name}" + (f" ({sizes})" if sizes else "")
        if self._started is None:
            return head
        known = f", {self._started.known} tried before" if self._started.known else ""
        return f"{head}: {plural(self._started.points, 'config')}{known}"

    def best(self) -> str:
        """The best time so far and what it means."""
        if self._best is None:
            return "nothing valid yet"
        speed = rate(self._kernel.dag.flops(), self._best)
        text = f"best {duration(self._best)} ({speed}{share_text(self._share(self._best))})"
        default = self._started.default_seconds if self._started else None
        return f"{text}, {default / self._best:.2f} times the untuned speed" if default else text

    def pace(self) -> str:
        """Trials done, their rate, and how long it will take."""
        return pace(self._trials, self._new, time.monotonic() - self._start, *self.budget)

    def failures(self) -> str:
        """How many failed in which way."""
        failed = ", ".join(f"{count} {kind}" for kind, count in self._failed.items())
        return f"failed: {failed}" if failed else ""

    def end(self) -> None:
        """The result: the best schedule, what failed, what to do next."""
        outcome = self._outcome
        if outcome is None:
            return
        tell_failures(outcome.failures)
        tell(f"{plural(outcome.trials, 'trial')} in all, {outcome.new} now in {clock(outcome.elapsed)}, "
             f"{outcome.valid} valid{ENDS.get(outcome.status, '')}")
        self.result(outcome)
        if outcome.best is not None:
            say(outcome.best.schedule.rstrip())
            tell(f"next: txc build {self._path} {self._kernel.name}")

    def result(self, outcome: Outcome) -> None:
        """One line that says what was found."""
        if outcome.best is not None and outcome.seconds is not None:
            say(f"{self._kernel.name}: {duration(outcome.seconds)}, "
                f"{rate(self._kernel.dag.flops(), outcome.seconds)}{share_text(self._share(outcome.seconds))}"
                + (f", {outcome.speedup:.2f} times the untuned speed" if outcome.speedup else ""))
            if outcome.slow and outcome.best.score is not None:
                known = duration(outcome.best.score)
                warn(f"the machine was slow at the end: this kernel has needed {known} before; times "
                     "and the ratio are doubtful, run again when the machine is idle")
        elif outcome.valid:
            say(f"{self._kernel.name}: nothing is faster than the untuned kernel")
        else:
            say(f"{self._kernel.name}: nothing valid found")


def pace(trials: int, new: int, elapsed: float, wanted: int | None, seconds: float | None) -> str:
    """Trials in all, the rate of the new ones, and the time left of a budget in trials or seconds."""
    speed = new / elapsed if elapsed else 0.0
    left = [(wanted - trials) / speed] if wanted and speed else []
    left += [seconds - elapsed] if seconds else []
    eta = f", ETA {clock(max(0.0, min(left)))}" if left else ""
    return f"{trials}{f'/{wanted}' if wanted else ''} trials, {speed:.1f}/s{eta}"


def tell_failures(failures: Mapping[str, Failures]) -> None:
    for kind, failed in failures.items():
        first = failed.message.strip().splitlines()[:1]
        tell(f"failed: {failed.count} × {kind}" + (f", the first: {first[0]}" if first else ""))


def emit_event(kernel: Kernel, share: Share, event: Event) -> None:
    """An object for the start, for each trial and for the end; nothing for what lies between."""
    match event:
        case Started():
            emit("tune", {"event": "start", "kernel": kernel.name, "sizes": dict(kernel.typed.sizes),
                          "points": event.points, "known": event.known, "trials": event.trials,
                          "budget": event.seconds, "default": event.default_seconds})
        case Trial(record=record):
            emit("tune", {"event": "trial", "trial": event.number, "so_far": event.best,
                          **record_fields(record)}, ok=record.score is not None)
        case Finished(outcome=outcome):
            fields = {"kernel": kernel.name, **_outcome_fields(outcome),
                      "limit": share_fields(share(outcome.seconds))}
            emit("tune", {"event": "finish", **fields}, ok=outcome.valid > 0)
        case _:
            pass


def _outcome_fields(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status, "best": None if outcome.best is None else record_fields(outcome.best),
        "seconds": outcome.seconds, "slow": outcome.slow, "default": outcome.default_seconds,
        "speedup": outcome.speedup,
        "trials": outcome.trials, "new": outcome.new, "valid": outcome.valid, "elapsed": outcome.elapsed,
        "failures": {kind: {"count": f.count, "message": f.message} for kind, f in outcome.failures.items()},
    }

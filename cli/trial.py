"""One run of a kernel for `txc run`, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compiler.build import Build
from ..compiler.target.target import host
from ..compiler.verify import Verdict
from ..tuner.measure.lock import MachineLock
from .inputs import usage
from .limits import share, share_fields, share_text
from .settings import Settings
from .units import duration, rate

if TYPE_CHECKING:
    from ..compiler.numerics import Array


@dataclass(frozen=True)
class Trial:
    """A kernel that ran: seconds of its fastest call, and the verdict if it was verified."""

    plan: Build
    seconds: float
    verdict: Verdict | None

    def speed(self) -> str:
        """Time, rate and threads, for people."""
        threads = self.plan.threads or self.plan.target.cores
        speed = rate(self.plan.dag.flops(), self.seconds)
        on = "1 thread" if threads == 1 else f"{threads} threads"
        return f"{duration(self.seconds)}, {speed}{share_text(self._share())}, {on}"

    def fields(self) -> dict[str, object]:
        """The run for JSON; what only a verification knows is null without one."""
        flops = self.plan.dag.flops()
        return {
            "kernel": self.plan.kernel.name, "sizes": dict(self.plan.kernel.sizes),
            "target": str(self.plan.target), "schedule": self.plan.choice.origin,
            "threads": self.plan.threads or self.plan.target.cores, "seconds": self.seconds, "flops": flops,
            "gflops": flops / self.seconds / 1e9, "limit": share_fields(self._share()),
            "verified": self.verdict.ok if self.verdict else None,
            "worst": self.verdict.worst if self.verdict else None,
            "where": (self.verdict.where or None) if self.verdict else None,
            "message": (self.verdict.message or None) if self.verdict else None,
        }

    def _share(self) -> tuple[float, str] | None:
        return share(self.plan.dag, self.seconds, self.plan.target, self.plan.threads)


def attempt(plan: Build, settings: Settings, *, backend: str, verify: bool, repeat: int, inputs: Path | None,
            output: Path | None) -> Trial:
    """Build and run a kernel; write its outputs where asked to.

    Raises TxcError R620 for a target that this machine cannot run, R604 and R626 for unfit files.
    """
    if not plan.target.features <= host().features:
        missing = " ".join(sorted(plan.target.features - host().features))
        raise usage("R620", f"this machine cannot run code for {plan.target}: it lacks {missing}")
    function = plan.build(settings.cc or None, bench=True, backend=backend)
    given = _read(plan, inputs) if inputs else plan.inputs(settings.seed)
    if output is not None:
        results = function(*(given[t.name] for t in plan.kernel.inputs))
        _write(plan, output, results if isinstance(results, tuple) else (results,))
    verdict = plan.verify(function, seed=settings.seed) if verify else None
    with MachineLock().alone():
        seconds = plan.time(function, given, repeat)
    return Trial(plan, seconds, verdict)


def _read(plan: Build, path: Path) -> dict[str, Array]:
    """The inputs in an `.npz` file, each under its name."""
    try:
        with np.load(path) as file:
            found = {name: np.asarray(file[name], order="C") for name in file.files}
    except (OSError, ValueError, AttributeError) as error:
        raise usage("R604", f"cannot read arrays from {path}: {error}") from None
    missing = [t.name for t in plan.kernel.inputs if t.name not in found]
    if missing:
        raise usage("R626", f"{path} lacks {', '.join(missing)}", "its arrays have the names of the inputs")
    return found


def _write(plan: Build, path: Path, results: tuple[Array, ...]) -> None:
    names = [t.name for t in plan.kernel.outputs]
    try:
        with path.open("wb") as file:
            save: Any = np.savez    # its type knows of no arrays by name
            save(file, **dict(zip(names, results, strict=True)))
    except OSError as error:
        raise usage("R604", f"cannot write {path}: {error.strerror}") from None

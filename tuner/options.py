"""How to tune: the budget, and settings that rarely change."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from .measure.pool import Limits


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop: `trials` of the task, recorded ones included, or `seconds` of this run, or both."""

    trials: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Options:
    """`fresh` starts the task over; `batch` candidates are built at once, then timed; `lock` is for tests.

    `early_stop` ends a search after so many trials without improvement; 0 never does. `runner` is a cluster
    to measure on, as `dask://HOST:PORT`; empty for this machine.
    """

    seed: int = 0
    fresh: bool = False
    batch: int = 16
    early_stop: int = 0
    builders: int = field(default_factory=available_cores)
    limits: Limits = field(default_factory=Limits)
    lock: Path | None = None
    runner: str = ""

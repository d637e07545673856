"""What a tuning run reports while it goes on.

Events are delivered while nothing is being timed, in the thread that tunes; a handler must be done with its
redrawing and writing when it returns.
"""

from __future__ import annotations

from dataclasses import dataclass

from .outcome import Failures, Outcome
from .records import Record


@dataclass(frozen=True, slots=True)
class Started:
    """The untuned default has been measured, now or by an earlier run that left nothing to do.

    `known` trials are recorded already.
    """

    kernel: str
    points: int
    known: int
    trials: int | None
    seconds: float | None
    default_seconds: float | None


@dataclass(frozen=True, slots=True)
class Phase:
    """What begins now.

    `prepare` (the reference), `build`, `time`, `again` (good candidates), `compare` (the last rounds).
    """

    name: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial, exactly once for each, after it was recorded. `number` counts the task's trials from 1.

    `best` is the least seconds so far, this trial included; None while nothing is valid.
    """

    number: int
    record: Record
    best: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """A batch is done. `elapsed` is seconds since the start, `new` the trials since then."""

    number: int
    trials: int
    new: int
    best: float | None
    default_seconds: float | None
    failures: dict[str, Failures]
    provisional: bool
    elapsed: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The end; nothing follows."""

    outcome: Outcome


Event = Started | Phase | Trial | Round | Finished

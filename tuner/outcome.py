"""What a tuning run came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .lab import SLOW
from .records import OK, Record

FINISHED, EXHAUSTED, INTERRUPTED = "finished", "exhausted", "interrupted"
STALLED, FAILING = "stalled", "failing"


@dataclass(frozen=True, slots=True)
class Failures:
    """Trials that failed in one way: how many, and what the first of them said."""

    count: int
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run.

    `status` is `finished` (the budget is spent), `exhausted` (the space has no more rows), `stalled` (so many
    trials without improvement as asked for), `failing` (only failures for long) or `interrupted`.
    `best` is the record to build with: None if nothing is valid or nothing is better than the untuned
    default. `seconds` and `default_seconds` come from the final interleaved comparison, or from the search
    where there was none. `trials` counts all of the task, `new` those of this run; `valid` those with a time.
    """

    status: str
    best: Record | None
    seconds: float | None
    default_seconds: float | None
    trials: int
    new: int
    valid: int
    failures: dict[str, Failures]
    elapsed: float

    @property
    def speedup(self) -> float | None:
        """How many times faster than the untuned default the kernel is now; 1 where the default stays."""
        if self.default_seconds is None or self.seconds is None:
            return None
        return self.default_seconds / self.seconds if self.best is not None else 1.0

    @property
    def slow(self) -> bool:
        """Whether the best kernel ran far above its own best time in the comparison: the machine was slow."""
        known = self.best.score if self.best is not None else None
        return known is not None and self.seconds is not None and self.seconds > SLOW * known

    @property
    def trials_per_second(self) -> float:
        """Trials of this run by the clock, final comparison included."""
        return self.new / self.elapsed if self.elapsed > 0 else 0.0


def count_failures(records: Iterable[Record]) -> dict[str, Failures]:
    """Failed trials by class, with the first message of each."""
    found: dict[str, Failures] = {}
    for record in records:
        if record.verdict != OK:
            first = found.get(record.verdict, Failures(0, record.message))
            found[record.verdict] = Failures(first.count + 1, first.message)
    return found

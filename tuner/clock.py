"""The seconds of a run, and how many of them its end will want."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from .final import AGAIN_ROUNDS, MOST_SPREAD, PATIENCE, ROUNDS, SPREAD, contenders, promising
from .lab import GROUP, Candidate

ENDING = 0.15
"""The part of a budget of seconds that is always kept for the end: spread-out rounds tell more."""

MOST_ENDING = 0.4
"""No more than this part is, however slow the kernel."""

COMPILING = 0.5
"""Seconds to compile a contender as the kernel is in the end."""

MARGIN = 1.2
"""What the end may take beyond that: building anew, verifying, slow phases."""


@dataclass(frozen=True)
class Clock:
    """Counts from its making; `seconds` is the budget of a run, None for one without."""

    seconds: float | None = None
    start: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    @property
    def left(self) -> float:
        """Seconds until the budget is spent; infinite without one, negative afterwards."""
        return float("inf") if self.seconds is None else self.seconds - self.elapsed

    def for_search(self, ending: float) -> float:
        """Seconds left for the search where the end will take about `ending`."""
        if self.seconds is None:
            return float("inf")
        return self.left - min(MOST_ENDING * self.seconds, max(ENDING * self.seconds, ending))

    def affordable(self, ending: float, pace: float) -> float:
        """How many trials of `pace` seconds the search has time for, the end taking about `ending`.

        Where no pace is known (0) there is no telling.
        """
        left = self.for_search(ending)
        if left <= 0:
            return 0.0
        return left // pace if pace and self.seconds is not None else float("inf")


def ending(candidates: Sequence[Candidate], default: Candidate, searched: float) -> float:
    """About how many seconds it takes to time the promising again and compare the best with the default.

    `searched` is how long the search has taken.
    """
    chosen = promising(candidates)
    again = AGAIN_ROUNDS * sum(max(GROUP, c.seconds) for c in chosen)
    compared = [c for c in (default, *contenders(chosen)) if c.times]
    rounds = ROUNDS * sum(max(GROUP, c.seconds) for c in compared)
    comparing = max(min(PATIENCE, rounds), min(MOST_SPREAD, SPREAD * searched))
    return MARGIN * (again + COMPILING * len(compared) + comparing)

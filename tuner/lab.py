"""The bench of one tuning run: candidates, built beside each other, timed alone, compared in rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .measure.failure import Failure
from .measure.lock import MachineLock
from .measure.pool import Pool, Timed
from .measure.recipe import Row

SLOW = 1.08
"""An incumbent this much above its best time says that the machine is slow now."""

GROUP = 0.003
"""Seconds of timing a candidate again."""


@dataclass
class Candidate:
    """A row on the bench, or the untuned default (`row` None). `trial` is its record's id, 0 for the default.

    `times` are seconds, empty until it was found right; `provisional` ones were taken in a slow phase,
    `outdated` ones with the code of another generator.
    """

    number: int
    row: Row | None
    trial: int = 0
    times: list[float] = field(default_factory=list[float])
    provisional: bool = False
    outdated: bool = False
    built: bool = False
    failure: Failure | None = None

    @property
    def seconds(self) -> float:
        """The best time; infinite where there is none."""
        return min(self.times, default=float("inf"))


class Lab:
    """Builds, verifies and times candidates, holding the machine's lock as each of these needs."""

    def __init__(self, pool: Pool, lock: MachineLock) -> None:
        self._pool = pool
        self._lock = lock
        self._count = 0

    def candidate(self, row: Row | None) -> Candidate:
        """A new candidate, not built yet."""
        self._count += 1
        return Candidate(self._count, row)

    def prepare(self) -> Failure | None:
        """Compute what all candidates share."""
        with self._lock.shared():
            return self._pool.prepare()

    def build(self, candidates: Sequence[Candidate]) -> None:
        """Build candidates on all cores; each is then built or has a failure."""
        with self._lock.shared():
            failures = self._pool.build({c.number: c.row for c in candidates})
        for candidate in candidates:
            candidate.failure = failures[candidate.number]
            candidate.built = candidate.failure is None

    def measure(self, candidates: Sequence[Candidate], incumbent: Candidate | None,
                done: Callable[[Candidate, bool], None]) -> bool:
        """Verify and time built candidates, one after another; gives whether the machine was slow.

        `done` hears of each one, and whether the machine was slow before the first.
        """
        with self._lock.alone():
            slow = self._slow(incumbent)
            best = incumbent.seconds if incumbent else None
            for candidate in candidates:
                self._verify(candidate, best)
                best = min(candidate.seconds, best) if best else candidate.seconds
                done(candidate, slow)
            return slow or self._slow(incumbent)

    def time(self, candidates: Sequence[Candidate]) -> list[float]:
        """One round: each candidate once more, in this order; infinite for one that fails now."""
        with self._lock.alone():
            return [self._again(candidate) for candidate in candidates]

    def verify(self, candidates: Sequence[Candidate]) -> None:
        """Build candidates of an earlier run anew and verify them.

        Those that fail now lose their times; outdated ones keep only what they show now.
        """
        missing = [c for c in candidates if not c.built]
        self.build(missing)
        with self._lock.alone():
            for candidate in missing:
                if candidate.failure or candidate.outdated:
                    candidate.times.clear()
                    candidate.outdated = False
                if candidate.built:
                    self._verify(candidate, None)
                if candidate.failure:
                    candidate.times.clear()

    def forget(self, candidates: Sequence[Candidate]) -> None:
        """Remove what was built; times stay."""
        self._pool.forget([c.number for c in candidates if c.built])
        for candidate in candidates:
            candidate.built = False

    def _verify(self, candidate: Candidate, best: float | None) -> None:
        finite = best if best is not None and best < float("inf") else None
        result = self._pool.measure(candidate.number, finite)
        if isinstance(result, Timed):
            candidate.times += result.times
        else:
            candidate.failure = result

    def _again(self, candidate: Candidate) -> float:
        result = self._pool.time(candidate.number, max(GROUP, candidate.seconds))
        if isinstance(result, Failure):
            return float("inf")
        candidate.times += result.times
        return min(result.times)

    def _slow(self, incumbent: Candidate | None) -> bool:
        """Whether the incumbent, timed twice, stays above its best by more than `SLOW` allows."""
        if incumbent is None or not incumbent.built:
            return False
        best = incumbent.seconds
        return min(self._again(incumbent) for _ in range(2)) > SLOW * best

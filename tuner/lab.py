"""The bench of one tuning run: candidates, built beside each other, timed alone, compared in rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .measure.failure import Failure
from .measure.lock import MachineLock, Unlocked
from .measure.pool import Timed
from .measure.recipe import Filling, Row
from .measure.workers import Workers

SLOW = 1.08
"""An incumbent this much above its best time says that the machine is slow now."""

GROUP = 0.003
"""Seconds of timing a candidate again."""


def always() -> bool:
    """There is time without end."""
    return True


@dataclass
class Candidate:
    """A row on the bench, or the untuned default (`row` None). `trial` is its record's id, 0 for the default.

    One that is no row of the space has the `text` of its schedule.
    `times` are seconds, empty until it was found right, all taken on the machine `place`; `provisional` ones
    were taken in a slow phase, `outdated` ones with the code of another generator or compiler. A `final` one
    is compiled as the kernel is in the end. Candidates of equal `code` are the same program; it may be empty.
    """

    number: int
    row: Row | None
    trial: int = 0
    times: list[float] = field(default_factory=list[float])
    place: str = ""
    provisional: bool = False
    outdated: bool = False
    built: bool = False
    final: bool = False
    code: str = ""
    text: str | None = None
    failure: Failure | None = None

    @property
    def seconds(self) -> float:
        """The best time; infinite where there is none."""
        return min(self.times, default=float("inf"))

    def take(self, timed: Timed) -> None:
        """Add times. Those of another machine are dropped: they cannot be compared."""
        if timed.place != self.place:
            self.place = timed.place
            self.times.clear()
        self.times += timed.times
        self.code = timed.code


class Lab:
    """Builds, verifies and times candidates, holding the machine's lock as each of these needs."""

    def __init__(self, pool: Workers, lock: MachineLock | Unlocked) -> None:
        self._pool = pool
        self._lock = lock
        self._count = 0

    @property
    def place(self) -> str:
        """The machine of the next round."""
        return self._pool.place

    @property
    def machine(self) -> str:
        """The processor on which candidates are timed, where it is not this machine's; empty otherwise."""
        return self._pool.machine

    def candidate(self, row: Row | None, text: str | None = None) -> Candidate:
        """A new candidate, not built yet."""
        self._count += 1
        return Candidate(self._count, row, text=text)

    def prepare(self) -> Failure | None:
        """Compute what all candidates share."""
        with self._lock.shared():
            return self._pool.prepare()

    def as_final(self, candidate: Candidate) -> Candidate:
        """The same row as a new candidate that is compiled as the kernel is in the end; not built yet."""
        made = self.candidate(candidate.row, candidate.text)
        made.trial, made.final = candidate.trial, True
        return made

    def start_building(self, candidates: Sequence[Candidate]) -> None:
        """Have candidates built while others are timed, on cores that this leaves free.

        Call it with the next batch before `measure` of this one; `build` waits for them.
        """
        for final, rows in _by_way(candidates):
            self._pool.start(rows, final=final)

    def build(self, candidates: Sequence[Candidate]) -> None:
        """Build candidates on all cores; each is then built or has a failure."""
        failures: dict[int, Failure | None] = {}
        with self._lock.shared():
            for final, rows in _by_way(candidates):
                failures |= self._pool.build(rows, final=final)
        for candidate in candidates:
            candidate.failure = failures[candidate.number]
            candidate.built = candidate.failure is None

    def measure(self, candidates: Sequence[Candidate], incumbent: Candidate | None,
                done: Callable[[Candidate, bool], None], in_time: Callable[[], bool] = always) -> bool:
        """Verify and time built candidates, one after another; gives whether the machine was slow.

        `done` hears of each one, and whether the machine was slow before the first. Once it is not `in_time`,
        no more are begun.
        """
        with self._lock.alone():
            slow = self._slow(incumbent)
            best = incumbent.seconds if incumbent else None
            for candidate in self._verify(candidates, best):
                done(candidate, slow)
                if not in_time():
                    break
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
            for candidate in self._verify([c for c in missing if c.built], None):
                if candidate.failure:
                    candidate.times.clear()

    def forget(self, candidates: Sequence[Candidate]) -> None:
        """Remove what was built; times stay."""
        self._pool.forget([c.number for c in candidates if c.built])
        for candidate in candidates:
            candidate.built = False

    def rest(self) -> None:
        """Take no memory until there is more to do; what was built stays."""
        self._pool.rest()

    def _verify(self, candidates: Sequence[Candidate], best: float | None) -> Iterator[Candidate]:
        """Verify and time built candidates; each as it is done, in whatever order."""
        by_number = {c.number: c for c in candidates}
        for number, result in self._pool.measure_all(list(by_number), best):
            candidate = by_number[number]
            if isinstance(result, Timed):
                candidate.take(result)
            else:
                candidate.failure = result
            yield candidate

    def _again(self, candidate: Candidate) -> float:
        result = self._pool.time(candidate.number, max(GROUP, candidate.seconds))
        if isinstance(result, Failure):
            return float("inf")
        candidate.take(result)
        return min(result.times)

    def _slow(self, incumbent: Candidate | None) -> bool:
        """Whether the incumbent, timed twice, stays above its best by more than `SLOW` allows."""
        if incumbent is None or not incumbent.built:
            return False
        place, best = incumbent.place, incumbent.seconds
        least = min(self._again(incumbent) for _ in range(2))
        return incumbent.place == place and least > SLOW * best


def _by_way(candidates: Sequence[Candidate]) -> Iterator[tuple[bool, dict[int, Filling]]]:
    """Rows by number, those that are compiled quickly and those that are compiled as in the end."""
    for final in (False, True):
        if rows := {c.number: c.row if c.text is None else c.text for c in candidates if c.final == final}:
            yield final, rows

"""Several tasks tuned as one job: rounds go where they help the objective most, and all share one budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from math import inf

from ..clock import Clock
from ..events import Event, Finished
from ..options import Budget, Options
from ..outcome import FAILING, FINISHED, INTERRUPTED
from ..problem import Problem
from ..records import Records
from ..search.searcher import Searcher
from ..session import Session, opened
from .gradient import GradientScheduler, Progress, tag
from .objective import OBJECTIVES, Objective
from .outcome import JobOutcome, common_status

PACE = 16
"""Trials a second that a budget of seconds is planned with before anything is known."""

WARM_UP = 0.5
"""The part of such a budget that warming up all tasks may take."""

FEWEST = 4
"""Trials of a round at least, where seconds are scarce."""

AWAKE = 4
"""Tasks that keep their workers, a process for each core and one more, while others are in hand."""

Listener = Callable[[int, Event], None]
"""Hears of each event together with the number of the task that it is about."""


@dataclass(frozen=True)
class Part:
    """One task of a job: `weight` is how much it counts, `flops` the operations of a run.

    Tasks with one `operator` (the kernel's declaration) and about as many operations are taken to be similar.
    """

    problem: Problem
    searcher: Searcher
    weight: float = 1.0
    flops: int = 0
    operator: str = ""


def run_together(parts: Sequence[Part], budget: Budget, records: Records, *, objective: str = "sum",
                 on_event: Listener = lambda number, event: None,
                 options: Options | None = None) -> JobOutcome:
    """Tune all tasks until the budget is spent, no task has anything left, or KeyboardInterrupt.

    `budget.trials` counts those of all tasks, recorded ones included: a job started again goes on where it
    stopped. `objective` is a name of `OBJECTIVES`. Raises TxcError R651 as `loop.run` does.
    """
    options = options or Options()
    clock = Clock(budget.seconds)
    with ExitStack() as stack:
        sessions = [
            stack.enter_context(opened(part.problem, part.searcher, records, partial(on_event, number),
                                       options, clock))
            for number, part in enumerate(parts)]
        job = _Job(parts, sessions, budget, clock, objective, options.batch)
        try:
            job.run()
            interrupted = False
        except KeyboardInterrupt:
            interrupted = True
    outcome = job.outcome(interrupted=interrupted)
    for number, one in enumerate(outcome.outcomes):
        on_event(number, Finished(one))
    return outcome


def round_size(batch: int, tasks: int, budget: Budget) -> int:
    """Trials of one round: no task may take more than its share of the budget by its first."""
    size = float(batch)
    if budget.trials is not None:
        size = min(size, budget.trials / tasks)
    if budget.seconds is not None:
        size = min(size, max(FEWEST, WARM_UP * PACE * budget.seconds / tasks))
    return max(1, int(size))


def replay(times: Sequence[float], size: int) -> list[float]:
    """The best time after each round of `size` trials, of trials in the order in which they were made.

    The last round counts if it is half full; there is one at least where there are trials.
    """
    rounds = max(min(1, len(times)), round(len(times) / size))
    return [min(times[:(n + 1) * size]) for n in range(rounds)]


class _Job:
    """Sessions, the scheduler, and why sessions have stopped."""

    def __init__(self, parts: Sequence[Part], sessions: list[Session], budget: Budget, clock: Clock,
                 objective: str, batch: int) -> None:
        self._parts, self._sessions, self._budget, self._clock = parts, sessions, budget, clock
        self._name, self._size = objective, round_size(batch, len(parts), budget)
        self._stopped: dict[int, str] = {}
        self._begun: set[int] = set()
        self._awake: list[int] = []

    def run(self) -> None:
        """The search, then the end of each task."""
        if self._settled():
            for session in self._sessions:
                session.greet(self._budget)
            return
        for number, session in enumerate(self._sessions):
            if self._clock.left > 0 or number == 0:
                self._wake(number)
                session.begin()
                session.greet(self._budget)
                self._begun.add(number)
        self._search()
        self._finish()

    def _settled(self) -> bool:
        """Whether earlier runs have done all of this one already, final comparisons too."""
        known = sum(session.ledger.known for session in self._sessions)
        done = self._budget.trials is not None and known >= self._budget.trials
        return done and all(session.ledger.settled(0) for session in self._sessions)

    def _search(self) -> None:
        tasks = [self._progress(number) for number in range(len(self._parts))]
        self._stopped.update((n, reason) for n in self._begun if (reason := self._sessions[n].tired))
        defaults = {n: s for n in self._begun if (s := self._sessions[n].default_seconds) is not None}
        scheduler = GradientScheduler(tasks, self._objective(defaults))
        while (number := scheduler.pick()) is not None:
            session = self._sessions[number]
            wanted = self._rows_left(session)
            if not wanted:
                tasks[number].dead = True       # a quicker one may still have time
                continue
            self._wake(number)
            ending = self._ending
            reason = session.round(wanted, self._rows_left(session, wanted),
                                   lambda ending=ending: self._clock.for_search(ending) > 0)
            if (seconds := self._seconds(session)) < inf:
                scheduler.spent(number, seconds)
            if reason is not None or session.ledger.hopeless:
                tasks[number].dead = True
                self._stopped[number] = reason or FAILING

    def _progress(self, number: int) -> Progress:
        """A task as the scheduler sees it, earlier runs included."""
        part, session = self._parts[number], self._sessions[number]
        default = session.default_seconds or inf
        history = replay([min(c.seconds, default) for c in session.ledger.candidates], self._size)
        dead = number not in self._begun or session.ledger.hopeless or session.tired is not None
        known = [seconds for seconds in history if seconds < inf]
        return Progress(part.flops, tag(part.operator, part.flops), known, dead)

    def _seconds(self, session: Session) -> float:
        """What a task needs by now: with its best trial, or untuned."""
        return min(session.ledger.best or inf, session.default_seconds or inf)

    def _objective(self, defaults: dict[int, float]) -> Objective:
        return OBJECTIVES[self._name]([part.weight for part in self._parts], defaults)

    def _rows_left(self, session: Session, under_way: int = 0) -> int:
        """How many rows the next round of a task may have; 0 when the budget is spent. One round always fits.

        `under_way` are rows that are to be tried before.
        """
        left = self._size
        if self._budget.trials is not None:
            known = sum(len(s.ledger.trials) for s in self._sessions)
            left = min(left, self._budget.trials - known - under_way)
        first = not under_way and not any(s.ledger.new for s in self._sessions)
        affordable = self._clock.affordable(self._ending, session.pace) - under_way
        return int(max(0, min(left, max(affordable, first))))

    @property
    def _ending(self) -> float:
        """About how many seconds the ends of all tasks will take."""
        return sum(self._sessions[n].ending for n in self._begun)

    def _finish(self) -> None:
        """End every task that has trials to compare, each with its part of the time that is left."""
        open_ = [n for n in sorted(self._begun) if not self._sessions[n].ledger.settled(0)]
        wanted = [self._sessions[n].ending for n in open_]
        for at, number in enumerate(open_):
            self._wake(number)
            part = self._clock.left * wanted[at] / sum(wanted[at:]) if sum(wanted[at:]) else 0.0
            until = time.monotonic() + part
            self._sessions[number].finish(lambda until=until: time.monotonic() < until)

    def _wake(self, number: int) -> None:
        """Take a task in hand; of the others, only the last few keep their workers."""
        self._awake = [*(n for n in self._awake if n != number), number]
        while len(self._awake) > AWAKE:
            self._sessions[self._awake.pop(0)].rest()

    def outcome(self, *, interrupted: bool) -> JobOutcome:
        """What the job has come to."""
        rest = INTERRUPTED if interrupted else FINISHED
        outcomes = tuple(session.outcome(self._stopped.get(number, rest))
                         for number, session in enumerate(self._sessions))
        status = INTERRUPTED if interrupted else common_status([o.status for o in outcomes])
        defaults = {n: o.default_seconds for n, o in enumerate(outcomes) if o.default_seconds}
        now = {n: s for n, o in enumerate(outcomes) if (s := o.seconds or defaults.get(n))}
        goal = self._objective(defaults)
        return JobOutcome(status, outcomes, self._name, goal.value(now) if now else None,
                          goal.value(defaults) if defaults.keys() >= now.keys() and now else None,
                          self._clock.elapsed)

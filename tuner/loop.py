"""The tuning loop: ask for rows, build them, time them, record them, tell what became of them.

It knows nothing of schedules: a `Problem` says how rows are built and what their records hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..dsl.diagnostics import Diagnostic, TxcError
from .events import Event, Finished, Phase, Round, Started, Trial
from .final import BETTER, allowance, compare, contenders, promising, time_again, winner
from .lab import Candidate, Lab
from .measure.lock import MachineLock
from .measure.pool import Pool
from .measure.recipe import Row
from .options import Budget, Options
from .outcome import EXHAUSTED, FINISHED, INTERRUPTED, Outcome, count_failures
from .population import points
from .problem import Problem
from .records import OK, Choice, Record, Records
from .search.searcher import Searcher
from .space import Matrix

SEARCHING = 0.8
"""The part of a budget of seconds that the search may use; the rest is for comparing."""

KEPT = 32
"""Built candidates that stay at hand for timing again."""


def run(problem: Problem, searcher: Searcher, budget: Budget, records: Records,
        on_event: Callable[[Event], None] = lambda event: None, options: Options | None = None) -> Outcome:
    """Tune until the budget is spent, the space exhausted, or KeyboardInterrupt; resumes what is recorded.

    Raises TxcError R651 if what verifies candidates cannot be computed.
    """
    options = options or Options()
    blank = problem.blank
    if options.fresh:
        records.retire(blank.key, blank.template_hash)
    records.retire_failures(blank.key, blank.template_hash, blank.generator)
    with Pool(problem.recipe, blank.key.threads, options.builders, options.limits) as pool:
        lab = Lab(pool, MachineLock(options.lock))
        session = _Session(problem, searcher, budget, records, on_event, options, lab)
        try:
            status = session.search()
            session.finish()
        except KeyboardInterrupt:
            status = INTERRUPTED
    outcome = session.outcome(status)
    on_event(Finished(outcome))
    return outcome


class _Session:
    """One run of the loop."""

    def __init__(self, problem: Problem, searcher: Searcher, budget: Budget, records: Records,
                 on_event: Callable[[Event], None], options: Options, lab: Lab) -> None:
        self._problem, self._searcher, self._budget = problem, searcher, budget
        self._records, self._emit, self._options, self._lab = records, on_event, options, lab
        self._start = time.monotonic()
        self._key = problem.blank.key
        self._trials = records.trials(self._key, problem.blank.template_hash)
        self._known = len(self._trials)
        self._default = lab.candidate(None)
        self._candidates = [self._resumed(record) for record in self._trials]

    # ── the search ───────────────────────────────────────────────────────────────────────────────────────

    def search(self) -> str:
        """Measure the default, then batches until there is a reason to stop, which it gives."""
        self._tell(self._candidates)
        if self._settled():
            choice = self._records.choice(self._key)
            self._tell_start(choice.default_seconds if choice else None)
            return FINISHED
        self._prepare()
        self._measure_default()
        self._tell_start(self._default_seconds())
        number = 0
        while (wanted := self._wanted()) > 0:
            rows = self._searcher.ask(wanted)
            if len(rows) == 0:
                return EXHAUSTED
            number += 1
            self._batch(number, rows)
        return FINISHED

    def _tell_start(self, default_seconds: float | None) -> None:
        self._emit(Started(self._problem.blank.kernel, points(self._problem.space), self._known,
                           self._budget.trials, self._budget.seconds, default_seconds))

    def _settled(self) -> bool:
        """Whether an earlier run has done all of this one already, its final comparison too."""
        choice = self._records.choice(self._key)
        done = self._budget.trials is not None and self._known >= self._budget.trials
        return done and choice is not None and choice.after >= max((r.id for r in self._trials), default=0)

    def _prepare(self) -> None:
        self._emit(Phase("prepare"))
        failure = self._lab.prepare()
        if failure:
            message = f"cannot compute what to verify candidates with: {failure.message}"
            raise TxcError([Diagnostic("R651", message, hint="tune at smaller sizes")])

    def _measure_default(self) -> None:
        self._lab.build([self._default])
        if self._default.built:
            self._lab.measure([self._default], None, lambda candidate, slow: None)

    def _wanted(self) -> int:
        """How many rows the next batch may have; 0 when the budget is spent. Time always suffices for one."""
        if len(self._trials) > self._known and not self._in_time(SEARCHING):
            return 0
        left = self._options.batch
        if self._budget.trials is not None:
            left = self._budget.trials - len(self._trials)
        return max(0, min(left, self._options.batch))

    def _in_time(self, part: float = 1.0) -> bool:
        seconds = self._budget.seconds
        return seconds is None or time.monotonic() - self._start < part * seconds

    def _batch(self, number: int, rows: Matrix) -> None:
        batch = [self._lab.candidate(tuple(map(int, row))) for row in rows.tolist()]
        self._emit(Phase("build"))
        self._lab.build(batch)
        for candidate in batch:
            if not candidate.built:
                self._record(candidate, slow=False)
        self._emit(Phase("time"))
        slow = self._lab.measure([c for c in batch if c.built], self._incumbent(), self._record)
        if slow:
            self._doubt(batch)
        else:
            self._requeue(batch)
        self._tell(batch)
        self._tidy()
        new = len(self._trials) - self._known
        self._emit(Round(number, len(self._trials), new, self._best_seconds(), self._default_seconds(),
                         count_failures(self._trials), slow, time.monotonic() - self._start))

    def _doubt(self, batch: Sequence[Candidate]) -> None:
        """The machine was slow: what was measured now is provisional."""
        for candidate in batch:
            if candidate.times and not candidate.provisional:
                candidate.provisional = True
                self._retime(candidate)

    def _requeue(self, batch: Sequence[Candidate]) -> None:
        """The machine is quick again: time what was measured while it was not, unless hopeless anyway."""
        best = self._best_seconds() or 0.0
        doubtful = [c for c in self._candidates if c.provisional and c.built and c.seconds < 2 * best]
        chosen = doubtful[:self._options.batch]
        self._lab.time(chosen)
        for candidate in chosen:
            candidate.provisional = False
            self._retime(candidate)

    def _incumbent(self) -> Candidate | None:
        built = [c for c in (self._default, *self._candidates) if c.built and c.times and not c.provisional]
        return min(built, key=lambda c: c.seconds, default=None)

    def _tidy(self) -> None:
        """Forget what was built for candidates that are not among the best."""
        built = sorted((c for c in self._candidates if c.built), key=lambda c: c.seconds)
        self._lab.forget(built[KEPT:])

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────

    def finish(self) -> None:
        """Time the promising ones again, then choose among the best and the default."""
        if self._settled():
            return
        self._emit(Phase("again"))
        chosen = promising(self._candidates)
        self._lab.verify(chosen)
        for candidate in chosen:
            if candidate.failure:       # right in an earlier run, of another generator or compiler perhaps
                failure = candidate.failure
                self._records.condemn(candidate.trial, failure.kind, failure.message,
                                      self._problem.blank.generator)
        chosen = [c for c in chosen if c.times]
        time_again(self._lab, chosen, self._in_time)
        for candidate in chosen:
            self._retime(candidate)
        best = contenders(chosen)
        if best and self._default.times:
            self._emit(Phase("compare"))
            self._choose(best)

    def _choose(self, best: list[Candidate]) -> None:
        default, *least = compare(self._lab, [self._default, *best], self._in_time,
                                  allowance(time.monotonic() - self._start))
        for candidate in best:
            self._retime(candidate)
        first, known = winner(best, least), self._default.seconds
        choice = Choice(None, known, known)
        if best[first].seconds < BETTER * known and least[first] < float("inf"):
            choice = Choice(best[first].trial, least[first], default if default < float("inf") else known)
        if self._beats_other_templates(min(best[first].seconds, known)):
            self._records.choose(self._key, choice)

    def _beats_other_templates(self, seconds: float) -> bool:
        """Whether this is better than what was chosen from another template for the same task."""
        last = self._records.choice(self._key)
        chosen = self._records.show(last.trial) if last and last.trial else None
        if last is None or chosen is None:
            return True
        same = chosen.template_hash == self._problem.blank.template_hash
        return same or seconds < min(last.seconds, chosen.score or last.seconds)

    # ── records ──────────────────────────────────────────────────────────────────────────────────────────

    def _resumed(self, record: Record) -> Candidate:
        candidate = self._lab.candidate(record.row)
        candidate.trial, candidate.provisional = record.id, record.provisional
        candidate.outdated = record.outdated(self._problem.blank.generator)
        candidate.times = list(record.times)
        return candidate

    def _record(self, candidate: Candidate, slow: bool) -> None:
        """Store a trial, then report it."""
        failure = candidate.failure
        candidate.provisional = slow and not failure
        record = replace(
            self._problem.blank, row=candidate.row or (), schedule=self._text(candidate.row or ()),
            times=tuple(candidate.times), provisional=candidate.provisional, seed=self._options.seed,
            verdict=failure.kind if failure else OK, message=failure.message if failure else "")
        candidate.trial = self._records.add(record)
        stored = self._records.show(candidate.trial)
        assert stored is not None
        self._trials.append(stored)
        self._candidates.append(candidate)
        self._emit(Trial(len(self._trials), stored, self._best_seconds()))

    def _text(self, row: Row) -> str:
        try:
            return self._problem.text(row)
        except TxcError:
            return ""       # an illegal filling, which its message explains

    def _retime(self, candidate: Candidate) -> None:
        self._records.retime(candidate.trial, candidate.times, candidate.provisional,
                             self._problem.blank.generator)

    def _tell(self, candidates: Sequence[Candidate]) -> None:
        rows = [c.row for c in candidates if c.row is not None]
        matrix = np.array(rows, np.int64).reshape(len(rows), len(self._problem.space.columns))
        if len(matrix):
            self._searcher.tell(matrix, np.array([c.seconds for c in candidates]))

    def _best_seconds(self) -> float | None:
        best = min((c.seconds for c in self._candidates), default=float("inf"))
        return None if best == float("inf") else best

    def _default_seconds(self) -> float | None:
        return self._default.seconds if self._default.times else None

    def outcome(self, status: str) -> Outcome:
        """What the run came to."""
        best = self._records.best(self._key)
        seconds, default = self._final_times(best)
        return Outcome(status, best, seconds, default, len(self._trials), len(self._trials) - self._known,
                       sum(r.verdict == OK for r in self._trials), count_failures(self._trials),
                       time.monotonic() - self._start)

    def _final_times(self, best: Record | None) -> tuple[float | None, float | None]:
        """The best's time and the default's, of the same rounds where there was a final comparison."""
        choice = self._records.choice(self._key)
        if choice is not None and choice.trial == (best.id if best else None):
            return choice.seconds, choice.default_seconds
        return best.score if best else None, self._default_seconds()

"""The trials of one task: as candidates on the bench, and in step with them as records in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..dsl.diagnostics import TxcError
from .final import beats
from .lab import Candidate, Lab
from .measure.failure import DEFECTS
from .measure.recipe import Row
from .outcome import Failures, Outcome, count_failures
from .problem import Problem
from .records import OK, Choice, Record, Records
from .search.searcher import Scores
from .space import Matrix

HOPELESS = 32
"""So many trials without a right one say that there is none."""


class Ledger:
    """What is known of a task: the trials of earlier runs (`known` of them) and of this one."""

    def __init__(self, problem: Problem, records: Records, seed: int, lab: Lab) -> None:
        self._problem, self._records, self._seed, self._lab = problem, records, seed, lab
        self._key, self._generator = problem.blank.key, problem.blank.generator
        self._read()

    def reopen(self) -> None:
        """Go on where earlier runs stopped: what failed by accident may be tried again."""
        self._records.retire_accidents(self._key, self._problem.blank.template_hash)
        self._read()

    def _read(self) -> None:
        self.trials = self._records.trials(self._key, self._problem.blank.template_hash)
        self.known = len(self.trials)
        self.candidates = [self._resumed(record) for record in self.trials]
        self.review()

    @property
    def new(self) -> int:
        """Trials of this run."""
        return len(self.trials) - self.known

    # ── the best ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def best(self) -> float | None:
        """The least seconds of all trials, as the search has them; None while nothing is valid.

        Times of other code or another compiler do not count.
        """
        return None if self._best == float("inf") else self._best

    @property
    def unimproved(self) -> int:
        """How many trials there have been since the one that is the best of all; 0 while nothing is valid."""
        return 0 if self.best is None else len(self.candidates) - 1 - self._best_at

    @property
    def hopeless(self) -> bool:
        """Whether many trials have been made and none was right."""
        return self.best is None and len(self.trials) >= HOPELESS

    def review(self) -> None:
        """Find the best anew, after candidates have lost times."""
        self._best, self._best_at = float("inf"), -1
        self._places: dict[int, int] = {}
        for place, candidate in enumerate(self.candidates):
            self._places[candidate.number] = place
            self.note(candidate)

    def note(self, candidate: Candidate) -> None:
        """Hear that a candidate, perhaps, has a better time."""
        place = self._places.get(candidate.number)
        if place is not None and not candidate.outdated and candidate.seconds < self._best:
            self._best, self._best_at = candidate.seconds, place

    # ── the trials ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def failures(self) -> dict[str, Failures]:
        """Failed trials by class."""
        return count_failures(self.trials)

    @property
    def failed_last(self) -> int:
        """How many trials of this run have failed since one was right."""
        last = reversed(self.trials[self.known:])
        return next((n for n, record in enumerate(last) if record.verdict == OK), self.new)

    def settled(self, trials: int | None) -> bool:
        """Whether earlier runs have made so many trials already, and compared the best of them."""
        choice = self._records.choice(self._key)
        if trials is None or self.known < trials or choice is None or choice.provisional:
            return False
        return choice.after >= max((r.id for r in self.trials), default=0)

    def rows(self, candidates: Sequence[Candidate]) -> tuple[Matrix, Scores]:
        """Those of the candidates that are trials, as a searcher wants to hear: their rows and seconds."""
        told = [c for c in candidates if c.number in self._places]
        shape = len(told), len(self._problem.space.columns)
        matrix = np.array([c.row for c in told], np.int64).reshape(shape)
        return matrix, np.array([c.seconds for c in told])

    def add(self, candidate: Candidate, slow: bool) -> Record:
        """Store a trial; the record of it."""
        failure = candidate.failure
        candidate.provisional, row = slow and not failure, candidate.row or ()
        record = replace(
            self._problem.blank, row=row, schedule=self._text(row),
            times=tuple(candidate.times), provisional=candidate.provisional, seed=self._seed,
            verdict=failure.kind if failure else OK, message=failure.message if failure else "")
        candidate.trial = self._records.add(record)
        stored = self._records.show(candidate.trial)
        assert stored is not None
        self.trials.append(stored)
        self._places[candidate.number] = len(self.candidates)
        self.candidates.append(candidate)
        self.note(candidate)
        return stored

    def retime(self, candidate: Candidate) -> None:
        """Store the times that a candidate has by now."""
        self._records.retime(candidate.trial, candidate.times, candidate.provisional, self._generator,
                             self._problem.compiler(final=False))
        self.note(candidate)

    def ship(self, candidate: Candidate) -> None:
        """Store the times of a finalist, compiled as in the end."""
        self._records.ship(candidate.trial, candidate.times, self._generator,
                           self._problem.compiler(final=True))

    def reject(self, candidate: Candidate) -> None:
        """Hear that a candidate fails which was right before; stored where it says that it is not."""
        failure = candidate.failure
        if failure is not None and failure.kind in DEFECTS:
            self._records.condemn(candidate.trial, failure.kind, failure.message, self._generator)

    # ── the choice ───────────────────────────────────────────────────────────────────────────────────────

    def compare_with(self, default: Candidate) -> None:
        """Store the default's time, so that a trial must be better, whatever ends the run before its end."""
        last = self.choice()
        if last is None or last.trial is None:
            self._records.restore(self._key, Choice(
                None, default.seconds, default.seconds, last.after if last else 0,
                self._problem.compiler(final=False), provisional=True))

    def rival(self) -> Candidate | None:
        """What was chosen from another template for the same task: its schedule is among the finalists."""
        last = self.choice()
        chosen = self._records.show(last.trial) if last and last.trial else None
        if chosen is None or chosen.template_hash == self._problem.blank.template_hash:
            return None
        made = self._lab.candidate(None, chosen.schedule)
        made.trial = chosen.id
        return made

    def choose(self, best: Candidate, seconds: float, default: Candidate, default_seconds: float) -> None:
        """Store the winner of a final comparison, the seconds being those of its rounds."""
        compared = default_seconds if default_seconds < float("inf") else default.seconds
        if beats(best, seconds, default, compared):
            compiler = self._problem.compiler(final=True)
            self._records.choose(self._key, Choice(best.trial, seconds, compared, compiler=compiler))
        else:
            self.stay(default)

    def stay(self, default: Candidate) -> None:
        """Store that nothing is better than the default."""
        compiler = self._problem.compiler(final=True)
        self._records.choose(self._key, Choice(None, default.seconds, default.seconds, compiler=compiler))

    def choice(self) -> Choice | None:
        """The outcome of the last final comparison."""
        return self._records.choice(self._key)

    def outcome(self, status: str, default: float | None, elapsed: float) -> Outcome:
        """What a run has come to whose default took so many seconds before any comparison."""
        best = self._records.best(self._key)
        seconds, compared = best.score if best else None, default
        choice = self.choice()
        if choice is not None and choice.trial == (best.id if best else None):
            seconds, compared = choice.seconds, choice.default_seconds
        return Outcome(status, best, seconds, compared, len(self.trials), self.new,
                       sum(r.verdict == OK for r in self.trials), self.failures, elapsed)

    def _resumed(self, record: Record) -> Candidate:
        candidate = self._lab.candidate(record.row)
        candidate.trial, candidate.provisional = record.id, record.provisional
        other = record.compiler != self._problem.compiler(final=False)
        candidate.outdated = other or record.outdated(self._generator, self._records.machine)
        candidate.times = list(record.times)
        return candidate

    def _text(self, row: Row) -> str:
        try:
            return self._problem.text(row)
        except TxcError:
            return ""       # an illegal filling, which its message explains

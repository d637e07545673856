"""The trials of one task: as candidates on the bench, and in step with them as records in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..dsl.diagnostics import TxcError
from .final import beats
from .lab import Candidate, Lab
from .measure.recipe import Row
from .outcome import Failures, Outcome, count_failures
from .problem import Problem
from .records import OK, Choice, Record, Records
from .search.searcher import Scores
from .space import Matrix


class Ledger:
    """What is known of a task: the trials of earlier runs (`known` of them) and of this one."""

    def __init__(self, problem: Problem, records: Records, seed: int, lab: Lab) -> None:
        self._problem, self._records, self._seed = problem, records, seed
        self._key, self._generator = problem.blank.key, problem.blank.generator
        self.trials = records.trials(self._key, problem.blank.template_hash)
        self.known = len(self.trials)
        self.candidates = [self._resumed(record, lab) for record in self.trials]

    @property
    def new(self) -> int:
        """Trials of this run."""
        return len(self.trials) - self.known

    @property
    def best(self) -> float | None:
        """The least seconds of all trials; None while nothing is valid."""
        best = min((c.seconds for c in self.candidates), default=float("inf"))
        return None if best == float("inf") else best

    @property
    def failures(self) -> dict[str, Failures]:
        """Failed trials by class."""
        return count_failures(self.trials)

    @property
    def failed_last(self) -> int:
        """How many trials of this run have failed since one was right."""
        return _since([record.verdict == OK for record in self.trials[self.known:]])

    @property
    def unimproved(self) -> int:
        """How many trials there have been since the one that is the best of all; 0 while nothing is valid."""
        best = self.best
        return 0 if best is None else _since([c.seconds <= best for c in self.candidates])

    def settled(self, trials: int | None) -> bool:
        """Whether earlier runs have made so many trials already, and compared the best of them."""
        choice = self._records.choice(self._key)
        done = trials is not None and self.known >= trials
        return done and choice is not None and choice.after >= max((r.id for r in self.trials), default=0)

    def rows(self, candidates: Sequence[Candidate]) -> tuple[Matrix, Scores]:
        """Candidates as a searcher wants to hear of them: their rows and seconds."""
        rows = [c.row for c in candidates if c.row is not None]
        matrix = np.array(rows, np.int64).reshape(len(rows), len(self._problem.space.columns))
        return matrix, np.array([c.seconds for c in candidates if c.row is not None])

    def add(self, candidate: Candidate, slow: bool) -> Record:
        """Store a trial; the record of it."""
        failure = candidate.failure
        candidate.provisional = slow and not failure
        record = replace(
            self._problem.blank, row=candidate.row or (), schedule=self._text(candidate.row or ()),
            times=tuple(candidate.times), provisional=candidate.provisional, seed=self._seed,
            verdict=failure.kind if failure else OK, message=failure.message if failure else "")
        candidate.trial = self._records.add(record)
        stored = self._records.show(candidate.trial)
        assert stored is not None
        self.trials.append(stored)
        self.candidates.append(candidate)
        return stored

    def retime(self, candidate: Candidate) -> None:
        """Store the times that a candidate has by now."""
        self._records.retime(candidate.trial, candidate.times, candidate.provisional, self._generator,
                             self._problem.compiler(final=candidate.final))

    def condemn(self, candidate: Candidate) -> None:
        """Store that a candidate fails which was right in an earlier run."""
        failure = candidate.failure
        assert failure is not None
        self._records.condemn(candidate.trial, failure.kind, failure.message, self._generator)

    def choose(self, best: Candidate, seconds: float, default: Candidate, default_seconds: float) -> None:
        """Store the winner of a final comparison, the seconds being those of its rounds."""
        known = default.seconds
        choice = Choice(None, known, known)
        compared = default_seconds if default_seconds < float("inf") else known
        if beats(best, seconds, default, compared):
            choice = Choice(best.trial, seconds, compared)
        if self._beats_other_templates(min(best.seconds, known)):
            self._records.choose(self._key, choice)

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

    def _resumed(self, record: Record, lab: Lab) -> Candidate:
        candidate = lab.candidate(record.row)
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

    def _beats_other_templates(self, seconds: float) -> bool:
        """Whether this is better than what was chosen from another template for the same task."""
        last = self.choice()
        chosen = self._records.show(last.trial) if last and last.trial else None
        if last is None or chosen is None:
            return True
        same = chosen.template_hash == self._problem.blank.template_hash
        return same or seconds < min(last.seconds, chosen.score or last.seconds)


def _since(events: Sequence[bool]) -> int:
    """How many follow the last true one; all of them where there is none."""
    return next((n for n, event in enumerate(reversed(events)) if event), len(events))
